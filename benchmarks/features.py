"""Feature Store: records put and got through boto3, and a point-in-time join over a million offline records.

The million records are put into the offline store as Parquet, in the form in which Penstock ships them; the join is the
statement that the SageMaker SDK's data set builder writes.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import duckdb

from benchmarks.world import Client, clients, is_quick, timed
from penstock.cli.story.server import Server

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
RECORDS = 4_000
AT_ONCE = 8
ROWS = 1_000_000
FILES = 10
CUSTOMERS = 10_000
START = 1_700_000_000
FEATURES = {
    "id": "Integral",
    "name": "String",
    "a": "Fractional",
    "b": "Fractional",
    "c": "Integral",
    "at": "Fractional",
}
RUNTIME = "sagemaker-featurestore-runtime"
SECONDS = 120.0


def create(sagemaker: Client, name: str, features: dict[str, str]) -> dict[str, str]:
    """A feature group; where its table and its data are."""
    sagemaker.create_feature_group(
        FeatureGroupName=name, RecordIdentifierFeatureName="id", EventTimeFeatureName="at", RoleArn=ROLE,
        FeatureDefinitions=[{"FeatureName": each, "FeatureType": kind} for each, kind in features.items()],
        OnlineStoreConfig={"EnableOnlineStore": True},
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://bench/store"}},
    )  # fmt: skip
    end = time.monotonic() + SECONDS
    while (group := sagemaker.describe_feature_group(FeatureGroupName=name))["FeatureGroupStatus"] != "Created":
        assert time.monotonic() < end, group
        time.sleep(0.01)
    store = group["OfflineStoreConfig"]
    return {
        "table": store["DataCatalogConfig"]["TableName"],
        "prefix": store["S3StorageConfig"]["ResolvedOutputS3Uri"].removeprefix("s3://bench/"),
    }


def record(number: int) -> list[dict[str, str]]:
    values = {"id": number, "name": f"customer {number}", "a": 1.5, "b": number / 7, "c": number, "at": START + number}
    return [{"FeatureName": name, "ValueAsString": str(value)} for name, value in values.items()]


def tell(what: str, ms: list[float]) -> None:
    """What sorted times say."""
    print(f"{what:28} p50 {statistics.median(ms):.2f} ms, p99 {ms[len(ms) * 99 // 100]:.2f} ms")


def put(runtime: Client, records: int) -> None:
    numbers = count()

    def one() -> None:
        runtime.put_record(FeatureGroupName="puts", Record=record(next(numbers)))

    one()
    alone = sorted(1000 * timed(one) for _ in range(records // 4))
    tell("PutRecord, one client", alone)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        seconds = timed(lambda: list(threads.map(lambda _: one(), range(records))))
    print(f"{f'PutRecord, {AT_ONCE} threads':28} {records / seconds:.0f} records/s (n={records})")


def get(runtime: Client, records: int) -> None:
    numbers = count()

    def one() -> None:
        runtime.get_record(FeatureGroupName="puts", RecordIdentifierValueAsString=str(next(numbers) % records))

    times = sorted(1000 * timed(one) for _ in range(records // 2))
    tell("GetRecord, one client", times)


def fill(s3: Client, prefix: str, rows: int, folder: Path) -> None:
    """Put offline records as Parquet: customers in turn, an hour between two of one."""
    for file in range(FILES):
        path = folder / f"{file}.parquet"
        with duckdb.connect() as writing:
            writing.execute(
                f"""COPY (SELECT i % {CUSTOMERS} AS id, 'name ' || i AS name, i * 0.5 AS a, i * 1.5 AS b, i AS c,
                CAST({START} + 3600 * (i // {CUSTOMERS}) AS DOUBLE) AS at, TIMESTAMP '2024-01-01' AS write_time,
                TIMESTAMP '2024-01-01' AS api_invocation_time, false AS is_deleted
                FROM range({rows * file // FILES}, {rows * (file + 1) // FILES}) r(i)) TO '{path}' (FORMAT parquet)"""
            )
        s3.put_object(
            Bucket="bench", Key=f"{prefix}/year=2023/month=11/day=14/hour=22/{file}.parquet", Body=path.read_bytes()
        )


def ask(athena: Client, query: str) -> dict[str, int]:
    """A query's statistics, when it has succeeded."""
    name = athena.start_query_execution(
        QueryString=query, QueryExecutionContext={"Database": "sagemaker_featurestore"},
        ResultConfiguration={"OutputLocation": "s3://bench/results"},
    )["QueryExecutionId"]  # fmt: skip
    end = time.monotonic() + SECONDS
    while True:
        found = athena.get_query_execution(QueryExecutionId=name)["QueryExecution"]
        if found["Status"]["State"] not in {"QUEUED", "RUNNING"}:
            assert found["Status"]["State"] == "SUCCEEDED", found
            statistics_: dict[str, int] = found["Statistics"]
            return statistics_
        assert time.monotonic() < end
        time.sleep(0.01)


def newest(table: str, part: str) -> str:
    """A part of the statement that the SDK's data set builder writes: a group's records, each once, none deleted."""
    return f"""fg_{part} AS (WITH table_{part} AS (SELECT * FROM (SELECT *, row_number() OVER (
        PARTITION BY o."id", o."at" ORDER BY o."api_invocation_time" DESC, o."write_time" DESC) AS dedup_row
        FROM "sagemaker_featurestore"."{table}" o) WHERE dedup_row = 1),
        deleted_{part} AS (SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY o."id" ORDER BY o."at" DESC)
        AS deleted_row FROM "sagemaker_featurestore"."{table}" o WHERE is_deleted) WHERE deleted_row = 1)
        SELECT t.* FROM table_{part} t LEFT JOIN deleted_{part} d ON t."id" = d."id" WHERE d."id" IS NULL)"""


def join(athena: Client, base: str, table: str, rows: int) -> None:
    query = f"""WITH {newest(base, "base")}, {newest(table, "0")}
        SELECT id, "at", "a.1", "at.1" FROM (SELECT fg_base.id, fg_base."at", fg_0."a" AS "a.1", fg_0."at" AS "at.1",
        row_number() OVER (PARTITION BY fg_base."id" ORDER BY fg_base."at" DESC, fg_0."at" DESC) AS row_recent
        FROM fg_base JOIN fg_0 ON fg_base."id" = fg_0."id"
        AND from_unixtime(fg_base."at") >= from_unixtime(fg_0."at")) WHERE row_recent <= 1"""
    told = ask(athena, query)
    print(
        f"{'point-in-time join':28} {told['TotalExecutionTimeInMillis'] / 1000:.2f} s, of which "
        f"{told['EngineExecutionTimeInMillis'] / 1000:.2f} s in the engine ({rows} rows, {CUSTOMERS} entities)"
    )
    told = ask(athena, f'SELECT count(*), avg(a) FROM "{table}"')
    print(f"{'count and average':28} {told['TotalExecutionTimeInMillis'] / 1000:.2f} s")


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    server = Server(folder / "data")
    try:
        yield server
    finally:
        server.stop()


def main() -> None:
    rows, records = (ROWS // 10, RECORDS // 10) if is_quick() else (ROWS, RECORDS)
    with (
        tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as folder,
        running(Path(folder)) as server,
    ):
        place = server.start()
        sagemaker, runtime, s3, athena = clients(place, "sagemaker", RUNTIME, "s3", "athena")
        s3.create_bucket(Bucket="bench")
        create(sagemaker, "puts", FEATURES)
        put(runtime, records)
        get(runtime, records)
        base, facts = create(sagemaker, "base", FEATURES), create(sagemaker, "facts", FEATURES)
        fill(s3, facts["prefix"], rows, Path(folder))
        fill(s3, base["prefix"], CUSTOMERS, Path(folder))
        join(athena, base["table"], facts["table"], rows)
