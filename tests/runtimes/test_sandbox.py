"""The sandbox: what it keeps from a job, what outlives what, and that nothing is left behind."""

import asyncio
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from penstock.engine.jobs import Building, Job, JobId, Output, Resources
from penstock.runtimes.folder import Claim, JobFolder
from penstock.runtimes.sandbox import trash
from penstock.runtimes.sandbox.inside.supervisor import take_claim
from penstock.runtimes.sandbox.sandbox import found_again, send
from runtimes.wheels import wheel
from runtimes.worlds import DEADLINE, MODEL, World, new_sandbox, processes, sandbox_at, until

DIES_AT_ONCE = Path(__file__).parent / "server.py"


def folder_of(world: World, name: str) -> JobFolder:
    return JobFolder(world.root / "data" / "runtimes" / "jobs", JobId(name))


# -- what a job sees


async def test_penstocks_own_data_is_out_of_sight(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        secret = tmp_path / "data" / "penstock.db"
        secret.write_text("secret")
        job = world.job("cat", str(secret))

        assert (await world.run(job)).exit_code == 1


@pytest.fixture
def outside_of_tmp() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(dir="/var/tmp"))
    yield path
    shutil.rmtree(path)


async def test_penstocks_data_is_out_of_sight_wherever_it_is(outside_of_tmp: Path) -> None:
    async with sandbox_at(outside_of_tmp) as world:
        job = world.job("ls", str(outside_of_tmp / "data"))

        assert (await world.run(job)).is_success
        assert world.log_of(job) == ""


async def test_a_job_has_the_pids_to_itself(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("import os; print(sorted(p for p in os.listdir('/proc') if p.isdigit()), os.getpid())")

        await world.run(job)

        assert world.log_of(job) == "['1', '2'] 2"


def what_is_left() -> list[str]:
    """Traces that a job could have left outside of its folder."""
    found = [str(path) for path in (Path("/tmp/left-behind"), *Path("/opt/ml").glob("*")) if path.exists()]
    return found + [line for line in Path("/etc/hosts").read_text().splitlines() if "algo-1" in line]


async def test_nothing_of_a_job_stays_on_the_machine(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("open('/tmp/left-behind', 'w'); open('/opt/ml/left-behind', 'w')", hosts=("algo-1",))

        assert (await world.run(job)).is_success

        assert what_is_left() == []


# -- what it uses

BUSY = """
import os, sys
if os.fork() == 0:  # a child that is over by then counts, too
    while sum(os.times()[:2]) < 0.3: pass
    os._exit(0)
os.wait()
held = bytearray(os.urandom(1)) * (64 << 20)
print('busy', flush=True)
sys.stdin = open('/opt/ml/go')
sys.stdin.read()
"""


async def test_what_a_running_job_and_its_children_use_is_known_and_of_no_other(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("import os; os.mkfifo('/opt/ml/go')" + BUSY)
        assert world.runtime.usage(job.id) is None
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(world.run(job))
            await until(lambda: world.log_of(job))

            used = world.runtime.usage(job.id)

            await asyncio.to_thread(folder_of(world, "job").place("/opt/ml/go").write_text, "go")
        assert world.runtime.usage(job.id) is None

    assert running.result().is_success
    assert used is not None
    assert used.cpu_seconds >= 0.3
    assert used.age >= used.cpu_seconds
    assert 64 << 20 <= used.memory_bytes < 1 << 30
    assert 0 < used.disk_share < 1


# -- what goes with it


async def test_children_left_behind_are_ended(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        marker = f"98{os.getpid()}"
        job = world.job("sh", "-c", f"for i in 1 2 3; do setsid sleep {marker} & done; sleep 0.1; echo over")

        ending = await world.run(job)

        assert ending.is_success
        assert processes(f"sleep {marker}") == []


async def test_a_killed_supervisor_is_a_lost_job_and_leaves_no_process(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        marker = f"97{os.getpid()}"
        job = world.job("sh", "-c", f"sleep {marker} & sleep {marker}")
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(world.run(job))
            await until(lambda: len(processes(f"sleep {marker}")) >= 2)
            claim = folder_of(world, "job").claim()
            assert claim is not None

            os.kill(claim.pid, signal.SIGKILL)

        assert task.result().reason == "lost"
        assert "supervisor" in task.result().message
        assert processes(f"sleep {marker}") == []
        assert await world.run(job) == task.result()


async def test_a_killed_zygote_takes_no_job_with_it_and_the_next_job_has_a_new_one(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.job("sh", "-c", "echo on; while [ ! -e /tmp/go ]; do sleep 0.01; done; echo done")
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(world.run(job))
            await until(lambda: world.log_of(job))
            (lock,) = (tmp_path / "data/runtimes/zygotes").glob("*/lock")

            os.kill(int(lock.read_text()), signal.SIGKILL)
            other = await world.run(world.job("true", name="other"))
            folder_of(world, "job").place("/tmp/go").touch()

        assert other.is_success
        assert task.result().is_success


# -- limits


async def test_a_job_that_prints_too_much_neither_blocks_nor_fills_the_disk(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "line = 'x' * 99_999\nfor _ in range(900): print(line)\nopen('/opt/ml/model/m', 'w').write('done')"
        job = world.script(text, outputs=(MODEL,))

        ending = await world.run(job)

        assert world.kept(ending.outputs["model"]) == {"m": b"done"}
        assert job.log is not None
        assert job.log.stat().st_size <= (64 << 20) + 200
        assert world.log_of(job).splitlines()[-1] == "the log is over 64 MiB: the rest is not kept"


async def test_a_job_that_fills_the_disk_is_ended(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = """
import time
with open("/opt/ml/big", "wb") as file:
    while True:
        file.write(bytes(1 << 16))
        time.sleep(0.001)
"""

        ending = await world.run(world.script(text, resources=Resources(disk_mib=4)))

        assert (ending.reason, ending.message) == ("exhausted", "it wrote more than 4 MiB to disk")


async def test_a_job_with_too_many_processes_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.runtimes.sandbox.materials.PROCESSES", 20)
    async with sandbox_at(tmp_path) as world:
        ending = await world.run(world.job("sh", "-c", "while true; do sleep 60 & sleep 0.005; done"))

        assert (ending.reason, ending.message) == ("exhausted", "it had more than 20 processes")


@pytest.fixture
def little_memory() -> Iterator[Path]:
    """A control group whose processes have 64 MiB in all."""
    for top, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = Path(top, f"penstock-test-{os.getpid()}")
        with suppress(OSError):
            group.mkdir()
            try:
                (group / limit).write_text(str(64 << 20))
            except OSError:
                group.rmdir()
                continue
            yield group
            group.rmdir()
            return
    pytest.skip("the control groups of this machine cannot be written to")


async def test_a_job_that_the_kernel_killed_for_want_of_memory_says_so(tmp_path: Path, little_memory: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script(f"open('{little_memory}/cgroup.procs', 'w').write('0'); bytearray(1 << 30)")

        ending = await world.run(job)

        assert ending.reason == "exhausted"
        assert "out of memory" in ending.message
        assert "out of memory" in world.log_of(job)


async def test_a_job_that_kills_itself_was_not_out_of_memory(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        ending = await world.run(world.script("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))

        assert (ending.reason, ending.exit_code) == ("exited", -signal.SIGKILL)


def how_soon_to_go() -> int:
    return int(Path("/proc/self/oom_score_adj").read_text())


async def test_a_job_goes_before_the_server_when_memory_is_short(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.job("cat", "/proc/self/oom_score_adj")

        await world.run(job)

        assert int(world.log_of(job)) > how_soon_to_go()


async def test_a_big_job_is_not_overtaken_by_small_ones(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        began: list[str] = []

        async def go(name: str, cpus: float) -> None:
            job = world.job("sleep", "0.1", name=name, resources=Resources(cpus=cpus))
            await world.runtime.run(job, lambda stage: began.append(name) if stage == "starting" else None)

        async with asyncio.TaskGroup() as tasks:
            for name, cpus in (("small-1", 1), ("big", 4), ("small-2", 1), ("small-3", 1)):
                tasks.create_task(go(name, cpus))

        assert began == ["small-1", "big", "small-2", "small-3"]


async def test_who_gives_up_waiting_makes_room_for_the_next(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        first = asyncio.create_task(world.run(world.job("sleep", "60", name="first", resources=Resources(cpus=4))))
        await until(lambda: folder_of(world, "first").claim())
        waiting = asyncio.create_task(world.run(world.job("true", name="second", resources=Resources(cpus=4))))
        last = asyncio.create_task(world.run(world.job("true", name="third", resources=Resources(cpus=1))))
        await asyncio.sleep(0)

        waiting.cancel()
        await world.runtime.stop(JobId("first"))

        assert (await first).reason == "stopped"
        assert (await last).is_success
        with suppress(asyncio.CancelledError):
            await waiting
        assert not folder_of(world, "second").is_prepared


# -- restarts


async def test_a_restart_finds_running_and_ended_jobs(tmp_path: Path) -> None:
    before = new_sandbox(tmp_path)
    ended = before.script("open('/opt/ml/model/m', 'w').write('1')", name="ended", outputs=(MODEL,))
    text = "while [ ! -e /tmp/go ]; do sleep 0.01; done; echo ran > /opt/ml/model/m"
    running = before.job("sh", "-c", text, name="running", outputs=(MODEL,))
    first = await before.run(ended)
    task = asyncio.create_task(before.run(running))
    await until(lambda: folder_of(before, "running").claim())
    task.cancel()
    await asyncio.wait([task])
    await before.runtime.close()

    async with sandbox_at(tmp_path) as after:
        assert set(after.runtime.known()) == {"ended", "running"}
        folder_of(after, "running").place("/tmp/go").touch()
        again = await after.run(running)

        assert await after.run(ended) == first
        assert again.is_success
        assert after.kept(again.outputs["model"]) == {"m": b"ran\n"}


async def test_outputs_are_whole_after_a_stop_in_the_middle_of_keeping_them(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "[open(f'/opt/ml/model/{i}', 'w').write(str(i)) for i in range(3)]"
        job = world.script(text, outputs=(MODEL,))
        first = await world.run(job)
        (folder_of(world, "job").path / "result.json").unlink()  # all but the record was done

        again = await world.run(job)

        assert again.outputs == first.outputs
        assert len(world.kept(again.outputs["model"])) == 3


async def test_a_job_prepared_but_not_started_is_started_after_a_restart(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("print('runs')")
        await world.run(job)
        folder = folder_of(world, "job")
        await until(folder.ending)  # the server is told first
        for name in ("claim", "ending.json", "result.json"):
            (folder.path / name).unlink()

        assert (await world.run(job)).is_success
        assert world.log_of(job) == "runs\nruns"


def test_a_claim_is_taken_once_and_made_where_it_is_missing(tmp_path: Path) -> None:
    laid_out, bare = tmp_path / "laid-out", tmp_path / "bare"
    laid_out.mkdir()
    (laid_out / "claim.new").touch()
    bare.mkdir()

    jobs = os.open(tmp_path, os.O_RDONLY)
    for folder in (laid_out, bare):
        take_claim(jobs, folder.name, "1 2 boot")
        with pytest.raises(FileExistsError):
            take_claim(jobs, folder.name, "3 4 boot")

    assert [path.name for path in laid_out.iterdir()] == ["claim"]
    assert [JobFolder.at(folder).claim() for folder in (laid_out, bare)] == [Claim(1, 2, "boot")] * 2
    os.close(jobs)


async def test_a_job_in_a_folder_that_was_used_before_sees_nothing_of_that(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        name_of_it = f"left-by-{tmp_path.name}"  # /tmp may hold this checkout
        script = (
            f"for at in /opt/ml /tmp; do find $at -name {name_of_it} -exec cat {{}} +; echo s > $at/{name_of_it}; done"
        )
        places: set[int] = set()
        is_used_again = False
        for number in range(10):  # a folder whose supervisor is slow to go is not used again
            job = world.job("sh", "-c", script, name=f"job-{number}")
            assert (await world.run(job)).is_success
            folder = folder_of(world, f"job-{number}")
            await until(folder.ending)
            place = folder.path.stat().st_ino
            assert world.log_of(job) == ""
            is_used_again |= place in places
            places.add(place)
            await world.runtime.forget(job.id)

        # What lies in /tmp and jobs must see is shown to them in folders made in their own /tmp: those stay.
        assert is_used_again or Path(sys.prefix).is_relative_to("/tmp")


async def supervisor_of(world: World, job: Job) -> int:
    """Run a job; the pid of its supervisor."""
    assert (await world.run(job)).reason == "exited"
    claim = folder_of(world, job.id).claim()
    assert claim is not None
    return claim.pid


async def in_a_room_that_was_used(world: World, make: Callable[[str], Job]) -> list[Job]:
    """Run jobs until two of them had the same supervisor; these two."""
    jobs: dict[int, Job] = {}
    for number in range(20):  # one that is slow to say that it is ready is not asked
        job = make(f"job-{number}")
        pid = await supervisor_of(world, job)
        if pid in jobs:
            return [jobs[pid], job]
        jobs[pid] = job
    raise AssertionError("no supervisor had a second job")


@pytest.mark.parametrize("warm", [False, True])
async def test_a_job_in_a_room_that_was_used_before_sees_what_the_first_saw(tmp_path: Path, warm: bool) -> None:
    text = """
import os
processes = sorted(int(name) for name in os.listdir('/proc') if name.isdigit())
mounts = sorted(line.split()[4] for line in open('/proc/self/mountinfo'))
print(os.getpid(), processes, len(mounts), open('/etc/hosts').read(), os.getcwd())
for place in ('/tmp', '/opt/ml'):
    print(os.path.exists(place + '/left'), file=open(place + '/left', 'a'))
    print(open(place + '/left').read())
"""
    async with sandbox_at(tmp_path) as world:
        first, second = await in_a_room_that_was_used(
            world, lambda name: world.script(text, name=name, warm=warm, hosts=("algo-1",))
        )

        assert "algo-1" in world.log_of(first)
        assert world.log_of(second) == world.log_of(first)


@pytest.mark.parametrize("alter", ["mount -t tmpfs none /tmp", "mount -o bind /usr /mnt", "umount /proc"])
async def test_a_room_whose_mounts_a_job_has_changed_is_for_no_other_job(tmp_path: Path, alter: str) -> None:
    async with sandbox_at(tmp_path) as world:
        altered = {await supervisor_of(world, world.job("sh", "-c", alter, name=f"alters-{n}")) for n in range(4)}
        others = {await supervisor_of(world, world.job("true", name=f"others-{n}")) for n in range(4)}

        if os.geteuid() == 0:  # nobody else may change them
            assert len(altered) == 4
            assert altered.isdisjoint(others)


async def test_who_stops_a_job_that_has_ended_stops_no_other(tmp_path: Path) -> None:
    ended: dict[int, JobId] = {}
    stopped = 0
    async with sandbox_at(tmp_path) as world:
        for number in range(10):
            name = f"job-{number}"
            job = world.job("sh", "-c", "echo on; while [ ! -e /tmp/go ]; do sleep 0.01; done", name=name)
            async with asyncio.TaskGroup() as tasks:
                task = tasks.create_task(world.run(job))
                await until(lambda job=job: world.log_of(job))
                claim = folder_of(world, name).claim()
                assert claim is not None
                if claim.pid in ended:
                    await world.runtime.stop(ended[claim.pid])
                    await asyncio.sleep(0.1)
                    stopped += 1
                folder_of(world, name).place("/tmp/go").touch()
            assert task.result().is_success
            ended[claim.pid] = job.id

    assert stopped > 0


async def test_a_job_is_found_to_have_ended_though_its_supervisor_has_another(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        first, second = await in_a_room_that_was_used(world, lambda name: world.job("true", name=name))
        folder, claim = folder_of(world, first.id), folder_of(world, second.id).claim()
        assert claim is not None
        assert claim.is_alive()
        await until(folder.ending)
        ending = folder.ending()
        (folder.path / "ending.json").rename(folder.path / "hidden")
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(found_again(folder, claim))
            await asyncio.sleep(0)

            (folder.path / "hidden").rename(folder.path / "ending.json")

        assert task.result() == ending


async def test_a_job_claimed_on_an_earlier_boot_is_lost(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("print('runs')")
        await world.run(job)
        folder = folder_of(world, "job")
        await until(folder.ending)
        for name in ("ending.json", "result.json"):
            (folder.path / name).unlink()
        (folder.path / "claim").write_text(f"{os.getpid()} 1 another-boot")

        assert (await world.run(job)).reason == "lost"


async def test_a_stop_holds_over_a_restart(tmp_path: Path) -> None:
    before = new_sandbox(tmp_path)
    job = before.job("sleep", "60")
    task = asyncio.create_task(before.run(job))
    await until(lambda: folder_of(before, "job").claim())
    task.cancel()
    await asyncio.wait([task])
    await before.runtime.close()

    async with sandbox_at(tmp_path) as after:
        await after.runtime.stop(job.id)

        assert (await after.run(job)).reason == "stopped"


async def test_a_server_that_is_killed_finds_its_job_again(tmp_path: Path) -> None:
    server = await asyncio.create_subprocess_exec(sys.executable, DIES_AT_ONCE, str(tmp_path), env=environment())
    await until(lambda: (tmp_path / "logs/job").exists() and b"begun" in (tmp_path / "logs/job").read_bytes())
    server.kill()
    await server.wait()

    async with sandbox_at(tmp_path) as world:
        folder_of(world, "job").place("/tmp/go").touch()
        ending = await world.run(world.job("not used: the job is known", outputs=(MODEL,)))

        assert ending.is_success
        assert world.kept(ending.outputs["model"]) == {"m": b"done\n"}
        assert world.log_of(world.job()) == "begun\nended"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


async def test_zygotes_end_by_themselves_when_the_server_is_gone(tmp_path: Path) -> None:
    world = new_sandbox(tmp_path, linger=0.2)
    await world.run(world.job("true"))
    assert processes(str(tmp_path)) != []

    await world.runtime.close()

    await until(lambda: processes(str(tmp_path)) == [])


async def test_a_stop_while_the_files_are_laid_out_is_heeded(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        train = world.input("/opt/ml/input/data/train", {str(number): b"x" for number in range(500)})
        task = asyncio.create_task(world.run(world.job("sleep", "60", inputs=(train,))))
        await until((folder_of(world, "job").path / "inputs/0/1").exists)

        await world.runtime.stop(JobId("job"))

        assert (await task).reason == "stopped"


async def test_outputs_that_cannot_be_kept_are_a_failure_with_its_reason(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "open('/opt/ml/model/m', 'w').write('m')"
        shutil.rmtree(world.blobs.incoming)

        ending = await world.run(world.script(text, outputs=(MODEL,)))

        assert ending.reason == "exhausted"
        assert "outputs cannot be kept" in ending.message


# -- odd outputs


async def test_an_output_never_shows_what_the_job_could_not_have_written(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    async with sandbox_at(tmp_path) as world:
        text = f"""
import os
os.chdir("/opt/ml/model")
open("real", "w").write("real")
os.symlink("real", "good")
os.symlink("/opt/ml/model/real", "absolute")
os.symlink("{secret}", "file")
os.symlink("../../../../../../../../../../../../{secret}", "climbing")
os.symlink("{tmp_path}", "folder")
os.symlink("folder/secret", "through")
os.symlink("loop", "loop")
os.mkfifo("fifo")
open(b"latin-\\xe4", "w").write("odd")
"""
        packed = Output(name="packed", folder="/opt/ml/model", form="tar.gz")

        ending = await world.run(world.script(text, outputs=(MODEL, packed), texts=("/opt/ml/model/file",)))

        assert world.kept(ending.outputs["model"]) == dict.fromkeys(("absolute", "good", "real"), b"real")
        assert ending.texts == {}
        assert "fifo is not kept: it is neither a file nor a folder" in ending.message
        assert "climbing is not kept" in ending.message
        assert "latin-\\xe4 is not kept: it is named in something else than UTF-8" in ending.message


async def test_an_output_that_is_itself_a_link_out_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "a").write_text("secret")
    async with sandbox_at(tmp_path) as world:
        text = f"import os; os.rmdir('/opt/ml/model'); os.symlink('{tmp_path}/secrets', '/opt/ml/model')"

        ending = await world.run(world.script(text, outputs=(MODEL,)))

        assert ending.outputs == {"model": ()}


async def test_a_folder_without_rights_is_forgotten_all_the_same(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "import os; os.makedirs('/opt/ml/a/b'); os.chmod('/opt/ml/a/b', 0); os.chmod('/opt/ml/a', 0)"
        await world.run(world.script(text))

        await world.runtime.forget(JobId("job"))

        assert not folder_of(world, "job").path.exists()


async def test_nobody_waits_while_what_many_jobs_have_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_remove, removed = threading.Event(), list[Path]()

    def remove(paths: list[Path]) -> None:
        assert may_remove.wait(DEADLINE)
        removed.extend(paths)

    monkeypatch.setattr(trash, "FULL", 1)
    monkeypatch.setattr(trash, "remove", remove)
    async with sandbox_at(tmp_path) as world:
        for name in ("a", "b"):
            await world.run(world.script("import os; os.mkdir('/opt/ml/more')", name=name))
            await world.runtime.forget(JobId(name))

        assert not removed
        assert not folder_of(world, "a").path.exists()
        assert not folder_of(world, "b").path.exists()
        may_remove.set()

    assert removed


async def test_a_job_waits_for_its_environment_and_its_log_says_how_far_that_is(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        stages: list[object] = []
        job = world.script("print('runs')", image="slow")

        async with asyncio.timeout(DEADLINE):
            ending = await world.runtime.run(job, stages.append)

        assert ending.is_success
        assert stages == [Building("half of it"), Building("all of it"), "starting", "running", "collecting"]
        assert world.log_of(job) == "half of it\nall of it\nruns"


async def test_a_job_whose_environment_cannot_be_had_is_unstartable_and_says_why(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        ending = await world.run(world.script("print('runs')", image="unbuildable"))

        assert (ending.reason, ending.message) == ("unstartable", "there is no wheel of it")


async def test_a_job_that_waits_for_its_environment_can_be_stopped(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("print('runs')", image="endless")
        running = asyncio.create_task(world.run(job))
        await until(lambda: world.log_of(job) == "begun")

        await world.runtime.stop(job.id)

        assert (await running).reason == "stopped"


async def test_what_there_is_to_say_of_an_image_and_of_a_job_comes_first_in_its_log(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("print('runs')", image="noted", note="there is no GPU")

        await world.run(job)

        assert world.log_of(job) == "it is another version\nthere is no GPU\nruns"


@pytest.mark.parametrize("how", ["python3 -m pip", "pip"])
async def test_what_a_job_installs_is_the_jobs_own(tmp_path: Path, how: str) -> None:
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels", "brook")
    async with sandbox_at(tmp_path) as world:
        wheels = world.input(
            "/opt/ml/wheels", {path.name: path.read_bytes() for path in (tmp_path / "wheels").iterdir()}
        )
        script = (
            f"{how} install --quiet --no-index --find-links /opt/ml/wheels brook && python3 -c 'import brook, msgspec'"
        )
        job = world.job("sh", "-c", script, inputs=(wheels,))

        ending = await world.run(job)

        assert ending.is_success, world.log_of(job)
        assert importlib.util.find_spec("brook") is None


async def test_a_script_that_speaks_of_pip_has_an_environment_of_its_own_and_others_have_not(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        installs = world.script("import sys; print(sys.prefix)  # and pip", name="installs", warm=True)
        plain = world.script("import sys; print(sys.prefix)", name="plain", warm=True)

        await world.run(installs)
        await world.run(plain)

        assert world.log_of(installs) == "/tmp/venv"
        assert world.log_of(plain) == sys.prefix


async def test_code_of_a_command_has_an_environment_of_its_own_if_it_or_its_modules_speak_of_pip(
    tmp_path: Path,
) -> None:
    said = "import sys; print(sys.prefix)"
    async with sandbox_at(tmp_path) as world:
        modules = world.input("/opt/ml/code", {"setting_up.py": b"# pip install"})
        plain = world.job("python3", "-c", said, name="plain")
        speaks = world.job("python3", "-c", f"{said}  # pip", name="speaks")
        imports = world.job(
            "python3",
            "-c",
            f"import sys; sys.path.insert(0, '/opt/ml/code'); import setting_up; {said}",
            name="imports",
            inputs=(modules,),
        )

        for job in (plain, speaks, imports):
            await world.run(job)

        assert world.log_of(plain) == sys.prefix
        assert world.log_of(speaks) == "/tmp/venv"
        assert world.log_of(imports) == "/tmp/venv"


async def test_what_a_job_has_installed_for_itself_is_told(tmp_path: Path) -> None:
    installs = """
    mkdir -p /opt/ml/.packages/My_Words-1.0.dist-info /opt/ml/.packages/my_words
    mkdir "$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/emoji-2.1.dist-info"  # as pip would
    """
    kept = ("/opt/ml/output/failure",)
    async with sandbox_at(tmp_path) as world:
        ending = await world.run(world.job("sh", "-c", installs, name="installs", texts=kept))
        plain = await world.run(world.job("sh", "-c", "true", name="plain", texts=kept))

        assert ending.is_success
        assert ending.installed == ("emoji==2.1", "my-words==1.0")
        assert plain.installed == ()


def test_a_supervisor_that_is_only_coming_to_be_is_not_signalled() -> None:
    send(Claim(0, 0, ""), signal.SIGTERM)
    send(None, signal.SIGTERM)

    assert signal.SIGTERM not in signal.sigpending()
