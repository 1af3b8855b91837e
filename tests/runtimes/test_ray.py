"""Ray: who is asked for what, what outlives what, and that nothing is left behind. No Ray is needed here."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from starlette.responses import PlainTextResponse

from penstock import __version__
from penstock.composition import raynode
from penstock.composition.nodes import address_for_nodes
from penstock.engine.jobs import Building, Ending, File, Job, Resources
from penstock.runtimes.ray import Address, Cluster, NoCluster, find_cluster, rayjobs
from penstock.runtimes.ray.cluster import Node, fitted
from penstock.runtimes.ray.errands import VARIABLE, Call, Mission, Word
from penstock.runtimes.ray.node.line import Line, NotWanted, Refused
from penstock.store.blobs import Digest
from runtimes.rays import JobServer, RayWorld, Submitted, job_server, ray_at
from runtimes.worlds import MODEL, processes, until

MIB = float(1 << 20)
NO_ROOM = "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rayjobs, "SILENCE", 0.2)
    monkeypatch.setattr(rayjobs, "LONGEST_PAUSE", 0.05)


@asynccontextmanager
async def agent_of(submitted: Submitted) -> AsyncIterator[Line]:
    """An agent's line, for who plays the agent."""
    line = Line(submitted.mission, time.time, patience=20.0)
    try:
        yield line
    finally:
        await line.close()


async def submitted(server: JobServer, *, besides: int = 0) -> Submitted:
    """The latest that was submitted."""
    await until(lambda: len(server.jobs) > besides)
    return list(server.jobs.values())[-1]


async def take(line: Line, submitted: Submitted, agent: str = "a") -> Job:
    return (await line.take(Call(submitted.mission.attempt, agent), patience=5.0)).job


def running(world: RayWorld, job: Job) -> "asyncio.Task[Ending]":
    return asyncio.create_task(world.run(job))


def left_in(folder: Path) -> list[Path]:
    """What agents have left on their node."""
    return list(folder.glob("penstock-ray-*"))


# -- with an agent of its own


async def test_a_job_on_a_node_has_its_inputs_and_leaves_its_outputs_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with job_server() as (server, address), ray_at(tmp_path, address, kill=False) as world:
        text = """
import http.client, os, pathlib, shutil
shutil.copy("/opt/ml/input/data/train/a", "/opt/ml/model/a")
pathlib.Path("/opt/ml/model/b").write_text("2")
line = http.client.HTTPConnection(os.environ["SERVER"].partition("//")[2])
line.request("GET", "/nothing")
print(line.getresponse().status)
"""
        job = world.script(
            text,
            inputs=(world.input("/opt/ml/input/data/train", {"a": b"1"}),),
            outputs=(MODEL,),
            environment={"SERVER": "http://penstock.here"},
        )

        ending = await world.run(job)

        assert ending.is_success
        assert world.kept(ending.outputs["model"]) == {"a": b"1", "b": b"2"}
        assert ending.environment is not None
        assert msgspec.json.decode(world.blobs.find(ending.environment).read())["environment"] == "installed"
        assert world.log_of(job) == "404"  # the server's own answer, by the node's relay
        (ran,) = server.jobs.values()
        assert ran.process is not None
        assert await ran.process.wait() == 0
        assert left_in(tmp_path) == []
        assert processes(f"{tmp_path}/penstock-ray") == []


async def test_an_agent_that_is_killed_takes_its_job_along_and_the_job_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with job_server() as (server, address), ray_at(tmp_path, address, kill=False) as world:
        job = world.job("sh", "-c", "echo begun; sleep 600")
        task = running(world, job)
        await until(lambda: world.log_of(job))
        (ran,) = server.jobs.values()
        assert ran.process is not None

        os.killpg(ran.process.pid, signal.SIGKILL)

        ending = await task
        assert (ending.reason, "its agent on a node is gone" in ending.message) == ("lost", True)
        await until(lambda: not processes(f"{tmp_path}/penstock-ray"))
        assert left_in(tmp_path) == []


def test_an_agent_of_another_version_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mission = Mission(endpoint="http://127.0.0.1:1", name="n", ticket="t", attempt="1-1", version="0.0.1")
    monkeypatch.setenv(VARIABLE, msgspec.json.encode(mission).decode())

    assert raynode.main() == f"this node has Penstock {__version__}, and the server is 0.0.1: install the same"


# -- what the cluster says, and what comes of it


async def test_a_job_that_finds_no_room_in_time_is_submitted_again(tmp_path: Path) -> None:
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        task = running(world, world.job("true"))
        first = await submitted(server)
        first.fail("it waited for a quarter of an hour", NO_ROOM)
        second = await submitted(server, besides=1)
        async with agent_of(first) as late, agent_of(second) as line:
            with pytest.raises(NotWanted):
                await take(late, first)

            await take(line, second)
            await line.end(Ending(reason="exited", exit_code=0))

        assert (await task).is_success


async def test_a_job_that_never_finds_room_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rayjobs, "MOST_ATTEMPTS", 1)
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        task = running(world, world.job("true"))
        (await submitted(server)).fail("it waited for a quarter of an hour", NO_ROOM)

        ending = await task

        assert (ending.reason, "had room for it" in ending.message) == ("unstartable", True)


async def test_a_node_without_penstock_is_told_from_what_its_shell_said(tmp_path: Path) -> None:
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        task = running(world, world.job("true"))
        told = "last available logs:\npython3: No module named penstock\n"
        (await submitted(server)).fail(told, "JOB_ENTRYPOINT_COMMAND_ERROR")

        ending = await task

        assert ending.reason == "unstartable"
        assert "(python3: No module named penstock); Penstock" in ending.message
        assert "PENSTOCK_PYTHON" in ending.message


async def test_a_head_that_was_restarted_is_asked_again_for_what_waits_and_has_lost_what_ran(tmp_path: Path) -> None:
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        runs, waits = (running(world, world.job("true", name=name)) for name in ("runs", "waits"))
        await submitted(server, besides=1)
        by_job = {each.asked["metadata"]["penstock.job"]: each for each in server.jobs.values()}
        async with agent_of(by_job["runs"]) as line:
            await take(line, by_job["runs"])
        server.jobs.clear()

        again = await submitted(server)
        async with agent_of(again) as line:
            await take(line, again)
            await line.end(Ending(reason="exited", exit_code=0))

        assert (await waits).is_success
        lost = await runs
        assert (lost.reason, "its head was restarted" in lost.message) == ("lost", True)


async def test_a_job_that_waits_for_room_is_stopped_at_once_and_for_good(tmp_path: Path) -> None:
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        job = world.job("true")
        task = running(world, job)
        waits = await submitted(server)

        await world.runtime.stop(job.id)

        assert ((await task).reason, (await task).started_at) == ("stopped", None)
        async with agent_of(waits) as line:
            with pytest.raises(NotWanted):
                await take(line, waits)
        await world.runtime.tidy()
        assert waits.status == "STOPPED"
        await world.runtime.tidy()
        assert server.jobs == {}


async def test_without_a_cluster_a_job_says_what_would_do(tmp_path: Path) -> None:
    async with ray_at(tmp_path, "", kill=False) as world:
        ending = await world.run(world.job("true"))

        assert (ending.reason, "start it with --ray" in ending.message) == ("unstartable", True)


async def test_what_is_asked_of_ray_fits_on_a_node_and_the_log_says_what_is_missing(tmp_path: Path) -> None:
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        job = world.job("true", resources=Resources(cpus=96, memory_mib=400_000, gpus=8))
        task = running(world, job)

        asked = (await submitted(server)).asked

        assert (asked["entrypoint_num_cpus"], asked["entrypoint_num_gpus"]) == (4.0, 0)
        assert asked["entrypoint_memory"] == 8 << 30
        assert world.log_of(job) == "It asks for 8 GPU(s); a node of the Ray cluster has none."
        await world.runtime.stop(job.id)
        await task


NODES = (
    Node("ALIVE", {"CPU": 8.0, "memory": 16_000 * MIB}),
    Node("ALIVE", {"CPU": 4.0, "memory": 32_000 * MIB, "GPU": 1.0}),
)


@pytest.mark.parametrize(
    ("nodes", "wanted", "found"),
    [
        (NODES, Resources(cpus=2, memory_mib=8192), Resources(cpus=2, memory_mib=4000)),
        (NODES, Resources(cpus=16, memory_mib=512), Resources(cpus=8, memory_mib=512)),
        (NODES, Resources(cpus=8, memory_mib=61_000, gpus=4), Resources(cpus=4, memory_mib=32_000, gpus=1)),
        ((), Resources(cpus=96, memory_mib=8192, gpus=8), Resources(cpus=96, memory_mib=8192, gpus=8)),
    ],
)
def test_a_job_is_given_what_the_largest_fitting_node_has(
    nodes: tuple[Node, ...], wanted: Resources, found: Resources
) -> None:
    assert fitted(wanted, nodes) == found


# -- what is said at the desk


async def test_a_server_that_was_restarted_goes_on_with_the_log_and_hears_the_ending(tmp_path: Path) -> None:
    stages: list[object] = []
    async with job_server(is_busy=True) as (server, address):
        async with ray_at(tmp_path, address, kill=False) as world:
            job, port = world.job("not used when it is found again"), world.port
            task = asyncio.create_task(world.runtime.run(job, stages.append))
            has = await submitted(server)
            async with agent_of(has) as line:
                await take(line, has)
                assert await line.log(0, b"1\tone\n") == 6
                asked = asyncio.create_task(line.word(Word("starting", building="half of it")))
                await until(lambda: stages)
                asked.cancel()
            task.cancel()
            await asyncio.wait([task])

        async with agent_of(has) as line:
            saying = asyncio.create_task(line.log(2, b"one\n2\ttwo\n"))  # of which it has some; nobody is there
            async with ray_at(tmp_path, address, port=port) as world:
                await asyncio.sleep(0)
                task = running(world, job)

                assert await saying == 12
                await line.end(Ending(reason="exited", exit_code=7))

                assert (await task).exit_code == 7
                assert world.log_of(job) == "one\ntwo"
                assert stages == [Building("half of it")]
                assert len(server.jobs) == 1


async def test_an_agent_is_given_and_may_leave_what_is_its_jobs(tmp_path: Path) -> None:
    async with job_server(is_busy=True) as (server, address), ray_at(tmp_path, address) as world:
        others = world.blobs.put_bytes(b"not the job's")
        job = world.job("true", inputs=(world.input("/opt/ml/input/data/train", {"a": b"1"}),))
        task = running(world, job)
        has = await submitted(server)
        async with agent_of(has) as line:
            await take(line, has)
            await take(line, has)  # an answer may have been lost
            with pytest.raises(NotWanted):
                await take(line, has, agent="b")
            with pytest.raises(Refused, match="no input"):
                await line.fetch(others.digest, world.blobs)
            taken = Ending(reason="exited", exit_code=0, outputs={"model": (File("m", others.digest, 13),)})
            with pytest.raises(Refused, match="was not handed in"):
                await line.end(taken)
            with pytest.raises(Refused, match="what came is not"):
                async with line._call("PUT", f"blobs/{Digest('0' * 64)}", b"1", size=1):
                    pass

            await line.hand_in(others)
            await line.end(taken)

        assert (await task).is_success
        stranger = Line(msgspec.structs.replace(has.mission, ticket="0" * 64), time.time, patience=5.0)
        with pytest.raises(Refused, match="not a ticket"):
            await stranger.word(Word("running"))
        await stranger.close()


# -- how they find each other


def test_a_cluster_is_found_where_rays_own_tools_find_it() -> None:
    assert find_cluster("", {"RAY_ADDRESS": "http://a:1"}) == ""
    assert find_cluster("http://head:8265/", {}) == "http://head:8265"
    assert find_cluster("auto", {"RAY_API_SERVER_ADDRESS": "http://a:1", "RAY_ADDRESS": "http://b:1"}) == "http://a:1"
    assert find_cluster("auto", {"RAY_ADDRESS": "10.0.0.1:6379"}) == "http://127.0.0.1:8265"
    with pytest.raises(NoCluster, match="write http://head:8265"):
        find_cluster("ray://head:10001", {})


@pytest.mark.parametrize(
    ("status", "told"), [(401, "refuses with 401 (who is it?); if Ray asks for a token"), (200, "no Ray job server")]
)
async def test_who_lets_nobody_in_and_what_is_no_job_server_is_told(status: int, told: str) -> None:
    async with job_server(greeting=PlainTextResponse("who is it?", status)) as (_, address):
        cluster = Cluster(address)

        with pytest.raises(NoCluster) as why:
            await cluster.version()

        assert told in str(why.value)
        await cluster.close()


def test_nodes_are_told_an_address_that_they_can_reach() -> None:
    here = "http://127.0.0.1:4599"

    assert address_for_nodes(here, "127.0.0.1", "http://localhost:8265", "") == Address(here, (here,))
    wild = address_for_nodes("http://0.0.0.0:4599", "0.0.0.0", "http://127.0.0.1:8265", "")
    assert wild == Address(here, ("http://0.0.0.0:4599", here))
    named = address_for_nodes(here, "127.0.0.1", "http://head:8265", "http://gate:80/")
    assert named == Address("http://gate:80", (here,))
    with pytest.raises(NoCluster, match="start with --host"):
        address_for_nodes(here, "127.0.0.1", "http://10.0.0.1:8265", "")
    with pytest.raises(NoCluster, match="http://HOST:PORT"):
        address_for_nodes(here, "127.0.0.1", "http://10.0.0.1:8265", "https://gate")
