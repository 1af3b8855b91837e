"""Stopping the world at any commit after an event was accepted, and starting it again: every target gets it."""

import json
from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from services.clockwork import ACCOUNT, DEAD, QUEUE, World, at, at_work, until_stopped

BUS = f"arn:aws:events:{ACCOUNT}:event-bus"
REPLAY = {
    "ReplayName": "again", "EventSourceArn": f"arn:aws:events:{ACCOUNT}:archive/kept",
    "Destination": {"Arn": f"{BUS}/default"}, "EventStartTime": at("2030-01-01T00:00:00"),
    "EventEndTime": at("2030-01-01T01:00:00"),
}  # fmt: skip


async def prepare(path: Path) -> None:
    """A rule with a queue and another bus, which has a rule with another queue; an archive."""
    migrate(path, MIGRATIONS)
    async with at_work(World(SqliteDatabase(path))) as world:
        await world.events("CreateEventBus", Name="other")
        await world.events("CreateArchive", ArchiveName="kept", EventSourceArn=f"{BUS}/default")
        for bus, arns in (("default", (QUEUE, f"{BUS}/other")), ("other", (DEAD,))):
            await world.events("PutRule", Name="r", EventBusName=bus, EventPattern='{"source": ["me"]}')
            targets = [{"Id": f"t{number}", "Arn": arn} for number, arn in enumerate(arns)]
            await world.events("PutTargets", Rule="r", EventBusName=bus, Targets=targets)


async def live(world: World, accepted: list[str]) -> None:
    """Put an event, and replay it when it has been delivered."""
    entry = {"Source": "me", "DetailType": "done", "Detail": "{}"}
    accepted.append((await world.events("PutEvents", Entries=[entry]))["Entries"][0]["EventId"])
    await world.quiet()
    accepted.append((await world.events("StartReplay", **REPLAY))["ReplayArn"])
    await world.quiet()


async def crashed_once(path: Path, commits: int, *, after: bool) -> bool:
    await prepare(path)
    database = StoppingDatabase(path, 2 + commits, after=after)  # two are the worker's
    first, accepted = World(database, life=2), list[str]()
    stopped = await until_stopped(first, database, live(first, accepted))

    second = World(SqliteDatabase(path), life=3)
    async with at_work(second):
        await second.quiet()
    told = [(call.request["QueueUrl"].rpartition("/")[2], json.loads(call.request["MessageBody"]))
            for call in first.calls + second.calls]  # fmt: skip
    live_, again = ({(queue, each["id"]) for queue, each in told if ("replay-name" in each) is replayed}
                    for replayed in (False, True))  # fmt: skip
    if accepted:
        assert {("jobs", accepted[0]), ("dead", accepted[0])} <= live_, commits
    if len(accepted) > 1:
        assert again == {("jobs", accepted[0]), ("dead", accepted[0])}, commits
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_loses_no_event_that_was_accepted(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await crashed_once(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 5
