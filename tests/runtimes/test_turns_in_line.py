"""Who of those that wait for the machine is next."""

import asyncio

from penstock.engine.jobs import Resources
from penstock.runtimes.slots import Share, Slots

LARGE = Resources(cpus=2.0)
FIRST = Resources(cpus=2.0, comes_first=True)


async def test_who_comes_first_is_next_though_others_have_waited_longer() -> None:
    slots, served = Slots(Share(2.0, 8192.0, 0)), []
    hold = await slots.take("has it", LARGE)
    assert hold is not None

    async def work(who: str, resources: Resources) -> None:
        held = await slots.take(who, resources)
        assert held is not None
        served.append(who)
        slots.give_back(held)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        for who, resources in {"early": LARGE, "of a fleet": FIRST, "of it, too": FIRST, "late": LARGE}.items():
            tasks.create_task(work(who, resources))
        await asyncio.sleep(0)
        slots.give_back(hold)

    assert served == ["of a fleet", "of it, too", "early", "late"]
