"""Slots: what is given out, in which order. (GPUs: see `test_gpus`.)"""

import asyncio

from penstock.engine.jobs import Resources
from penstock.runtimes.slots import Share, Slots

HALF_A_BUILD, HALF = Resources(memory_mib=1024, lane="builds"), Resources(memory_mib=1024)


async def test_builds_wait_for_builds_and_never_keep_a_job_waiting() -> None:
    slots = Slots(Share(2.0, 2048.0, 0))
    builds = [await slots.take(f"build {number}", HALF_A_BUILD) for number in range(2)]
    queued = asyncio.create_task(slots.take("build 2", HALF_A_BUILD))
    await asyncio.sleep(0)

    jobs = [await slots.take(f"job {number}", HALF) for number in range(2)]

    assert not queued.done()
    assert slots.waiting == 1
    assert slots.taken == Share(4.0, 4096.0, 0)
    for job in jobs:
        assert job is not None
        slots.give_back(job)
    assert not queued.done()
    assert builds[0] is not None
    slots.give_back(builds[0])
    assert await queued == builds[0]
    assert slots.taken == Share(2.0, 2048.0, 0)
