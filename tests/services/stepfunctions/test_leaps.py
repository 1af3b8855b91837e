"""Time that leaps: order is kept, and nobody is overtaken who is at work."""

import asyncio

from penstock.engine.facts import Json, RunId
from penstock.engine.outbox import Task
from penstock.services.stepfunctions.leaps import LeapingTime
from penstock.wire.call import Scope

NOON = 1_795_608_000.0


async def tell(name: str, payload: Json) -> None:
    raise AssertionError(f"nobody is told {name}: {payload}")


TASK = Task(RunId("run"), "key", Scope(), None, tell)


def standing_still() -> LeapingTime:
    """The real clock stands, so every second that passes is a leap."""
    return LeapingTime(lambda: NOON)


async def test_a_wait_is_over_at_once_and_the_clock_has_gone_on() -> None:
    time = standing_still()

    await time.pass_time(86_400)

    assert time.clock() == NOON + 86_400


async def test_waits_end_in_their_order() -> None:
    time, ended = standing_still(), list[tuple[float, float]]()

    async def wait(seconds: float) -> None:
        await time.pass_time(seconds)
        ended.append((seconds, time.clock() - NOON))

    await asyncio.gather(wait(30), wait(10), wait(20))

    assert ended == [(10, 10), (20, 20), (30, 30)]


async def test_a_wait_that_begins_later_ends_later() -> None:
    time, ended = standing_still(), list[str]()

    async def twice() -> None:
        await time.pass_time(10)
        await time.pass_time(10)
        ended.append("twice ten")

    async def once() -> None:
        await time.pass_time(15)
        ended.append("fifteen")

    await asyncio.gather(twice(), once())

    assert ended == ["fifteen", "twice ten"]


async def test_time_does_not_leap_while_somebody_is_at_work() -> None:
    time, may_end = standing_still(), asyncio.Event()

    async def work(_: Task) -> Json:
        await may_end.wait()
        return time.clock()

    working = asyncio.ensure_future(time.busied(work)(TASK))
    waiting = asyncio.create_task(time.pass_time(60))
    for _ in range(100):
        await asyncio.sleep(0)
    may_end.set()

    assert await working == NOON
    await waiting
    assert time.clock() == NOON + 60


async def test_a_wait_that_is_given_up_is_not_leapt_to() -> None:
    time = standing_still()
    long = asyncio.create_task(time.pass_time(1000))
    short = asyncio.create_task(time.pass_time(10))

    await short
    long.cancel()
    await asyncio.gather(long, return_exceptions=True)
    await time.pass_time(5)

    assert time.clock() == NOON + 15
