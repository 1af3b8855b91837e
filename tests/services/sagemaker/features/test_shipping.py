"""Shipping: where files are, what is in them, when they go; and that no crash loses or doubles a record."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.services.sagemaker.features import shipping
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import ServiceError
from services.sagemaker.features.worlds import BEGAN, DATA, DEADLINE, Client, World

HOUR = 3600.0


async def test_records_are_in_the_files_of_their_hours_with_what_aws_adds(world: World) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, BEGAN, name="a", price=1)
        await client.put(2, BEGAN + 2 * HOUR, name="b")
        await client.put(3, BEGAN + 1, name="c")

        await client.ship()

        found = {each["id"]: each for each in await client.offline()}
        place = DATA.removeprefix("s3://lake/")
        file = f"20231114T221420Z_{found[1]['key'][-40:-8]}.parquet"
        assert found[1]["key"] == found[3]["key"] == f"{place}/year=2023/month=11/day=14/hour=22/{file}"
        assert found[2]["key"] == f"{place}/year=2023/month=11/day=15/hour=00/{file}"
        assert [*found[1]] == ["key", "id", "name", "price", "at", "write_time", "api_invocation_time", "is_deleted"]
        assert (found[1]["name"], found[1]["price"], found[1]["at"]) == ("a", 1.0, BEGAN)
        assert found[1]["api_invocation_time"] == datetime(2023, 11, 14, 22, 13, 20)  # noqa: DTZ001 - as it is in files
        assert found[1]["write_time"] == datetime(2023, 11, 14, 22, 14, 20)  # noqa: DTZ001
        assert found[1]["is_deleted"] is False


async def test_records_wait_for_one_another_a_while_unless_they_are_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.open() as client:
        await client.group()
        await client.put(1, 10)

        assert await client.shipping.ship_due()
        assert await client.files() == {}
        world.now += shipping.SHIP_AFTER
        assert not await client.shipping.ship_due()
        assert len(await client.files()) == 1

        monkeypatch.setattr(shipping, "SHIP_FULL", 2)
        for identifier in range(5):
            await client.put(identifier, 20)
        assert await client.shipping.ship_due()
        assert len(await client.files()) == 3


async def test_more_than_a_few_records_of_an_hour_are_two_files(world: World) -> None:
    many = range(shipping.FEW + 1)
    async with world.open() as client:
        await client.group()
        for identifier in many:
            await client.put(identifier, 10)

        await client.ship()

        found = await client.offline()
        assert sorted(each["id"] for each in found) == [*many]
        assert len({each["key"] for each in found}) == 2


async def test_what_s3_refuses_waits_and_the_group_says_so(world: World) -> None:
    async with world.open() as client:
        group = await client.group()
        await client("DeleteBucket", service="s3", Bucket="lake")
        await client.put(1, 10)

        await client.ship()
        blocked = (await client("DescribeFeatureGroup", FeatureGroupName="orders"))["OfflineStoreStatus"]
        assert blocked["Status"] == "Blocked"
        assert "PutObject failed" in blocked["BlockedReason"]

        await client.bucket()
        await client.ship()
        assert [each["id"] for each in await client.offline()] == [1]
        assert await client("DescribeFeatureGroup", FeatureGroupName="orders") == group


async def test_at_work_it_ships_by_itself(world: World) -> None:
    async with world.open() as client:
        await client.group()
        working = asyncio.create_task(client.shipping.work())
        await client.put(1, 10)
        world.now += 60

        async with asyncio.timeout(DEADLINE):
            while not await client.files():  # noqa: ASYNC110 - objects tell nobody that they are there
                await asyncio.sleep(0.02)
        working.cancel()


@dataclass
class Diary:
    """What a customer knows to be done, and how often each record was put."""

    done: set[str] = field(default_factory=set)
    put: Counter[int] = field(default_factory=Counter)


async def live(client: Client, diary: Diary) -> None:
    """Create a group, put records, ship, put more, delete the group; what was answered is not asked again."""

    async def once(what: str, asking: Coroutine[Any, Any, object]) -> None:
        if what in diary.done:
            asking.close()
            return
        await asking
        diary.done.add(what)

    async def put(identifier: int) -> None:
        diary.put[identifier] += 1
        await client.put(identifier, BEGAN + identifier * HOUR)

    await once("create", client.group())
    await once("put 0", put(0))
    await once("put 1", put(1))
    await once("ship", client.ship())
    await once("put 2", put(2))
    await once("delete", client("DeleteFeatureGroup", FeatureGroupName="orders", token="delete it"))
    with pytest.raises(ServiceError, match="can't find"):
        await client.settled()


@pytest.mark.parametrize(("after", "step"), [(False, 1), (True, 3)], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_loses_no_record_that_was_answered_and_doubles_none(
    tmp_path: Path, after: bool, step: int
) -> None:
    crashes = 0
    for commits in range(1, 60, step):
        world, diary = World(tmp_path / str(commits)), Diary()

        async def life(database: SqliteDatabase, world: World = world, diary: Diary = diary) -> None:
            async with world.open(database) as client:
                await live(client, diary)

        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(life(database), database):
            break
        crashes += 1

        await life(SqliteDatabase(world.database_path))

        async with world.open() as client:
            offline = Counter(each["id"] for each in await client.offline())
        assert offline.keys() == {0, 1, 2}, f"stopped after {commits} commits"
        # A put that was not answered may have been kept; it was asked again.
        assert all(1 <= offline[each] <= diary.put[each] for each in offline), f"stopped after {commits} commits"
    assert crashes * step >= 20
