"""Feature groups by the SageMaker SDK: ingested by several processes, queried, joined at points in time."""

import sys
import time

import boto3
import pandas as pd
import sagemaker
from sagemaker.feature_store.feature_group import FeatureGroup
from sagemaker.feature_store.feature_store import FeatureStore
from sagemaker.feature_store.inputs import FeatureParameter, Identifier

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
BUCKET = "features"
DAY = 86_400.0
START = 1_700_000_000.0
DEADLINE = 120.0


def until(look, what):
    end = time.monotonic() + DEADLINE
    while not (seen := look()):
        if time.monotonic() > end:
            raise SystemExit(f"not in time: {what}")
        time.sleep(0.1)
    return seen


def create(session, name, frame, identifier):
    group = FeatureGroup(name=name, sagemaker_session=session)
    group.load_feature_definitions(data_frame=frame)
    group.create(
        s3_uri=f"s3://{BUCKET}/store", record_identifier_name=identifier, event_time_feature_name="event_time",
        role_arn=ROLE, enable_online_store=True,
    )  # fmt: skip
    until(lambda: group.describe()["FeatureGroupStatus"] == "Created", f"{name} is created")
    return group


def offline(s3, group, count):
    """Wait until so many records of a group are offline: the latest query says so."""

    def look():
        query = group.athena_query()
        query.run(f'SELECT count(*) AS n FROM "{query.table_name}"', f"s3://{BUCKET}/queries")
        query.wait()
        return int(query.as_dataframe()["n"][0]) == count

    until(look, f"{count} records of {group.name} are offline")


def main():
    session = sagemaker.Session(default_bucket=BUCKET)
    session.wait_for_athena_query = quickly(session.wait_for_athena_query)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)

    orders = pd.DataFrame({
        "order_id": range(40),
        "customer": pd.Series([f"c{n % 4}" for n in range(40)], dtype="string"),
        "amount": [n * 1.5 for n in range(40)],
        "event_time": [START + n * DAY / 4 for n in range(40)],
    })  # fmt: skip
    customers = pd.DataFrame({
        "customer": pd.Series([f"c{n % 4}" for n in range(12)], dtype="string"),
        "level": [n // 4 for n in range(12)],
        "event_time": [START + (n // 4) * 3 * DAY for n in range(12)],
    })  # fmt: skip
    order_group = create(session, "orders", orders, "order_id")
    customer_group = create(session, "customers", customers, "customer")
    order_group.ingest(data_frame=orders, max_workers=2, max_processes=2, wait=True)
    customer_group.ingest(data_frame=customers, max_workers=1, max_processes=1, wait=True)
    print("online", customer_group.get_record("c1"))
    offline(s3, order_group, 40)
    offline(s3, customer_group, 12)

    query = order_group.athena_query()
    query.run(
        f'SELECT customer, sum(amount) AS total FROM "{query.database}"."{query.table_name}" '
        "WHERE NOT is_deleted GROUP BY customer ORDER BY customer", f"s3://{BUCKET}/queries",
    )  # fmt: skip
    query.wait()
    print("sums", query.as_dataframe().values.tolist())

    store = FeatureStore(sagemaker_session=session)
    joined, _ = (
        store.create_dataset(base=order_group, output_path=f"s3://{BUCKET}/datasets")
        .with_feature_group(customer_group, "customer", ["level"])
        .point_in_time_accurate_join()
        .to_dataframe()
    )
    latest = joined.sort_values("event_time.2" if "event_time.2" in joined else "event_time").groupby("order_id").last()
    print("joined", len(joined), sorted(joined.columns))
    expected = {n: min(2, int(n / 4 // 3)) for n in range(40)}
    print(
        "level as it was", {n: max(joined[joined.order_id == n]["level.1"]) for n in range(40)} == expected, len(latest)
    )

    base = pd.DataFrame(
        {"customer": pd.Series(["c0", "c3"], dtype=object), "event_time": [START + DAY, START + 7 * DAY]}
    )
    frame, _ = (
        store.create_dataset(
            base=base, output_path=f"s3://{BUCKET}/datasets", record_identifier_feature_name="customer",
            event_time_identifier_feature_name="event_time",
        )
        .with_feature_group(customer_group, "customer", ["level"])
        .point_in_time_accurate_join()
        .with_number_of_recent_records_by_record_identifier(1)
        .to_dataframe()
    )  # fmt: skip
    print("frame", sorted(frame[["customer", "level.1"]].values.tolist()))

    order_group.delete_record("7", str(START + 100 * DAY))
    offline(s3, order_group, 41)
    left, _ = store.create_dataset(base=order_group, output_path=f"s3://{BUCKET}/datasets").to_dataframe()
    every, _ = (
        store.create_dataset(base=order_group, output_path=f"s3://{BUCKET}/datasets")
        .include_deleted_records()
        .to_dataframe()
    )
    print("left", len(left), 7 in set(left.order_id), len(every))

    place, _ = (
        store.create_dataset(base=order_group, output_path=f"s3://{BUCKET}/datasets")
        .with_event_time_range(
            pd.Timestamp(START + DAY, unit="s", tz="UTC").to_pydatetime(),
            pd.Timestamp(START + 2 * DAY, unit="s", tz="UTC").to_pydatetime(),
        )
        .as_of(pd.Timestamp("2100-01-01").to_pydatetime())
        .to_csv_file()
    )
    lines = s3.get_object(Bucket=BUCKET, Key=place.removeprefix(f"s3://{BUCKET}/"))["Body"].read().decode().splitlines()
    print("range", len(lines) - 1, lines[0])

    order_group.update_feature_metadata(
        "amount", description="what it cost", parameter_additions=[FeatureParameter(key="unit", value="EUR")]
    )
    print(
        "metadata",
        order_group.describe_feature_metadata("amount")["Description"],
        order_group.list_parameters_for_feature_metadata("amount"),
    )
    print(
        "found",
        [
            each["FeatureGroup"]["FeatureGroupName"]
            for each in store.search(resource="FeatureGroup", filters=None)["Results"]
        ],
    )
    print(
        "listed",
        [
            each["FeatureGroupName"]
            for each in store.list_feature_groups(name_contains="order")["FeatureGroupSummaries"]
        ],
    )
    batch = store.batch_get_record([Identifier("customers", ["c0", "c9"])])
    print("batch", len(batch["Records"]), batch["Errors"], batch["UnprocessedIdentifiers"])
    order_group.delete()
    sys.stdout.flush()


def quickly(wait):
    return lambda query_execution_id, poll=0.2: wait(query_execution_id, poll=0.2)


if __name__ == "__main__":
    main()
