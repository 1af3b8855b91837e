"""Feature groups with real clients: the SDK's ingestion, queries and data sets; a server killed under boto3."""

from typing import Any

import pytest

from end_to_end.sdk import Sdk
from end_to_end.world import BUCKET, ROLE, World, until

Json = Any
PUT = 30


@pytest.mark.group("sdk")
def test_the_sdk_ingests_queries_and_joins_at_points_in_time(sdk: Sdk) -> None:
    done = sdk.run("sdk_features.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "online [{'FeatureName': 'customer', 'ValueAsString': 'c1'}, {'FeatureName': 'level', 'ValueAsString': '2'}",
        "sums [['c0', 270.0], ['c1', 285.0], ['c2', 300.0], ['c3', 315.0]]",
        "joined 84 ['amount', 'customer', 'event_time', 'level.1', 'order_id']",
        "level as it was True",
        "frame [['c0', 0], ['c3', 2]]",
        "left 39 False 40",
        'range 5 "order_id","customer","amount","event_time"',
        "metadata what it cost [{'Key': 'unit', 'Value': 'EUR'}]",
        "listed ['orders']",
        "batch 1 [] []",
    ):
        assert seen in done.stdout, done.stdout + done.stderr


def create(world: World) -> str:
    """A feature group; its ARN."""
    arn: str = world.sagemaker.create_feature_group(
        FeatureGroupName="killed",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="at",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "Integral"},
            {"FeatureName": "at", "FeatureType": "String"},
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{world.bucket()}/store"}},
        RoleArn=ROLE,
    )["FeatureGroupArn"]
    until(lambda: described(world)["FeatureGroupStatus"] == "Created", "the group is created")
    return arn


def described(world: World) -> Json:
    return world.sagemaker.describe_feature_group(FeatureGroupName="killed")


def ask(world: World, query: str) -> list[list[str]]:
    """The rows of a query's result."""
    athena = world.client("athena")
    name = athena.start_query_execution(
        QueryString=query,
        QueryExecutionContext={"Database": "sagemaker_featurestore"},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results"},
    )["QueryExecutionId"]

    def ended() -> Json:
        status = athena.get_query_execution(QueryExecutionId=name)["QueryExecution"]["Status"]
        return status if status["State"] not in {"QUEUED", "RUNNING"} else None

    status = until(ended, "the query has ended")
    assert status["State"] == "SUCCEEDED", status
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=name)
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    return [[each.get("VarCharValue", "") for each in row] for row in rows[1:]]


def test_no_record_that_was_answered_is_lost_or_doubled_by_kills(own: World) -> None:
    arn, runtime = create(own), own.client("sagemaker-featurestore-runtime")
    table = described(own)["OfflineStoreConfig"]["DataCatalogConfig"]["TableName"]

    for number in range(PUT):
        values = {"id": str(number), "at": f"2024-01-{1 + number % 3:02d}T00:00:00Z"}
        record = [{"FeatureName": name, "ValueAsString": value} for name, value in values.items()]
        runtime.put_record(FeatureGroupName=arn if number % 2 else "killed", Record=record)
        if number % 15 == 9:
            own.server.kill()
            own.start()

    for number in range(PUT):
        got = runtime.get_record(FeatureGroupName=arn, RecordIdentifierValueAsString=str(number), FeatureNames=["at"])
        assert got["Record"] == [{"FeatureName": "at", "ValueAsString": f"2024-01-{1 + number % 3:02d}T00:00:00Z"}]
    count = f"SELECT count(*), count(DISTINCT id) FROM {table}"
    until(lambda: int(ask(own, count)[0][0]) >= PUT, "everything is offline")
    assert ask(own, count) == [[str(PUT), str(PUT)]]
    assert ask(own, f"SELECT day, count(*) FROM {table} GROUP BY 1 ORDER BY 1") == [
        ["01", "10"],
        ["02", "10"],
        ["03", "10"],
    ]
    listed = runtime.list_records(FeatureGroupName="killed", MaxResults=1)
    assert listed["RecordIdentifiers"] == ["0"]
