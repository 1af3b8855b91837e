"""Stopping the world at any commit of a project's life, and starting it again: it comes to the same end."""

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
from services.sagemaker.projects.worlds import TEMPLATE, World
from services.stacks import ROLLED_BACK, Stacks

LIFE = ("Create", "Update", "Delete")


async def prepare(folder: Path) -> str:
    """A folder with a product in it."""
    await asyncio.to_thread(folder.mkdir)
    migrate(folder / "world.db", MIGRATIONS)
    async with at_work(World(SqliteDatabase(folder / "world.db"), folder)) as world:
        product, _, _ = await world.offered()
        await world.template(TEMPLATE)
    return product


async def live(world: World, product: str, told: dict[str, Json]) -> None:
    """Make a project, fail to change it, delete it. What has begun in another life is waited for only."""
    details = {"ProductId": product, "ProvisioningParameters": [{"Key": "Name", "Value": "abc"}]}
    requests: dict[str, dict[str, Json]] = {
        "Create": {"ServiceCatalogProvisioningDetails": details},
        "Update": {"ServiceCatalogProvisioningUpdateDetails": {}},
        "Delete": {},
    }
    for act in LIFE:
        await world.sagemaker(f"{act}Project", ProjectName="churn", token=act, **requests[act])
        project = await world.settled_project()
        if project["ProjectStatus"].startswith(act):
            told[act] = seen(project)


def seen(project: Json) -> Json:
    varied = {"CreationTime", "LastModifiedTime", "ProjectId", "ServiceCatalogProvisionedProductDetails"}
    return {key: value for key, value in project.items() if key not in varied}


def fated() -> Stacks:
    return Stacks(fate=[("CREATE_COMPLETE",), ROLLED_BACK["update"], ("DELETE_COMPLETE",)])


def copied(folder: Path, name: str) -> Path:
    """What was prepared, again."""
    return shutil.copytree(folder / "prepared", folder / name)


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    product = await prepare(tmp_path / "prepared")
    whole, expected = copied(tmp_path, "whole"), dict[str, Json]()
    async with at_work(World(SqliteDatabase(whole / "world.db"), whole, fated(), life=2)) as world:
        await live(world, product, expected)
    assert [expected[act]["ProjectStatus"] for act in LIFE] == ["CreateCompleted", "UpdateFailed", "DeleteCompleted"]

    crashes = 0
    for commits in range(2, 60):  # two are the worker's
        folder, stacks, told = copied(tmp_path, str(commits)), fated(), dict[str, Json]()
        database = StoppingDatabase(folder / "world.db", commits, after=after)
        first = World(database, folder, stacks, life=2)
        if not await until_stopped(first, database, live(first, product, told)):
            break
        crashes += 1

        async with at_work(World(SqliteDatabase(folder / "world.db"), folder, stacks, life=3)) as second:
            await second.settled_project() if told or await has_begun(second) else None
            await live(second, product, told)

        assert told == expected, f"stopped after {commits} commits"
        assert stacks.fate == []
        assert [stack.status for stack in stacks.stacks.values()] == ["DELETE_COMPLETE"]
    assert crashes >= 20


async def has_begun(world: World) -> bool:
    return bool((await world.sagemaker("ListProjects"))["ProjectSummaryList"])
