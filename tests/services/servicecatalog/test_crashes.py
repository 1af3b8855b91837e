"""Stopping the world at any commit of a launch, a change and an end, and starting it again: nobody sees it."""

import asyncio
import shutil
from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Json
from services.clockwork import at_work, until_stopped
from services.servicecatalog.worlds import World
from services.stacks import ROLLED_BACK, Stacks


async def prepare(folder: Path) -> tuple[str, str]:
    """A folder with a product in it; its id, and its version's."""
    await asyncio.to_thread(folder.mkdir)
    migrate(folder / "world.db", MIGRATIONS)
    async with at_work(World(SqliteDatabase(folder / "world.db"), folder)) as world:
        product, _, artifact = await world.offered()
    return product, artifact


async def live(world: World, product: str, artifact: str, told: list[Json]) -> None:
    """Launch, fail to change, and terminate; each under its token, as a client would ask again."""
    told.clear()
    for operation, request in (
        ("ProvisionProduct", {"ProductId": product, "ProvisioningArtifactId": artifact, "ProvisionToken": "p"}),
        ("UpdateProvisionedProduct", {"UpdateToken": "u"}),
        ("TerminateProvisionedProduct", {"TerminateToken": "t"}),
    ):
        answer = await world.ask(operation, ProvisionedProductName="mine", **request)
        told.append(seen(await world.settled(answer)))


async def go_on(world: World, product: str, artifact: str, told: list[Json]) -> None:
    """The same again, unless what was launched is gone already."""
    last: Json = next(iter((await world.ask("ListRecordHistory"))["RecordDetails"]), None)
    if last is None or last["RecordType"] != "TERMINATE_PROVISIONED_PRODUCT":
        await live(world, product, artifact, told)
        return
    await world.settled({"RecordDetail": last})
    history = (await world.ask("ListRecordHistory"))["RecordDetails"][::-1]
    told[:] = [seen(await world.ask("DescribeRecord", Id=each["RecordId"])) for each in history]


def copied(folder: Path, name: str) -> Path:
    """What was prepared, again."""
    return shutil.copytree(folder / "prepared", folder / name)


def seen(record: Json) -> Json:
    detail = {key: value for key, value in record["RecordDetail"].items() if not key.endswith("Time")}
    return detail, record["RecordOutputs"]


def fated() -> Stacks:
    return Stacks(fate=[("CREATE_COMPLETE",), ROLLED_BACK["update"], ("DELETE_COMPLETE",)])


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    product, artifact = await prepare(tmp_path / "prepared")
    whole, expected = copied(tmp_path, "whole"), list[Json]()
    async with at_work(World(SqliteDatabase(whole / "world.db"), whole, fated(), life=2)) as world:
        await live(world, product, artifact, expected)
    assert [detail["Status"] for detail, _ in expected] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]

    crashes = 0
    for commits in range(2, 40):  # two are the worker's
        folder, stacks, told = copied(tmp_path, str(commits)), fated(), list[Json]()
        database = StoppingDatabase(folder / "world.db", commits, after=after)
        first = World(database, folder, stacks, life=2)
        if not await until_stopped(first, database, live(first, product, artifact, told)):
            break
        crashes += 1

        async with at_work(World(SqliteDatabase(folder / "world.db"), folder, stacks, life=3)) as second:
            await go_on(second, product, artifact, told)

        assert told == expected, f"stopped after {commits} commits"
        assert stacks.fate == []
        assert [stack.status for stack in stacks.stacks.values()] == ["DELETE_COMPLETE"]
    assert crashes >= 8
