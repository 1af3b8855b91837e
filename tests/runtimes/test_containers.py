"""Containers: what an image brings along, what outlives what, and that nothing is left behind."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from penstock.engine.jobs import Job, JobId, Resources
from penstock.runtimes.container import Engine, EngineGone, NotHere, find_socket
from penstock.runtimes.container.engine import Container, Pieces, Refused
from penstock.runtimes.folder import JobFolder
from runtimes import podman
from runtimes.worlds import DEADLINE, MODEL, ContainerWorld, containers_at, new_containers, until

pytestmark = pytest.mark.group("containers")

SERVER = Path(__file__).parent / "server.py"
WAITS = "echo begun; while [ ! -e /tmp/go ]; do sleep 0.01; done; echo done > /opt/ml/model/m; echo ended"


def folder_of(world: ContainerWorld, name: str = "job") -> JobFolder:
    return JobFolder(world.root / "data" / "containers" / "jobs", JobId(name))


async def of_job(socket: Path, name: str = "job") -> Sequence[str]:
    """The ids of a job's containers. (Asked in a thread: the engine may be waiting for what this loop sends it.)"""
    found = await asyncio.to_thread(podman.containers, socket)
    return [each["Id"] for each in found if each["Labels"].get("penstock.job") == name]


async def until_made(socket: Path) -> str:
    """The container of the job, as soon as there is one."""
    async with asyncio.timeout(DEADLINE):
        while not (found := await of_job(socket)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the engine's doing: there is no event to wait for
    return found[0]


async def remove(socket: Path, container: str) -> None:
    await asyncio.to_thread(podman.ask, socket, "DELETE", f"/containers/{container}?force=true")


async def begun(world: ContainerWorld, job: Job) -> None:
    await until(lambda: "begun" in world.log_of(job))


async def abandoned(root: Path, socket: Path) -> None:
    """A job that waits to be let go, begun by a server that has gone since."""
    world = new_containers(root, socket)
    job = world.job("sh", "-c", WAITS, outputs=(MODEL,))
    task = asyncio.create_task(world.run(job))
    await begun(world, job)
    task.cancel()
    await asyncio.wait([task])
    await world.runtime.close()


# -- what an image brings along


async def test_a_job_starts_where_its_image_does_and_has_its_variables(engine_socket: Path, tmp_path: Path) -> None:
    podman.derive(engine_socket, "own", "WORKDIR /srv/app", "ENV PYTHONPATH=/srv/lib", "ENV COLOUR=red", "ENV SIZE=1")
    async with containers_at(tmp_path, engine_socket) as world:
        text = "import os; print(os.getcwd(), *(os.environ[name] for name in ('PYTHONPATH', 'COLOUR', 'SIZE')))"
        job = world.script(text, image="localhost/own", environment={"PYTHONPATH": "/opt/ml/lib", "SIZE": "2"})

        await world.run(job)

        assert world.log_of(job) == "/srv/app /opt/ml/lib:/srv/lib red 2"


async def test_what_there_is_to_say_of_a_job_comes_first_in_its_log(engine_socket: Path, tmp_path: Path) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.script("print('runs')", note="there is no GPU")

        await world.run(job)

        assert world.log_of(job) == "there is no GPU\nruns"


async def test_an_image_that_runs_as_somebody_else_can_read_and_write_what_is_the_jobs(
    engine_socket: Path, tmp_path: Path
) -> None:
    podman.derive(engine_socket, "ordinary", "USER 1000:1000")
    async with containers_at(tmp_path, engine_socket) as world:
        text = """
import os, shutil
os.chmod(shutil.copy("/opt/ml/input/data/train/a", "/opt/ml/model/a"), 0o600)
open("/opt/ml/processing/input/b", "a").write("!")
shutil.copy("/opt/ml/processing/input/b", "/opt/ml/model/b")
print(os.getuid())
"""
        inputs = (
            world.input("/opt/ml/input/data/train", {"a": b"1"}),
            world.input("/opt/ml/processing/input", {"b": b"2"}, writable=True),
        )
        job = world.script(text, image="localhost/ordinary", inputs=inputs, outputs=(MODEL,))

        ending = await world.run(job)

        assert world.kept(ending.outputs["model"]) == {"a": b"1", "b": b"2!"}
        assert world.log_of(job) == "1000"


async def test_folders_that_are_shown_to_every_job_can_be_read_and_not_written(
    engine_socket: Path, tmp_path: Path
) -> None:
    shown = tmp_path / "shown"
    shown.mkdir()
    (shown / "a").write_text("text")
    async with containers_at(tmp_path, engine_socket, visible=[shown]) as world:
        job = world.job("sh", "-c", f"cat {shown}/a; echo damage > {shown}/a")

        ending = await world.run(job)

        assert ending.exit_code not in (0, None)
        assert (shown / "a").read_text() == "text"
        assert "text" in world.log_of(job).splitlines()


async def test_links_in_outputs_are_followed_within_the_job_only(engine_socket: Path, tmp_path: Path) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        text = """
import os
os.chdir("/opt/ml/model")
open("a", "w").write("1"); os.link("a", "hard"); os.symlink("/opt/ml/model/a", "soft"); os.mkfifo("pipe")
os.symlink("/etc/passwd", "out"); os.mkdir("run"); open("run/me", "w").write("2"); os.chmod("run/me", 0o755)
"""
        ending = await world.run(world.script(text, outputs=(MODEL,)))

        assert world.kept(ending.outputs["model"]) == {"a": b"1", "hard": b"1", "soft": b"1", "run/me": b"2"}
        assert "out is not kept" in ending.message
        assert "pipe is not kept" in ending.message


# -- limits


async def test_a_job_has_the_memory_and_the_processors_that_it_was_promised(
    engine_socket: Path, tmp_path: Path
) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.job("sleep", "60", resources=Resources(cpus=0.5, memory_mib=64))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(world.run(job))
            path = f"/containers/{await until_made(engine_socket)}/json"
            limits = (await asyncio.to_thread(podman.ask, engine_socket, "GET", path))["HostConfig"]
            await world.runtime.stop(job.id)

        assert running.result().reason == "stopped"
        assert (limits["Memory"], limits["NanoCpus"]) == (64 << 20, 500_000_000)


async def test_a_job_over_its_memory_is_killed_and_the_limit_is_named(engine_socket: Path, tmp_path: Path) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        text = "bytes(1 << 30)[::4096]; kept = bytearray(1 << 30); kept[::4096] = bytes(len(kept[::4096]))"
        ending = await world.run(world.script(text, resources=Resources(memory_mib=64)))

        assert ending.exit_code == -9
        assert "its 64 MiB of memory" in ending.message


# -- what cannot be


async def test_without_an_engine_a_job_says_what_would_do(tmp_path: Path) -> None:
    world = new_containers(tmp_path, tmp_path / "no.sock")

    ending = await world.run(world.job("true"))

    assert ending.reason == "unstartable"
    assert f"no container engine answers at unix://{tmp_path}/no.sock" in ending.message
    assert "--engine" in ending.message
    await world.runtime.tidy()
    await world.runtime.close()


async def test_an_image_that_names_no_command_needs_one_of_the_job(engine_socket: Path, tmp_path: Path) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        ending = await world.run(world.job())

        assert ending.reason == "unstartable"
        assert "must name a command" in ending.message


async def test_an_image_is_pulled_only_if_that_is_asked_for(engine_socket: Path, tmp_path: Path) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        here = await world.run(world.job("true", name="here", image="localhost:1/mine"))
        pulled = await world.run(world.job("true", name="pulled", image="pull/localhost:1/mine"))

        assert "has no image 'localhost:1/mine'" in here.message
        assert "pull = true" in here.message
        assert "cannot pull the image 'localhost:1/mine'" in pulled.message
        assert "refused" in pulled.message


async def test_a_job_can_be_stopped_while_its_image_is_pulled(
    engine_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulling = asyncio.Event()

    async def pull(*_: object) -> None:
        pulling.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Engine, "pull", pull)
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.job("true", image="pull/localhost:1/mine")
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(world.run(job))
            await pulling.wait()

            await world.runtime.stop(job.id)

        assert (running.result().reason, running.result().started_at) == ("stopped", None)


async def test_a_program_of_the_working_folder_may_fail_by_itself(engine_socket: Path, tmp_path: Path) -> None:
    podman.derive(engine_socket, "app", "WORKDIR /srv", files={"srv/run": "#!/bin/sh\nexit 1\n"})
    async with containers_at(tmp_path, engine_socket) as world:
        here = await world.run(world.job("./run", name="here", image="localhost/app"))
        nowhere = await world.run(world.job("./walk", name="nowhere", image="localhost/app"))

        assert (here.reason, here.exit_code) == ("exited", 1)
        assert (nowhere.reason, "'./walk' was not found" in nowhere.message) == ("unstartable", True)


def test_an_engine_is_looked_for_where_it_is_told_to_be_else_where_engines_are(tmp_path: Path) -> None:
    own = tmp_path / "podman" / "podman.sock"
    own.parent.mkdir()
    own.touch()
    docker = Path("/var/run/docker.sock")

    assert find_socket("unix:///a.sock", {"DOCKER_HOST": "unix:///b.sock"}) == Path("/a.sock")
    assert find_socket("", {"DOCKER_HOST": "unix:///b.sock"}) == Path("/b.sock")
    assert find_socket("", {"XDG_RUNTIME_DIR": str(tmp_path)}) == (docker if docker.exists() else own)
    with pytest.raises(NotHere, match="tcp://else:2375"):
        find_socket("tcp://else:2375", {})


# -- restarts


async def test_a_server_that_is_killed_finds_its_job_and_the_rest_of_its_log(
    engine_socket: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    server = await asyncio.create_subprocess_exec(sys.executable, SERVER, tmp_path, engine_socket, env=environment)
    await until(lambda: (tmp_path / "logs/job").exists() and b"begun" in (tmp_path / "logs/job").read_bytes())
    server.kill()
    await server.wait()

    async with containers_at(tmp_path, engine_socket) as world:
        await asyncio.to_thread(podman.put, engine_socket, (await of_job(engine_socket))[0], "tmp/go")
        ending = await world.run(world.job("not used: the job is known", outputs=(MODEL,)))

        assert ending.is_success
        assert world.kept(ending.outputs["model"]) == {"m": b"done\n"}
        assert world.log_of(world.job()) == "begun\nended"
        assert await of_job(engine_socket) == []


async def test_a_job_that_was_stopped_while_no_server_ran_it_is_stopped(engine_socket: Path, tmp_path: Path) -> None:
    await abandoned(tmp_path, engine_socket)

    async with containers_at(tmp_path, engine_socket) as world:
        await world.runtime.stop(JobId("job"))
        ending = await world.run(world.job("not used: the job is known"))

        assert (ending.reason, ending.exit_code) == ("stopped", -15)


async def test_a_container_that_somebody_has_removed_is_lost(engine_socket: Path, tmp_path: Path) -> None:
    await abandoned(tmp_path, engine_socket)
    await remove(engine_socket, (await of_job(engine_socket))[0])

    async with containers_at(tmp_path, engine_socket) as world:
        ending = await world.run(world.job("not used: the job is known"))

        assert ending.reason == "lost"
        assert "removed" in ending.message


async def test_a_container_that_is_removed_while_it_is_waited_for_is_no_success(
    engine_socket: Path, tmp_path: Path
) -> None:
    """An engine kills it first and removes it then: what is asked in between is answered that it was killed."""
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.job("sh", "-c", WAITS)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(world.run(job))
            await begun(world, job)

            await remove(engine_socket, (await of_job(engine_socket))[0])

        ending = running.result()
        assert (ending.reason, ending.exit_code) in {("lost", None), ("exited", -9)}


async def test_an_engine_that_is_away_for_a_while_is_waited_for(
    engine_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = iter([True, True, False])
    real_wait, real_inspect = Engine.wait, Engine.inspect

    async def wait(engine: Engine, container: str) -> None:
        if next(away, False):
            raise EngineGone("it is being restarted")
        await real_wait(engine, container)

    async def inspect(engine: Engine, container: str) -> Container | None:
        if next(away, False):
            raise EngineGone("it is being restarted")
        return await real_inspect(engine, container)

    monkeypatch.setattr(Engine, "wait", wait)
    monkeypatch.setattr(Engine, "inspect", inspect)
    monkeypatch.setattr("penstock.runtimes.container.watching.PAUSE", 0.01)
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.job("echo", "runs on")

        assert (await world.run(job)).is_success
        assert world.log_of(job) == "runs on"


async def test_a_busy_engine_is_asked_again_and_nothing_is_done_twice(
    engine_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts what it does not answer for, says early and wrongly that it has ended, and is slow with its files."""
    started: list[str] = []
    early = iter([None, Refused(500, "a lock is held"), EngineGone("it is busy")])
    fetching = iter([EngineGone("it is busy")])
    real_start, real_wait, real_fetch = Engine.start, Engine.wait, Engine.fetch

    async def start(engine: Engine, container: str) -> None:
        await real_start(engine, container)
        started.append(container)
        raise EngineGone("it is busy")

    async def wait(engine: Engine, container: str) -> None:
        try:
            trouble = next(early)
        except StopIteration:
            await real_wait(engine, container)
            return
        if trouble is not None:
            raise trouble

    def fetch(engine: Engine, container: str, path: str) -> AbstractAsyncContextManager[Pieces]:
        for trouble in fetching:
            raise trouble
        return real_fetch(engine, container, path)

    monkeypatch.setattr(Engine, "start", start)
    monkeypatch.setattr(Engine, "wait", wait)
    monkeypatch.setattr(Engine, "fetch", fetch)
    monkeypatch.setattr("penstock.runtimes.container.watching.PAUSE", 0.01)
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.job("sh", "-c", "sleep 1; echo made > /opt/ml/model/m; echo ran", outputs=(MODEL,))
        ending = await world.run(job)

        assert ending.is_success
        assert [file.path for file in ending.outputs["model"]] == ["m"]
        assert world.log_of(job) == "ran"
        assert len(started) == 1


async def test_files_that_an_engine_has_not_handed_out_whole_are_not_seen_yet(
    engine_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_fetch, torn = Engine.fetch, iter([True])

    @asynccontextmanager
    async def empty() -> AsyncIterator[Pieces]:
        async def pieces() -> Pieces:
            for piece in list[bytes]():
                yield piece

        yield pieces()

    def fetch(engine: Engine, container: str, path: str) -> AbstractAsyncContextManager[Pieces]:
        return empty() if next(torn, False) else real_fetch(engine, container, path)

    monkeypatch.setattr(Engine, "fetch", fetch)
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.job("sh", "-c", "echo made > /opt/ml/model/m; echo begun; sleep 60", outputs=(MODEL,))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(world.run(job))
            await begun(world, job)
            seen = [await world.runtime.peek(job.id, MODEL) for _ in range(2)]
            await world.runtime.stop(job.id)

        assert running.result().reason == "stopped"
        assert [[file.path for file in each] for each in seen] == [[], ["m"]]


async def test_a_container_that_was_made_and_not_started_is_made_anew(engine_socket: Path, tmp_path: Path) -> None:
    async with containers_at(tmp_path, engine_socket) as world:
        job = world.script("print('runs')")
        made = asyncio.create_task(world.run(job))
        await until_made(engine_socket)
        made.cancel()
        await asyncio.wait([made])
        (folder_of(world).path / "begun").unlink(missing_ok=True)

        assert (await world.run(job)).is_success
        assert world.log_of(job).splitlines()[-1] == "runs"


async def test_one_that_was_about_to_be_started_is_started_on_the_same_boot_only(
    engine_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise asyncio.CancelledError

    async with containers_at(tmp_path, engine_socket) as world:
        with monkeypatch.context() as patch:
            patch.setattr(Engine, "start", refuse)  # the server is killed at this very moment
            for name in ("same", "other"):
                with pytest.raises(asyncio.CancelledError):
                    await world.run(world.job("true", name=name))
        (folder_of(world, "other").path / "begun").write_text("another boot")

        same = await world.run(world.job("true", name="same"))
        other = await world.run(world.job("true", name="other"))

        assert (same.reason, other.reason) == ("exited", "lost")


# -- nothing is left


async def test_containers_are_removed_when_their_jobs_are_over_or_forgotten(
    engine_socket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(*_: object) -> None:
        pass

    async with containers_at(tmp_path, engine_socket) as world:
        kept, forgotten = (world.job("true", name=name) for name in ("kept", "forgotten"))
        runs = world.job("sh", "-c", WAITS, name="runs")
        with monkeypatch.context() as patch:
            patch.setattr(Engine, "remove", leave)  # the engine goes away at this very moment
            assert (await world.run(kept)).is_success
            assert (await world.run(forgotten)).is_success
        await world.runtime.forget(forgotten.id)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(world.run(runs))
            await begun(world, runs)

            await world.runtime.tidy()

            assert [len(await of_job(engine_socket, each)) for each in ("kept", "forgotten", "runs")] == [0, 0, 1]
            await world.runtime.stop(runs.id)
        assert not folder_of(world, "forgotten").path.exists()
        assert await of_job(engine_socket, "runs") == []
