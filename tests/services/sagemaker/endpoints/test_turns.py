"""Turns: as many go on as may, in the order in which they came, while that number changes."""

import asyncio

import pytest

from penstock.services.sagemaker.endpoints.turns import Turns


class Line:
    """Those who want a turn, by number; `done[n]` ends the turn of one."""

    def __init__(self, turns: Turns, many: int) -> None:
        self.on: list[int] = []
        self.done = [asyncio.Event() for _ in range(many)]
        self.tasks = [asyncio.create_task(self._go(turns, number)) for number in range(many)]

    async def _go(self, turns: Turns, number: int) -> None:
        async with turns.turn():
            self.on.append(number)
            await self.done[number].wait()

    async def settle(self) -> list[int]:
        for _ in range(10):
            await asyncio.sleep(0)
        return self.on


async def test_turns_are_taken_in_order_and_more_of_them_let_those_go_on_who_wait() -> None:
    turns = Turns()
    turns.fit(1)
    line = Line(turns, 5)
    assert await line.settle() == [0]

    turns.fit(3)
    assert await line.settle() == [0, 1, 2]
    turns.fit(1)
    line.done[0].set()
    line.done[1].set()
    assert await line.settle() == [0, 1, 2]
    line.tasks[3].cancel()
    line.done[2].set()
    assert await line.settle() == [0, 1, 2, 4]
    line.done[4].set()
    await asyncio.gather(*line.tasks, return_exceptions=True)


async def test_who_fails_gives_the_turn_back() -> None:
    turns = Turns()
    turns.fit(1)
    with pytest.raises(ValueError, match="mine"):
        async with turns.turn():
            raise ValueError("mine")

    async with asyncio.timeout(10), turns.turn():
        pass
