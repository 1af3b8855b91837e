"""Sandboxes: they stay, do what they are told, let people in, and stop; so do builds that are debugged."""

import asyncio
import contextlib
import json
from functools import partial
from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.cli.building.terminal import HEAD
from penstock.engine.facts import RunId
from penstock.engine.jobs import JobId
from penstock.services.codebuild.running import job_id
from penstock.services.codebuild.sandboxes import executing
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, ServiceError
from penstock.wire.terminals import Way
from services.codebuild.worlds import ALICE, DEADLINE, Client, Json, World, project
from services.sagemaker.jobs.worlds import Room


async def sandbox_of(client: Client, id: str) -> Json:  # noqa: A002
    return (await client("BatchGetSandboxes", ids=[id]))["sandboxes"][0]


async def done(client: Client, sandbox: Json, command: str) -> Json:
    """Have a command carried out."""
    started = (await client("StartCommandExecution", sandboxId=sandbox["id"], command=command))["commandExecution"]
    async with asyncio.timeout(DEADLINE):
        await client.engine.settled(RunId(f"{sandbox['arn']}/command-execution/{started['id']}"))
    asked = {"sandboxId": sandbox["arn"], "commandExecutionIds": [started["id"], "another"]}
    found = await client("BatchGetCommandExecutions", **asked)
    assert found["commandExecutionsNotFound"] == ["another"]
    return found["commandExecutions"][0]


async def running_of(client: Client, sandbox: Json) -> Json:
    """The sandbox once it is known to be there: commands are carried out from a little earlier on."""
    async with asyncio.timeout(DEADLINE):
        while True:
            found = await sandbox_of(client, sandbox["arn"])
            if found["status"] == "RUN_SANDBOX":
                return found
            await asyncio.sleep(0.02)


async def stopped(client: Client, sandbox: Json) -> Json:
    await client("StopSandbox", id=sandbox["id"])
    async with asyncio.timeout(DEADLINE):
        await client.engine.settled(RunId(sandbox["arn"]))
    return await sandbox_of(client, sandbox["id"])


async def test_a_sandbox_does_what_it_is_told_until_it_is_stopped(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec="version: 0.2\nphases: {build: {commands: [exit 1]}}"))
        sandbox = (await client("StartSandbox", projectName="app", idempotencyToken="once"))["sandbox"]
        same = (await client("StartSandbox", projectName="app", idempotencyToken="once"))["sandbox"]
        good = await done(client, sandbox, "cd /; echo said; echo complained >&2")
        bad = await done(client, sandbox, "basename $PWD; exit 3")
        running = await running_of(client, sandbox)
        listed = await client("ListCommandExecutionsForSandbox", sandboxId=sandbox["id"], sortOrder="ASCENDING")
        over = await stopped(client, sandbox)
        lists = await client("ListSandboxes"), await client("ListSandboxesForProject", projectName="app")
        with pytest.raises(ServiceError, match="carries out nothing any more"):
            await client("StartCommandExecution", sandboxId=sandbox["id"], command="true")
        missing = await client("BatchGetSandboxes", ids=["app:none"])

    assert (sandbox["status"], same["id"]) == ("QUEUED", sandbox["id"])
    assert (running["status"], running["currentSession"]["currentPhase"]) == ("RUN_SANDBOX", "RUN_SANDBOX")
    assert (good["status"], good["exitCode"]) == ("SUCCEEDED", "0")
    assert (good["standardOutputContent"], good["standardErrContent"]) == ("said\n", "complained\n")
    assert (bad["status"], bad["exitCode"], bad["standardOutputContent"]) == ("FAILED", "3", "primary\n")
    assert good["startTime"] <= good["endTime"]
    assert listed["commandExecutions"] == [good, bad]
    assert [each["ids"] for each in lists] == [[sandbox["id"]], [sandbox["id"]]]
    assert missing == {"sandboxes": [], "sandboxesNotFound": ["app:none"]}
    assert over["status"] == "STOPPED"
    assert [each["phaseType"] for each in over["currentSession"]["phases"]] == [
        "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "RUN_SANDBOX", "FINALIZING", "COMPLETED"
    ]  # fmt: skip


async def test_a_sandbox_that_ends_leaves_no_status_of_its_commands(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        sandbox = (await client("StartSandbox", projectName="app"))["sandbox"]
        endless = asyncio.create_task(done(client, sandbox, "echo begun; sleep 90"))
        place = None
        while place is None or not list(place.glob("*/began")):
            await asyncio.sleep(0.02)
            place = world.runtime.place(job_id(RunId(sandbox["arn"])), "/opt/ml/build/commands")
        await stopped(client, sandbox)
        command = await endless

    assert command["status"] == "FAILED"
    assert "exitCode" not in command


async def says(way: Way, typed: str, awaited: str) -> None:
    """Type something into a terminal, and wait for something to be shown."""
    reader, writer = way
    writer.write(HEAD.pack(b"d", len(typed)) + typed.encode())
    shown = b""
    async with asyncio.timeout(DEADLINE):
        while awaited.encode() not in shown:
            shown += await reader.read(1 << 14)


async def leave(way: Way) -> None:
    way[1].close()
    with contextlib.suppress(ConnectionError):
        await way[1].wait_closed()


async def test_a_token_lets_in_once(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project())
        sandbox = (await client("StartSandbox", projectName="app"))["sandbox"]
        await done(client, sandbox, "true")
        session = (await client("StartSandboxConnection", sandboxId=sandbox["id"]))["ssmSession"]
        way = await world.enter(session["tokenValue"])
        again = await world.enter(session["tokenValue"])
        assert way is not None
        await says(way, "echo $((6 * 7)) in $(basename $PWD)\n", "42 in primary")
        await leave(way)
        await stopped(client, sandbox)
        with pytest.raises(ServiceError, match="no door yet, or no more: it is STOPPED"):
            await client("StartSandboxConnection", sandboxId=sandbox["id"])

    assert again is None
    assert session["streamUrl"].startswith("http://here/_penstock/terminals/codebuild/")


async def test_a_debugged_build_that_fails_waits_for_who_looks(world: World) -> None:
    spec = "version: 0.2\nphases: {build: {commands: [export MINE=kept, 'false']}}"

    async def session(target: str) -> Json:
        return await client.directory.answer(Call("ssm", "StartSession", {"Target": target}, ALICE))

    async with world.open() as client:
        await client("CreateProject", **project(spec=spec))
        build = (await client("StartBuild", projectName="app", debugSessionEnabled=True))["build"]
        target, told = build["debugSession"]["sessionTarget"], None
        async with asyncio.timeout(DEADLINE):
            while told is None:
                with contextlib.suppress(ServiceError):  # it is not paused yet
                    told = await session(target)
                await asyncio.sleep(0.05)
        way = await world.enter(told["TokenValue"])
        assert way is not None
        await says(way, "echo it is $MINE\n", "it is kept")
        way[1].write(HEAD.pack(b"d", 17) + b"codebuild-resume\n")
        ended = await client.ended(build)
        await leave(way)
        with pytest.raises(ServiceError, match="the build is not paused"):
            await session(target)
        with pytest.raises(ServiceError, match="the targets that Penstock has"):
            await session("i-1234567890abcdef0")

    assert ended["buildStatus"] == "FAILED"
    assert ended["debugSession"] == {"sessionEnabled": True, "sessionTarget": f"codebuild:{build['id']}"}


PHASE = {"phaseType": "RUN_SANDBOX", "phaseStatus": "IN_PROGRESS", "startTime": 1.0}


def obeys(room: Room, stops: set[JobId]) -> Json:
    """A sandbox that does what it is told at once, and then stays."""

    async def stays() -> int:
        commands = room.path("/opt/ml/build/commands")
        commands.mkdir(parents=True, exist_ok=True)
        room.write("/opt/ml/build/told/build.json", json.dumps({"phases": [PHASE]}))
        while room.job.id not in stops:
            for each in (each for each in commands.glob("[!.]*") if not (each / "ended").exists()):
                (each / "began").write_text("1.0")
                (each / "out").write_text("done")
                (each / "ended").write_text("2.0 0")
            await asyncio.sleep(0.005)
        return 143

    return stays()


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(
    tmp_path: Path, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executing, "LOOK_EVERY", 0.01)

    async def live(world: World, database: SqliteDatabase) -> tuple[str, str, str]:
        async with world.open(database) as client:
            if not (await client("BatchGetProjects", names=["app"]))["projects"]:
                await client("CreateProject", **project())
            sandbox = (await client("StartSandbox", projectName="app", idempotencyToken="once"))["sandbox"]
            request = {"sandboxId": sandbox["id"], "command": "true"}
            call = Call("codebuild", "StartCommandExecution", request, ALICE, token="once")
            if sandbox["status"] != "STOPPED":
                started = (await client.directory.answer(call))["commandExecution"]
                await client.engine.settled(RunId(f"{sandbox['arn']}/command-execution/{started['id']}"))
            over = await stopped(client, sandbox)
            listed = await client("ListCommandExecutionsForSandbox", sandboxId=sandbox["id"])
            [command] = listed["commandExecutions"]
            return over["status"], command["status"], command["standardOutputContent"]

    crashes = 0
    for commits in range(1, 30):
        folder = tmp_path / str(commits)
        folder.mkdir()
        stops: set[JobId] = set()
        world = World(folder, partial(obeys, stops=stops))
        world.runtime.stops = stops
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(live(world, database), database):
            break
        crashes += 1
        world.runtime.rooms.clear()  # a job that outlives the server is found again by the real runtimes

        assert await live(world, SqliteDatabase(world.database_path)) == ("STOPPED", "SUCCEEDED", "done")
    assert crashes >= 6
