"""Limits: waits that last too long are cut off, and nothing else is."""

import asyncio

import pytest

from penstock.gateway.limits import Limits, Wait

AT_ONCE = 0.0
NEVER = 3_600.0
DEADLINE = 20.0


async def for_ever(wait: Wait) -> None:
    with wait:
        await asyncio.get_running_loop().create_future()


async def test_what_lasts_too_long_is_cut_off() -> None:
    wait = Limits(AT_ONCE).wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(DEADLINE):
            await for_ever(wait)

    assert wait.is_over
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_one_after_another_is_cut_off_whenever_it_began() -> None:
    limits = Limits(0.01)
    first, second, third = limits.wait(), limits.wait(), limits.wait()
    with first:
        pass  # it has ended before anybody looks

    async with asyncio.timeout(DEADLINE):
        ends = await asyncio.gather(for_ever(second), for_ever(third), return_exceptions=True)
        with pytest.raises(TimeoutError):
            await for_ever(limits.wait())

    assert [type(end) for end in ends] == [TimeoutError, TimeoutError]
    assert not first.is_over


async def test_an_answer_and_an_error_pass_through() -> None:
    limits = Limits(NEVER)

    with limits.wait() as wait:
        answer = await asyncio.sleep(0, "answer")
    with pytest.raises(TimeoutError, match="its own"), limits.wait() as another:
        raise TimeoutError("its own")

    assert answer == "answer"
    assert not wait.is_over
    assert not another.is_over


async def test_who_is_cancelled_meanwhile_is_cancelled() -> None:
    waiting = asyncio.create_task(for_ever(wait := Limits(NEVER).wait()))
    await asyncio.sleep(0)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not wait.is_over


async def test_who_is_cancelled_when_time_is_up_is_cancelled_too() -> None:
    async def cut_off() -> None:
        with Limits(NEVER).wait() as wait:
            wait.cut_off()
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.get_running_loop().create_future()

    waiting = asyncio.create_task(cut_off())

    with pytest.raises(asyncio.CancelledError):
        await waiting
