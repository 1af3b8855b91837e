"""Feature groups: created with their tables, described, listed, found, updated, deleted; and what is refused."""

from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.features.worlds import DATA, TABLE, Client, World, group_request

ARN = "arn:aws:sagemaker:us-east-1:123456789012:feature-group/orders"
EXTRA = ["write_time timestamp", "api_invocation_time timestamp", "is_deleted boolean"]


async def table(client: Client, name: str = TABLE) -> Any:
    return (await client("GetTable", service="glue", DatabaseName="sagemaker_featurestore", Name=name))["Table"]


def columns(told: Any) -> list[str]:
    return [f"{each['Name']} {each['Type']}" for each in told["StorageDescriptor"]["Columns"]]


async def test_a_group_is_created_with_its_place_in_s3_and_its_table(world: World) -> None:
    async with world.open() as client:
        group = await client.group(Description="what was bought", Tags=[{"Key": "team", "Value": "shop"}])

        assert group["FeatureGroupStatus"] == "Created"
        assert group["FeatureGroupArn"] == ARN
        assert group["OfflineStoreStatus"] == {"Status": "Active"}
        assert group["ThroughputConfig"] == {"ThroughputMode": "OnDemand"}
        assert group["OfflineStoreConfig"] == {
            "S3StorageConfig": {"S3Uri": "s3://lake/store", "ResolvedOutputS3Uri": DATA},
            "DisableGlueTableCreation": False,
            "TableFormat": "Glue",
            "DataCatalogConfig": {
                "TableName": TABLE,
                "Catalog": "AwsDataCatalog",
                "Database": "sagemaker_featurestore",
            },
        }
        told = await table(client)
        assert columns(told) == ["id bigint", "name string", "price double", "at double", *EXTRA]
        assert [each["Name"] for each in told["PartitionKeys"]] == ["year", "month", "day", "hour"]
        assert told["StorageDescriptor"]["Location"] == DATA
        assert (await client("ListTags", ResourceArn=ARN))["Tags"] == [{"Key": "team", "Value": "shop"}]


async def test_names_have_no_case_and_an_arn_is_as_good(world: World) -> None:
    async with world.open() as client:
        await client.group()

        assert (await client("DescribeFeatureGroup", FeatureGroupName=ARN))["FeatureGroupName"] == "orders"
        with pytest.raises(ServiceError) as taken:
            await client("CreateFeatureGroup", **group_request("ORDERS"))
        assert taken.value.code == "ResourceInUse"


async def test_a_group_whose_bucket_is_not_there_has_failed_and_can_be_deleted(world: World) -> None:
    async with world.open() as client:
        store = {"S3StorageConfig": {"S3Uri": "s3://nowhere/x"}}

        group = await client.group(OfflineStoreConfig=store)

        assert group["FeatureGroupStatus"] == "CreateFailed"
        assert "HeadBucket" in group["FailureReason"]
        await client("DeleteFeatureGroup", FeatureGroupName="orders")
        with pytest.raises(ServiceError, match="can't find a FeatureGroup with name orders"):
            await client.settled()


async def test_a_group_of_a_table_that_is_there_already_has_failed(world: World) -> None:
    async with world.open() as client:
        place = {"TableName": "mine", "Catalog": "AwsDataCatalog", "Database": "lake"}
        store = {"S3StorageConfig": {"S3Uri": "s3://lake/x"}, "DataCatalogConfig": place}
        await client.group("first", OfflineStoreConfig=store)

        second = await client.group("second", OfflineStoreConfig=store)

        assert second["FeatureGroupStatus"] == "CreateFailed"
        assert "Table already exists" in second["FailureReason"]


async def test_a_group_may_do_without_a_table_or_without_an_offline_store(world: World) -> None:
    async with world.open() as client:
        store = {"S3StorageConfig": {"S3Uri": "s3://lake/x"}, "DisableGlueTableCreation": True}

        bare = await client.group("bare", OfflineStoreConfig=store)
        online = await client.group("online", OfflineStoreConfig=None, RoleArn=None)

        assert "DataCatalogConfig" not in bare["OfflineStoreConfig"]
        assert "OfflineStoreConfig" not in online
        assert (await client("GetDatabases", service="glue"))["DatabaseList"] == []


REFUSED = {
    "no store": ({"OnlineStoreConfig": None, "OfflineStoreConfig": None}, "At least one of OnlineStoreConfig"),
    "no role": ({"RoleArn": None}, "RoleArn is required"),
    "Iceberg": (
        {"OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "s3://lake/x"}, "TableFormat": "Iceberg"}},
        "TableFormat Iceberg is not supported",
    ),
    "not S3": ({"OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "https://lake/x"}}}, "must be an S3 URI"),
    "no identifier": ({"RecordIdentifierFeatureName": "x"}, "is not among the FeatureDefinitions"),
    "a count as time": ({"EventTimeFeatureName": "id"}, "must be of FeatureType String or Fractional"),
    "time as identifier": ({"RecordIdentifierFeatureName": "at"}, "must be different features"),
    "a ttl of nothing": (
        {"OnlineStoreConfig": {"EnableOnlineStore": True, "TtlDuration": {"Unit": "Days"}}},
        "has a Unit and a Value",
    ),
    "a tier of nothing": ({"OnlineStoreConfig": {"StorageType": "InMemory"}}, "OnlineStoreConfig.StorageType is for"),
    "units on demand": (
        {"ThroughputConfig": {"ThroughputMode": "OnDemand", "ProvisionedReadCapacityUnits": 1}},
        "is for the ThroughputMode Provisioned",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_is_refused_in_a_sentence(world: World, case: str) -> None:
    async with world.open() as client:
        request, sentence = REFUSED[case]

        with pytest.raises(ServiceError, match=sentence) as refused:
            await client("CreateFeatureGroup", **group_request(**request))  # type: ignore[arg-type]

        assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"FeatureName": "write_time", "FeatureType": "String"}, "is reserved"),
        ({"FeatureName": "ID", "FeatureType": "String"}, "must be unique"),
        ({"FeatureName": "v", "FeatureType": "String", "CollectionType": "List"}, "StorageType is InMemory"),
    ],
)
async def test_features_that_cannot_be_are_refused(world: World, more: Any, sentence: str) -> None:
    async with world.open() as client:
        request = group_request()
        request["FeatureDefinitions"].append(more)

        with pytest.raises(ServiceError, match=sentence):
            await client("CreateFeatureGroup", **request)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"FeatureType": "String", "CollectionType": "Vector"}, "must be of FeatureType Fractional"),
        ({"FeatureType": "Fractional", "CollectionType": "Vector"}, "which needs it"),
    ],
)
async def test_vectors_have_numbers_and_a_dimension(world: World, more: Any, sentence: str) -> None:
    async with world.open() as client:
        request = group_request(OnlineStoreConfig={"EnableOnlineStore": True, "StorageType": "InMemory"})
        request["FeatureDefinitions"].append({"FeatureName": "v", **more})

        with pytest.raises(ServiceError, match=sentence):
            await client("CreateFeatureGroup", **request)


async def test_features_are_added_to_a_group_its_table_and_what_can_be_found(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10)
        more = [{"FeatureName": "colour", "FeatureType": "String"}]

        await client("UpdateFeatureGroup", FeatureGroupName="orders", FeatureAdditions=more)
        group = await client.settled()

        assert group["LastUpdateStatus"] == {"Status": "Successful"}
        assert group["FeatureDefinitions"][-1] == more[0]
        assert columns(await table(client))[4] == "colour string"
        await client.put(2, 10, colour="red")
        assert await client.got(2) == {"id": "2", "at": "10", "colour": "red"}
        described = await client("DescribeFeatureMetadata", FeatureGroupName="orders", FeatureName="colour")
        assert described["FeatureType"] == "String"
        with pytest.raises(ServiceError, match="must be unique"):
            await client("UpdateFeatureGroup", FeatureGroupName="orders", FeatureAdditions=more)


async def test_the_online_store_and_the_throughput_are_updated(world: World) -> None:
    async with world.open() as client:
        await client.group()

        async def update(**change: Any) -> Any:
            await client("UpdateFeatureGroup", FeatureGroupName="orders", **change)
            return await client.settled()

        kept = await update(OnlineStoreConfig={"TtlDuration": {"Unit": "Days", "Value": 2}})
        assert kept["OnlineStoreConfig"] == {"EnableOnlineStore": True, "TtlDuration": {"Unit": "Days", "Value": 2}}
        assert (await update(OnlineStoreConfig={"TtlDuration": {}}))["OnlineStoreConfig"] == {"EnableOnlineStore": True}
        moved = await update(OnlineStoreConfig={"StorageType": "Standard_V2"})
        assert moved["OnlineStoreConfig"]["StorageType"] == "Standard_V2"
        with pytest.raises(ServiceError, match="cannot change from Standard_V2 to Standard"):
            await update(OnlineStoreConfig={"StorageType": "Standard"})
        provisioned = {"ThroughputMode": "Provisioned", "ProvisionedWriteCapacityUnits": 10}
        assert (await update(ThroughputConfig=provisioned))["ThroughputConfig"] == provisioned
        with pytest.raises(ServiceError, match="has one of"):
            await update(ThroughputConfig=provisioned, OnlineStoreConfig={})


async def test_a_deleted_group_leaves_its_offline_records_and_its_table(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10)

        await client("DeleteFeatureGroup", FeatureGroupName="orders")
        with pytest.raises(ServiceError, match="can't find a FeatureGroup"):
            await client.settled()

        assert [each["id"] for each in await client.offline()] == [1]
        assert (await table(client))["Name"] == TABLE
        client.world.now += 5
        await client("CreateFeatureGroup", **group_request())
        await client.settled()
        assert await client.got(1) is None


async def test_a_group_whose_records_cannot_be_brought_to_s3_is_not_deleted(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10)
        await client("DeleteBucket", service="s3", Bucket="lake")

        await client("DeleteFeatureGroup", FeatureGroupName="orders")
        group = await client.settled()

        assert group["FeatureGroupStatus"] == "DeleteFailed"
        assert "could not be written to the offline store" in group["FailureReason"]
        await client.bucket()
        await client("DeleteFeatureGroup", FeatureGroupName="orders")
        with pytest.raises(ServiceError, match="can't find"):
            await client.settled()
        assert len(await client.offline()) == 1


async def test_groups_are_listed_and_found_with_their_features(world: World) -> None:
    async with world.open() as client:
        await client.group("b-first")
        await client.group("a-second")

        async def listed(**request: Any) -> list[str]:
            answer = await client("ListFeatureGroups", **request)
            return [each["FeatureGroupName"] for each in answer["FeatureGroupSummaries"]]

        assert await listed(SortBy="Name") == ["a-second", "b-first"]
        assert await listed(NameContains="FIRST") == ["b-first"]
        assert await listed(FeatureGroupStatusEquals="Deleting") == []
        assert await listed(SortBy="FeatureGroupStatus", SortOrder="Descending", MaxResults=1) == ["b-first"]
        with pytest.raises(ServiceError, match="OfflineStoreStatusEquals is not supported"):
            await listed(OfflineStoreStatusEquals="Active")

        await client(
            "UpdateFeatureMetadata", FeatureGroupName="b-first", FeatureName="price", Description="what it costs",
            ParameterAdditions=[{"Key": "unit", "Value": "EUR"}, {"Key": "old", "Value": "1"}],
        )  # fmt: skip
        await client(
            "UpdateFeatureMetadata", FeatureGroupName="b-first", FeatureName="price", ParameterRemovals=["old"]
        )

        async def found(resource: str, name: str, value: str) -> list[Any]:
            expression = {"Filters": [{"Name": name, "Operator": "Contains", "Value": value}]}
            return [
                each[resource]
                for each in (await client("Search", Resource=resource, SearchExpression=expression))["Results"]
            ]

        (price,) = await found("FeatureMetadata", "Description", "costs")
        assert (price["FeatureGroupName"], price["FeatureName"]) == ("b-first", "price")
        assert price["Parameters"] == [{"Key": "unit", "Value": "EUR"}]
        assert [each["FeatureGroupName"] for each in await found("FeatureGroup", "FeatureGroupName", "second")] == [
            "a-second"
        ]
        with pytest.raises(ServiceError, match="can't find a Feature with name nothing"):
            await client("DescribeFeatureMetadata", FeatureGroupName="b-first", FeatureName="nothing")
