"""Two lives of a world: the first stops at a commit, the second goes on with what is on disk and what is outside."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.store.sqlite import SqliteDatabase
from services.sagemaker.pipelines.pipelines_world import ENGINE, World, at_work, opened

Json = Any
T = TypeVar("T")
FIRST_COMMITS: Final = 2  # the worker's lease and its claim; before them there is no world to stop


@dataclass(frozen=True)
class Lives(Generic[T]):
    """What the second life came to, whether the first was stopped, and the second world with all that was asked."""

    answer: T
    were_two: bool
    world: World
    requests: list[tuple[str, Json]]


async def two_lives(
    path: Path,
    live: Callable[[World], Awaitable[T]],
    furnish: Callable[[World], None],
    *,
    commits: int,
    after: bool,
) -> Lives[T]:
    """Live until so many commits are done (or the last one is just not), then again, to the end."""
    migrate(path, [ENGINE])
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = opened(database)
    furnish(first)
    await _until_stopped(first, live, database)

    second = opened(SqliteDatabase(path), life=2)
    furnish(second)
    second.goes_on_outside(first)
    async with at_work(second):
        answer = await live(second)
    return Lives(answer, database.stopped.is_set(), second, first.requests + second.requests)


async def _until_stopped(world: World, live: Callable[[World], Awaitable[T]], database: StoppingDatabase) -> None:
    async def one_life() -> None:
        await live(world)

    async with at_work(world), asyncio.timeout(20):
        tasks = {asyncio.create_task(one_life()), asyncio.create_task(database.stopped.wait())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        database.dead = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
