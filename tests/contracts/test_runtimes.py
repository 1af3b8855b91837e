"""What holds for every runtime: see `penstock.engine.jobs`.

On Ray the agents on nodes do what a runtime does, and Ray starts, queues and stops them: what hangs on that is tried
with a cluster of Ray's, the rest with a job server that starts them as Ray's does and costs a tenth.
"""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.jobs import Ending, JobId, Output, Resources
from runtimes.rays import job_server, ray_at
from runtimes.worlds import MODEL, AnyWorld, containers_at, sandbox_at, until

Start = Callable[[Path], AbstractAsyncContextManager[AnyWorld]]


HERE = ["sandbox", pytest.param("container", marks=pytest.mark.group("containers"))]
RAY = pytest.param("Ray", marks=[pytest.mark.group("ray"), pytest.mark.timeout(600)])
hangs_on_ray = pytest.mark.parametrize("start", [*HERE, RAY], indirect=True)


@pytest.fixture(params=[*HERE, "nodes"])
def start(request: pytest.FixtureRequest) -> Start:
    if request.param == "sandbox":
        return sandbox_at
    if request.param == "nodes":
        return nodes_at
    if request.param == "Ray":
        return partial(ray_at, address=request.getfixturevalue("ray_address"))
    return partial(containers_at, socket=request.getfixturevalue("engine_socket"))


@asynccontextmanager
async def nodes_at(root: Path) -> AsyncIterator[AnyWorld]:
    async with job_server() as (_, address), ray_at(root, address) as world:
        yield world


@hangs_on_ray
async def test_a_job_runs_with_its_arguments_and_environment(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = "import os, sys; print(sys.argv[1:], os.environ['COLOUR'], os.getcwd())"
        job = world.script(text, "--depth", "3", environment={"COLOUR": "green"})

        ending = await world.run(job)

        assert ending.is_success
        assert world.log_of(job) == "['--depth', '3'] green /opt/ml"


async def test_a_job_sees_nothing_of_the_servers_environment(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERS_SECRET", "x")
    async with start(tmp_path) as world:
        job = world.script("import os; print('SERVERS_SECRET' in os.environ)")

        await world.run(job)

        assert world.log_of(job) == "False"


async def test_an_image_starts_its_own_command_with_the_jobs_arguments(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        job = world.job(image="train", arguments=("fast",))

        ending = await world.run(job)

        assert (ending.reason, world.log_of(job)) == ("exited", "trains fast")


@pytest.mark.parametrize(("text", "code"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9)])
async def test_the_exit_code_is_told_and_a_signal_is_negative(
    start: Start, tmp_path: Path, text: str, code: int
) -> None:
    async with start(tmp_path) as world:
        ending = await world.run(world.script(text))

        assert (ending.reason, ending.exit_code, ending.is_success) == ("exited", code, False)


@hangs_on_ray
async def test_inputs_are_there_and_outputs_are_kept(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = """
import pathlib
text = pathlib.Path("/opt/ml/input/data/train/deep/a.csv").read_text()
pathlib.Path("/opt/ml/model/sub").mkdir()
pathlib.Path("/opt/ml/model/sub/m.bin").write_text(text.upper())
"""
        train = world.input("/opt/ml/input/data/train", {"deep/a.csv": b"a,b"})

        ending = await world.run(world.script(text, inputs=(train,), outputs=(MODEL,)))

        assert ending.reason == "exited"
        assert world.kept(ending.outputs["model"]) == {"sub/m.bin": b"A,B"}


async def test_a_read_only_input_cannot_damage_its_blob(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = "open('/opt/ml/input/data/train/a', 'w').write('damage')"
        train = world.input("/opt/ml/input/data/train", {"a": b"precious"})

        ending = await world.run(world.script(text, inputs=(train,)))

        assert ending.exit_code == 1
        world.blobs.verify(train.files[0].digest)


async def test_a_writable_input_is_a_copy(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = "open('/opt/ml/processing/input/a', 'a').write(' and more')"
        folder = "/opt/ml/processing/input"
        given = world.input(folder, {"a": b"precious"}, writable=True)

        ending = await world.run(world.script(text, inputs=(given,), outputs=(Output(name="same", folder=folder),)))

        assert world.kept(ending.outputs["same"]) == {"a": b"precious and more"}
        world.blobs.verify(given.files[0].digest)


async def test_an_input_inside_of_another_is_there_too(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        outer = world.input("/opt/ml/processing/input", {"a": b"1"})
        inner = world.input("/opt/ml/processing/input/code", {"b": b"2"})
        text = "print(open('/opt/ml/processing/input/a').read(), open('/opt/ml/processing/input/code/b').read())"
        job = world.script(text, inputs=(outer, inner))

        await world.run(job)

        assert world.log_of(job) == "1 2"


async def test_an_output_of_a_failed_job_is_kept_only_if_it_is_always_kept(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = "open('/opt/ml/model/m', 'w').write('m'); open('/opt/ml/output/failure', 'w').write('why'); exit(1)"
        outputs = (MODEL, Output(name="output", folder="/opt/ml/output", always=True))

        ending = await world.run(world.script(text, outputs=outputs, texts=("/opt/ml/output/failure", "/opt/ml/none")))

        assert set(ending.outputs) == {"output"}
        assert ending.texts == {"/opt/ml/output/failure": "why"}


async def test_a_packed_output_is_the_same_bytes_each_time_and_nothing_if_empty(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = """
import os, random, sys
names = ["b", "a", "sub/x"]
random.shuffle(names)
for name in names:
    os.makedirs(os.path.dirname("/opt/ml/model/" + name), exist_ok=True)
    open("/opt/ml/model/" + name, "w").write(name)
    os.utime("/opt/ml/model/" + name, (random.random() * 1e9,) * 2)
"""
        packed = replace(MODEL, form="tar.gz")
        empty = Output(name="data", folder="/opt/ml/output/data", form="tar.gz")

        first = await world.run(world.script(text, name="first", outputs=(packed, empty)))
        second = await world.run(world.script(text, name="second", outputs=(packed, empty)))

        assert first.outputs == second.outputs
        assert first.outputs["data"] == ()
        (content,) = world.kept(first.outputs["model"]).values()
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            assert archive.getnames() == ["a", "b", "sub", "sub/x"]
            assert {(entry.mtime, entry.uid, entry.gid) for entry in archive} == {(0, 0, 0)}


async def test_two_jobs_at_once_do_not_see_each_other(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = """
import os, sys, time
open("/opt/ml/mine", "w").write(sys.argv[1]); open("/tmp/mine", "w").write(sys.argv[1])
print("running", flush=True)
while not os.path.exists("/opt/ml/model/go"): time.sleep(0.01)
"""
        loop = "import os; print(sorted(os.listdir('/opt/ml')), os.path.exists('/tmp/mine'))"
        waits = world.script(text, "a", name="a", outputs=(MODEL,))
        looks = world.script(loop, name="b")
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(world.run(waits))
            await until(lambda: world.log_of(waits))

            await world.run(looks)

            await world.runtime.stop(waits.id)
            assert (await task).reason == "stopped"
        assert world.log_of(looks) == "['code'] False"


async def test_a_job_is_run_once_and_then_answered_from_its_record(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = "import os; print('runs'); open('/opt/ml/model/m', 'w').write(str(os.urandom(8)))"
        job = world.script(text, outputs=(MODEL,))

        first, second = await asyncio.gather(world.run(job), world.run(job))
        third = await world.run(job)

        assert first == second == third
        assert world.log_of(job) == "runs"


async def test_a_forgotten_job_runs_anew(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        job = world.script("print('runs')")
        await world.run(job)

        await world.runtime.forget(job.id)

        assert (await world.run(job)).is_success
        assert world.log_of(job) == "runs\nruns"


@hangs_on_ray
async def test_a_stopped_job_may_say_goodbye(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = """
import signal, sys, time
def leave(*_):
    print("goodbye")
    sys.exit(3)
signal.signal(signal.SIGTERM, leave)
print("hello", flush=True)
time.sleep(60)
"""
        job = world.script(text)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(world.run(job))
            await until(lambda: world.log_of(job))

            await world.runtime.stop(job.id)

        assert (task.result().reason, task.result().exit_code) == ("stopped", 3)
        assert world.log_of(job) == "hello\ngoodbye"


async def test_who_does_not_heed_a_stop_is_killed_after_the_grace(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
        job = world.script(text, grace=0.1)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(world.run(job))
            await until(lambda: world.log_of(job))

            await world.runtime.stop(job.id)

        assert (task.result().reason, task.result().exit_code) == ("stopped", -9)


@hangs_on_ray
async def test_a_job_that_waits_its_turn_can_be_stopped(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        jobs = [world.job("sleep", "60", name=name, resources=Resources(cpus=1000)) for name in ("one", "other")]
        async with asyncio.TaskGroup() as tasks:
            runs = [tasks.create_task(world.run(job)) for job in jobs]
            await until(lambda: any(job.log and job.log.exists() for job in jobs))  # whichever comes first
            running, waiting = sorted(range(2), key=lambda place: not jobs[place].log.exists())  # type: ignore[union-attr]

            await world.runtime.stop(jobs[waiting].id)
            ending = await runs[waiting]
            await world.runtime.stop(jobs[running].id)

        assert (ending.reason, ending.started_at) == ("stopped", None)
        assert runs[running].result().reason == "stopped"


async def test_stopping_or_forgetting_a_job_that_nobody_knows_changes_nothing(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        await world.runtime.stop(JobId("nobody"))
        await world.runtime.forget(JobId("nobody"))

        assert await world.runtime.peek(JobId("nobody"), MODEL) == ()
        assert (await world.run(world.job("true", name="nobody"))).is_success


async def test_a_job_over_its_time_is_ended(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        ending = await world.run(world.job("sleep", "60", longest=0.1))

        assert (ending.reason, ending.exit_code) == ("timed-out", -15)
        assert "0.1 seconds" in ending.message


async def test_outputs_of_a_running_job_can_be_peeked_at(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        job = world.job("sh", "-c", "echo half > /opt/ml/model/m; echo ready; sleep 60", outputs=(MODEL,))
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(world.run(job))
            await until(lambda: world.log_of(job))

            files = await world.runtime.peek(job.id, MODEL)

            await world.runtime.stop(job.id)
        assert world.kept(files) == {"m": b"half\n"}
        assert task.result().outputs == {}


async def unstartable(world: AnyWorld, **changes: Any) -> Ending:
    return await world.run(replace(world.job("true"), **changes))


@hangs_on_ray
async def test_what_cannot_start_says_why(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        missing = world.input("/opt/ml/input/data/train", {"a": b"gone"})
        world.blobs.path(missing.files[0].digest).unlink()

        image = await unstartable(world, id=JobId("1"), image="nonsense")
        command = await unstartable(world, id=JobId("2"), command=("no-such-program", "x"))
        given = await unstartable(world, id=JobId("3"), inputs=(missing,))
        place = await unstartable(world, id=JobId("4"), files={"/etc/passwd": b""})
        folder = await unstartable(world, id=JobId("5"), working_folder="/nowhere")

        assert {each.reason for each in (image, command, given, place, folder)} == {"unstartable"}
        assert "'nonsense'" in image.message
        assert "'no-such-program' was not found" in command.message
        assert missing.files[0].digest in given.message
        assert "/etc/passwd" in place.message
        assert "/nowhere" in folder.message


async def test_names_of_hosts_lead_to_this_machine(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        job = world.script("import socket; print(socket.gethostbyname('algo-1'))", hosts=("algo-1", "algo-2"))

        await world.run(job)

        assert world.log_of(job) == "127.0.0.1"


async def test_the_log_has_what_was_printed_line_by_line(start: Start, tmp_path: Path) -> None:
    async with start(tmp_path) as world:
        text = r"import sys; sys.stdout.buffer.write(b'a\tb\\n\r\n\xff\xc3\xa4\n'); sys.stderr.write('first\n')"
        job = world.script(text)

        await world.run(job)

        assert set(world.log_of(job).splitlines()) == {"first", "a#011b\\n#015", "\ufffdä"}
