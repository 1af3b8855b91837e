"""Stopping the world at any commit after an event was accepted, and starting it again: every target is told."""

from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from services.clockwork import at_work, until_stopped
from services.notifications.worlds import OTHER, TOPIC, World, pipeline_failed, target


async def prepare(path: Path) -> None:
    migrate(path, MIGRATIONS)
    async with at_work(World(SqliteDatabase(path))) as world:
        await world.rule("codepipeline-pipeline-pipeline-execution-failed", Targets=[target(), target(OTHER)])


async def live(world: World, accepted: list[str]) -> None:
    answer = await world.events("PutEvents", Entries=[pipeline_failed()])
    accepted.append(answer["Entries"][0]["EventId"])
    await world.quiet()


async def crashed_once(path: Path, commits: int, *, after: bool) -> bool:
    await prepare(path)
    database = StoppingDatabase(path, 2 + commits, after=after)  # two are the worker's
    first, accepted = World(database, life=2), list[str]()
    stopped = await until_stopped(first, database, live(first, accepted))

    second = World(SqliteDatabase(path), life=3)
    async with at_work(second):
        await second.quiet()
    told = {call.request["TopicArn"] for call in first.calls + second.calls}
    assert not accepted or told == {TOPIC, OTHER}, commits
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_tells_every_target_of_an_event_that_was_accepted(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await crashed_once(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 4
