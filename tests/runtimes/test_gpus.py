"""GPUs: which there are for jobs, and that no two jobs have the same. The machines that run these tests have none: the
tool's words are written down here, and jobs tell what they were told."""

import asyncio
from pathlib import Path

import pytest

from penstock.engine.jobs import Job, Resources
from penstock.runtimes.container.materials import devices
from penstock.runtimes.gpus import allowed, listed
from penstock.runtimes.slots import Hold, Share, Slots
from runtimes.worlds import World, new_sandbox, sandbox_at, until

TOLD = """GPU 0: NVIDIA A10G (UUID: GPU-0a0a0a0a-1111-2222-3333-444444444444)
  MIG 1g.5gb Device 0: (UUID: MIG-9a9a9a9a-1111-2222-3333-444444444444)
GPU 1: NVIDIA A10G (UUID: GPU-1b1b1b1b-1111-2222-3333-444444444444)
"""
FIRST, SECOND = "GPU-0a0a0a0a-1111-2222-3333-444444444444", "GPU-1b1b1b1b-1111-2222-3333-444444444444"
ONE, NONE, MANY = Resources(gpus=1), Resources(gpus=0), Resources(gpus=8)
WAITING = {"waits for it": ONE, "waits behind": ONE, "small": NONE, "small, too": NONE, "big": Resources(cpus=3.0)}
TELL = "import os; print(os.environ.get('CUDA_VISIBLE_DEVICES', 'not said'))"
WAIT = (
    "import os, time; print(os.environ['CUDA_VISIBLE_DEVICES'], flush=True)\n"
    "while not os.path.exists('/tmp/go'): time.sleep(0.01)"
)


def test_the_tools_list_is_read_by_number() -> None:
    assert listed(TOLD) == {"0": FIRST, "1": SECOND}
    assert listed("Failed to initialize NVML: Driver/library version mismatch\n") == {}


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({}, (FIRST, SECOND)),
        ({"CUDA_VISIBLE_DEVICES": ""}, ()),
        ({"CUDA_VISIBLE_DEVICES": "1"}, (SECOND,)),
        ({"CUDA_VISIBLE_DEVICES": "1, 0"}, (SECOND, FIRST)),
        ({"CUDA_VISIBLE_DEVICES": "GPU-1b1b"}, (SECOND,)),
        ({"CUDA_VISIBLE_DEVICES": "0,-1,1"}, (FIRST,)),
        ({"CUDA_VISIBLE_DEVICES": "0,0"}, (FIRST,)),
    ],
)
def test_a_server_that_sees_some_gives_out_these(said: dict[str, str], given: tuple[str, ...]) -> None:
    assert allowed(listed(TOLD), said) == given


async def test_no_two_have_the_same_and_who_gives_back_lets_the_next_have_it() -> None:
    slots = Slots(Share(8.0, 8192.0, 2), (FIRST, SECOND))
    first, second = await slots.take("a", ONE), await slots.take("b", ONE)
    assert first is not None
    assert second is not None
    third = asyncio.create_task(slots.take("c", ONE))
    await asyncio.sleep(0)

    assert {*first.gpus, *second.gpus} == {FIRST, SECOND}
    assert not third.done()
    slots.give_back(second)
    assert await third == second


async def test_who_waits_for_a_gpu_holds_up_nobody_who_wants_none_unless_processors_are_short_too() -> None:
    slots = Slots(Share(3.0, 8192.0, 1))
    has = await slots.take("has it", ONE)
    assert has is not None
    turns = {who: asyncio.create_task(slots.take(who, wants)) for who, wants in WAITING.items()}

    async def served() -> list[str]:
        for _ in range(3):
            await asyncio.sleep(0)
        return [who for who, turn in turns.items() if turn.done()]

    assert await served() == ["small", "small, too"]
    slots.give_back(has)
    assert await served() == ["waits for it", "small", "small, too"]
    for turn in turns.values():
        turn.cancel()


async def test_who_asks_for_more_than_there_are_has_all() -> None:
    slots = Slots(Share(8.0, 8192.0, 2))

    hold = await slots.take("a", MANY)

    assert hold == Hold(Share(1.0, 512.0, 2), ("0", "1"))
    assert slots.variables(hold) == {"CUDA_VISIBLE_DEVICES": "0,1"}


async def test_one_that_is_found_again_keeps_its_own() -> None:
    slots = Slots(Share(8.0, 8192.0, 2), (FIRST, SECOND))
    found = slots.seize(ONE, (FIRST,))
    next_one = await slots.take("b", ONE)

    assert next_one is not None
    assert next_one.gpus == (SECOND,)
    slots.give_back(found)
    last = await slots.take("c", ONE)
    assert last is not None
    assert last.gpus == (FIRST,)


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(("resources", "told"), [(ONE, "0"), (NONE, ""), (MANY, "0,1")])
async def test_a_job_sees_its_own(tmp_path: Path, resources: Resources, told: str, warm: bool) -> None:
    async with sandbox_at(tmp_path, slots=Slots(Share(4.0, 4096.0, 2))) as world:
        job = world.script(TELL, resources=resources, warm=warm)

        await world.run(job)

        assert world.log_of(job) == told


async def test_what_a_jobs_own_environment_says_holds(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path, slots=Slots(Share(4.0, 4096.0, 2))) as world:
        job = world.script(TELL, resources=ONE, environment={"CUDA_VISIBLE_DEVICES": "7"})

        await world.run(job)

        assert world.log_of(job) == "7"


async def test_on_a_machine_without_any_nothing_is_said(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script(TELL, resources=ONE)

        await world.run(job)

        assert world.log_of(job) == "not said"


async def test_after_a_restart_a_job_that_runs_still_has_its_own(tmp_path: Path) -> None:
    before = two_gpus(tmp_path)
    running = holding(before, "running")
    task = asyncio.create_task(before.run(running))
    await until(lambda: before.log_of(running))
    task.cancel()
    await asyncio.wait([task])
    await before.runtime.close()

    async with sandbox_at(tmp_path, slots=Slots(Share(4.0, 4096.0, 2))) as after, asyncio.TaskGroup() as tasks:
        found = tasks.create_task(after.run(running))
        await asyncio.sleep(0)  # it is found first
        other = after.script(TELL, name="other", resources=ONE)
        await after.run(other)
        next((tmp_path / "data/runtimes/jobs").glob("*/tmp")).parent.joinpath("tmp/go").touch()
        for folder in (tmp_path / "data/runtimes/jobs").glob("*/tmp"):
            (folder / "go").touch()

    assert found.result().is_success
    assert [after.log_of(job) for job in (running, other)] == ["0", "1"]


def two_gpus(root: Path) -> World:
    return new_sandbox(root, slots=Slots(Share(4.0, 4096.0, 2)))


def holding(world: World, name: str) -> Job:
    return world.script(WAIT, name=name, resources=ONE)


def test_a_container_is_asked_for_with_its_own() -> None:
    (asked,) = devices((FIRST,))["DeviceRequests"]

    assert asked == {"Driver": "nvidia", "DeviceIDs": [FIRST], "Capabilities": [["gpu"]]}
    assert devices(()) == {}
