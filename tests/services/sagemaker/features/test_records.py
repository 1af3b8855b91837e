"""Records: the newest of an identifier is online; what a record may hold, how long it stays, how it goes."""

from typing import Any

import pytest

from penstock.services.sagemaker.features import times
from penstock.wire.call import ServiceError
from services.sagemaker.features.worlds import BEGAN, World, record, values_in

IN_MEMORY = {"EnableOnlineStore": True, "StorageType": "InMemory"}


async def test_a_record_is_got_as_it_was_put_without_what_is_null(world: World) -> None:
    async with world.open() as client:
        await client.group()

        await client.put(1, 10, name="a \"b\", 'c'", price=1.5)
        await client.put(2, 10)

        assert await client.got(1) == {"id": "1", "name": "a \"b\", 'c'", "price": "1.5", "at": "10"}
        assert await client.got(2) == {"id": "2", "at": "10"}
        assert await client.got(1, FeatureNames=["price", "name"]) == {"name": "a \"b\", 'c'", "price": "1.5"}
        assert await client.got(3) is None


async def test_the_latest_event_time_wins_online_and_all_are_offline(world: World) -> None:
    async with world.open() as client:
        await client.group()

        for at, name in ((20, "late"), (10, "early"), (20, "as late"), ("20.000000001", "latest")):
            await client.put(1, at, name=name)

        assert (await client.got(1) or {})["name"] == "latest"
        await client.ship()
        assert [each["name"] for each in await client.offline()] == ["late", "early", "as late", "latest"]


async def test_target_stores_are_kept_to(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.group("online", OfflineStoreConfig=None, RoleArn=None)

        await client.put(1, 10, target=["OnlineStore"])
        await client.put(2, 10, target=["OfflineStore"])

        assert (await client.got(1), await client.got(2)) == ({"id": "1", "at": "10"}, None)
        await client.ship()
        assert [each["id"] for each in await client.offline()] == [2]
        with pytest.raises(ServiceError, match=r"TargetStores: FeatureGroup \[online\] has no OfflineStore"):
            await client.put(1, 10, group="online", target=["OfflineStore"])


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no number": ({"identifier": "x", "at": 1}, r"Failed to parse value \[x\] as Integral"),
    "a fraction": ({"identifier": "1.0", "at": 1}, "as Integral"),
    "too large": ({"identifier": 1 << 63, "at": 1}, "as Integral"),
    "no fraction": ({"identifier": 1, "at": 1, "price": "cheap"}, "as Fractional"),
    "endless": ({"identifier": 1, "at": 1, "price": "inf"}, "as Fractional"),
    "no time": ({"identifier": 1, "at": "1e400"}, "as Fractional"),
    "before 1970": ({"identifier": 1, "at": -1}, "lies between 1970 and 2262"),
    "unknown": ({"identifier": 1, "at": 1, "colour": "red"}, r"\[colour\] is not defined in FeatureGroup"),
    "a list": ({"identifier": 1, "at": 1, "name": ["a"]}, "is not a collection: use ValueAsString"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_record_that_does_not_fit_is_refused_and_nothing_of_it_is_kept(world: World, case: str) -> None:
    async with world.open() as client:
        given, sentence = WRONG[case]
        await client.group()

        with pytest.raises(ServiceError, match=sentence) as refused:
            await client.put(**given)

        assert refused.value.code == "ValidationError"
        await client.ship()
        assert (await client.runtime("ListRecords"))["RecordIdentifiers"] == await client.offline() == []


async def test_identifier_and_event_time_must_be_there_and_nothing_twice(world: World) -> None:
    async with world.open() as client:
        await client.group()
        whole = record(1, 10)

        for given, sentence in (
            (whole[1:], r"Missing required feature value for feature name: \[id\]"),
            (whole[:1], r"Missing required feature value for feature name: \[at\]"),
            ([*whole, whole[0]], "more than once"),
        ):
            with pytest.raises(ServiceError, match=sentence):
                await client.runtime("PutRecord", Record=given)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1.5", "Fractional", 1_500_000_000),
        ("1700000000.123456789", "Fractional", 1_700_000_000_123_456_789),
        ("2020-01-01T00:00:00Z", "String", 1_577_836_800_000_000_000),
        ("2020-01-01T00:00:00.250Z", "String", 1_577_836_800_250_000_000),
    ],
)
def test_event_times_are_exact(text: str, kind: str, expected: int) -> None:
    assert times.nanoseconds(text, kind) == expected


@pytest.mark.parametrize(
    "text", ["2020-01-01", "2020-01-01T00:00:00", "2020-01-01T00:00:00+01:00", "2020-13-01T00:00:00Z", "1577836800", ""]
)
def test_event_times_of_other_forms_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"ISO-8601|month"):
        times.nanoseconds(text, "String")


async def test_collections_hold_elements_of_their_type(world: World) -> None:
    async with world.open() as client:
        more = [
            {"FeatureName": "tags", "FeatureType": "String", "CollectionType": "Set"},
            {"FeatureName": "visits", "FeatureType": "Integral", "CollectionType": "List"},
            {
                "FeatureName": "place", "FeatureType": "Fractional", "CollectionType": "Vector",
                "CollectionConfig": {"VectorConfig": {"Dimension": 2}},
            },
        ]  # fmt: skip
        await client.group(OnlineStoreConfig=IN_MEMORY)
        await client("UpdateFeatureGroup", FeatureGroupName="orders", FeatureAdditions=more)
        await client.settled()

        await client.put(1, 10, tags=["b", "a"], visits=[3, 1, 3], place=[0.5, 1])
        await client.put(2, 10, tags=[])

        assert await client.got(1) == {
            "id": "1", "at": "10", "tags": ["a", "b"], "visits": ["3", "1", "3"], "place": ["0.5", "1"]
        }  # fmt: skip
        for given, sentence in (
            ({"tags": ["a", "a"]}, "is a set"),
            ({"visits": ["x"]}, "as Integral"),
            ({"place": [1]}, "a vector of dimension 2; 1 values are given"),
            ({"place": 1}, "use ValueAsStringList"),
        ):
            with pytest.raises(ServiceError, match=sentence):
                await client.put(3, 10, **given)
        await client.ship()
        first, second = await client.offline()
        assert (first["tags"], first["visits"], first["place"]) == (["a", "b"], [3, 1, 3], [0.5, 1.0])
        assert (second["tags"], second["visits"]) == ([], None)


async def test_a_record_expires_by_its_own_time_or_its_groups(world: World) -> None:
    async with world.open() as client:
        await client.group(
            OnlineStoreConfig={"EnableOnlineStore": True, "TtlDuration": {"Unit": "Minutes", "Value": 1}}
        )
        await client.put(1, BEGAN, name="first")
        own = {"Unit": "Hours", "Value": 1}
        await client.runtime("PutRecord", Record=record(2, BEGAN), TtlDuration=own)

        told = await client.runtime("GetRecord", RecordIdentifierValueAsString="1", ExpirationTimeResponse="Enabled")
        assert told["ExpiresAt"] == "2023-11-14T22:14:20.000Z"
        assert "ExpiresAt" not in await client.runtime("GetRecord", RecordIdentifierValueAsString="1")
        client.world.now += 61
        assert await client.got(1) is None
        assert await client.got(2) is not None
        await client.shipping.forget_expired()
        left = await client.database.read(lambda tx: tx.rows("SELECT identifier FROM feature_record"))
        assert left == [("2",)]
        # what has expired keeps no earlier record out
        await client.runtime("PutRecord", Record=record(1, BEGAN - 5, name="earlier"), TtlDuration=own)
        assert (await client.got(1) or {})["name"] == "earlier"


async def test_a_soft_deleted_record_keeps_earlier_ones_out_and_is_marked_offline(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10, name="first")

        await client.runtime("DeleteRecord", RecordIdentifierValueAsString="1", EventTime="20")
        await client.put(1, 15, name="too late")
        assert await client.got(1) is None
        await client.put(1, 30, name="again")
        assert (await client.got(1) or {})["name"] == "again"
        await client.runtime("DeleteRecord", RecordIdentifierValueAsString="1", EventTime="25")
        assert (await client.got(1) or {})["name"] == "again"

        await client.ship()
        told = [(each["id"], each["at"], each["name"], each["is_deleted"]) for each in await client.offline()]
        assert told == [
            (1, 10.0, "first", False), (1, 20.0, None, True), (1, 15.0, "too late", False), (1, 30.0, "again", False),
            (1, 25.0, None, True),
        ]  # fmt: skip


async def test_a_hard_deleted_record_leaves_nothing_online(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10)
        gone = {"RecordIdentifierValueAsString": "1", "DeletionMode": "HardDelete"}

        with pytest.raises(ServiceError, match=r"EventTime: \[10\] is not later"):
            await client.runtime("DeleteRecord", EventTime="10", **gone)
        await client.runtime("DeleteRecord", EventTime="11", **gone)

        assert await client.got(1) is None
        await client.put(1, 5)
        assert await client.got(1) == {"id": "1", "at": "5"}
        await client.ship()
        assert [each["is_deleted"] for each in await client.offline()] == [False, True, False]


async def test_soft_deleted_records_are_listed_where_they_are_asked_for(world: World) -> None:
    async with world.open() as client:
        await client.group()
        for identifier in (3, 1, 2):
            await client.put(identifier, 10)
        await client.runtime("DeleteRecord", RecordIdentifierValueAsString="2", EventTime="20")

        first = await client.runtime("ListRecords", MaxResults=1)
        second = await client.runtime("ListRecords", MaxResults=1, NextToken=first["NextToken"])
        every = await client.runtime("ListRecords", IncludeSoftDeletedRecords=True)

        assert (first["RecordIdentifiers"], second["RecordIdentifiers"]) == (["1"], ["3"])
        assert "NextToken" not in second
        assert every["RecordIdentifiers"] == ["1", "2", "3"]


def wanted(group: str, *identifiers: str, **more: Any) -> dict[str, Any]:
    return {"FeatureGroupName": group, "RecordIdentifiersValueAsString": list(identifiers), **more}


async def test_a_batch_tells_what_it_found_and_what_was_wrong(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10, name="a")
        await client.put(2, 10, name="b")

        told = await client.runtime(
            "BatchGetRecord",
            Identifiers=[
                wanted("orders", "1", "2", "3", FeatureNames=["name"]), wanted("nothing", "1"), wanted("orders", "x")
            ],
        )  # fmt: skip

        found = {each["RecordIdentifierValueAsString"]: values_in(each["Record"]) for each in told["Records"]}
        assert found == {"1": {"name": "a"}, "2": {"name": "b"}}
        wrong = [(each["FeatureGroupName"], each["ErrorCode"]) for each in told["Errors"]]
        assert wrong == [("nothing", "ResourceNotFound"), ("orders", "ValidationError")]
        assert told["UnprocessedIdentifiers"] == []


async def test_a_batch_writes_what_fits(world: World) -> None:
    async with world.open() as client:
        await client.group()
        fits, does_not = ({"FeatureGroupName": "orders", "Record": record(each, BEGAN)} for each in (1, "x"))

        told = await client.runtime(
            "BatchWriteRecord", Entries=[fits, does_not], TtlDuration={"Unit": "Weeks", "Value": 1}
        )

        assert [each["Entry"]["Record"][0]["ValueAsString"] for each in told["Errors"]] == ["x"]
        got = await client.runtime("GetRecord", RecordIdentifierValueAsString="1", ExpirationTimeResponse="Enabled")
        assert got["ExpiresAt"] == "2023-11-21T22:13:20.000Z"


async def test_single_features_are_updated_where_the_store_can(world: World) -> None:
    async with world.open() as client:
        await client.group("plain")
        await client.group(OnlineStoreConfig={"EnableOnlineStore": True, "StorageType": "Standard_V2"})
        await client.put(1, 10, name="a", price=1)

        async def update(group: str = "orders", identifier: str = "1", **features: Any) -> None:
            given = [{"FeatureName": name, "ValueAsString": str(value)} for name, value in features.items()]
            await client.runtime("UpdateRecord", group, RecordIdentifierValueAsString=identifier, Features=given)

        await update(price=2)
        await update(at=20, name="b")

        assert await client.got(1) == {"id": "1", "name": "b", "price": "2", "at": "20"}
        for call, sentence in (
            ({"at": 15}, "is before the event time"),
            ({"identifier": "9", "price": 1}, "can't find a record with identifier 9"),
            ({"group": "plain", "price": 1}, "Standard_V2 or InMemory"),
            ({"id": 2}, "cannot be updated"),
        ):
            with pytest.raises(ServiceError, match=sentence):
                await update(**call)
        await client.ship()
        assert [each["price"] for each in await client.offline()] == [1.0, 2.0, 2.0]


async def test_there_are_two_codes_for_a_group_that_is_not_there(world: World) -> None:
    async with world.open() as client:
        await client.bucket()

        with pytest.raises(ServiceError, match="Resource Not Found: Amazon SageMaker can't find a FeatureGroup") as put:
            await client.put(1, 10)
        with pytest.raises(ServiceError, match="can't find a FeatureGroup with name orders") as got:
            await client.got(1)

        assert (put.value.code, got.value.code) == ("ValidationError", "ResourceNotFound")
