"""Watching: a container from its start to the word how it ended; it is told to end if it is unwanted, or over its time.

An engine may be away for a while (it is being restarted, say): what it has begun goes on, and it is asked again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeVar

from penstock.engine.jobs import Ending, Job
from penstock.runtimes.container.engine import Container, Engine, EngineGone, Refused

LISTENS_AFTER: Final = 1.0  # seconds after its start: an init that does not listen yet loses a signal
TRIES: Final = 300
PAUSE: Final = 1.0  # seconds between them
BEGINS: Final = 30  # looks at a container that may be about to begin
LOST: Final = "its container is gone without a word: it was removed, or the machine was restarted"
BY_SIGNAL: Final = range(129, 129 + 64)  # exit codes, as shells write signals

Reason = Literal["exited", "stopped", "timed-out"]
Answer = TypeVar("Answer")


class Lost(Exception):
    """A container that was started, and of which nothing is known any more."""


async def patiently(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask until the engine answers; `EngineGone` where it has not for a long time. It may carry out what it heard."""
    for _ in range(TRIES):
        with suppress(EngineGone):
            return await ask()
        await asyncio.sleep(PAUSE)
    return await ask()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    engine: Engine
    container: str
    job: Job
    clock: Callable[[], float]

    async def look(self) -> Container:
        """How it is. Raises `Lost`."""
        problem = ""
        for _ in range(TRIES):
            try:
                found = await self.engine.inspect(self.container)
            except (EngineGone, Refused) as trouble:
                problem = str(trouble)
                await asyncio.sleep(PAUSE)
            else:
                if found is None:
                    raise Lost(LOST)
                return found
        raise Lost(problem)

    async def is_begun(self) -> bool:
        """Whether it begins within a while. Raises `Lost`."""
        for _ in range(BEGINS):
            if (await self.look()).state.is_begun:
                return True
            await asyncio.sleep(PAUSE)
        return False

    async def until_over(self, unwanted: Callable[[], Coroutine[Any, Any, None]], since: float) -> Reason:
        """Wait until it has ended, of itself or not. `unwanted` returns when somebody wants that."""
        async with asyncio.TaskGroup() as tasks:
            over = tasks.create_task(self._over())
            stopping = tasks.create_task(unwanted())
            left = max(0.0, since + self.job.longest - self.clock())
            await asyncio.wait((over, stopping), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            reason: Reason = "exited" if over.done() else "stopped" if stopping.done() else "timed-out"
            stopping.cancel()
            if reason != "exited":
                await asyncio.wait((over,), timeout=max(0.0, since + LISTENS_AFTER - self.clock()))
                await self._end(over)
        return reason

    async def _over(self) -> None:
        """Return when it has ended, or when that cannot be known: see `ending`.

        A busy engine answers too early, or that something of its own went wrong: what it shows then is what counts.
        """
        for _ in range(TRIES):
            with suppress(EngineGone, Refused):
                await self.engine.wait(self.container)
            with suppress(EngineGone, Refused):
                found = await self.engine.inspect(self.container)
                if found is None or found.state.finished is not None:
                    return
            await asyncio.sleep(PAUSE)

    async def _end(self, over: asyncio.Task[None]) -> None:
        await self._signal("SIGTERM")
        await asyncio.wait((over,), timeout=self.job.grace)
        if not over.done():
            await self._signal("SIGKILL")

    async def _signal(self, signal: str) -> None:
        with suppress(EngineGone, Refused):  # whether it then ends is seen by whoever waits for that
            await self.engine.kill(self.container, signal)

    async def ending(self, reason: Reason) -> Ending:
        """How it ended, as the engine tells it. Raises `Lost`."""
        state = (await self.look()).state
        if not state.finished:
            raise Lost(f"its container is {state.status}, and the engine does not say when it ends")
        code = state.exit_code
        ending = Ending(
            reason=reason,
            exit_code=128 - code if code in BY_SIGNAL else code,
            started_at=state.started,
            ended_at=state.finished,
        )
        memory = self.job.resources.memory_mib
        if reason == "timed-out":
            return replace(ending, message=f"it ran longer than {self.job.longest:g} seconds")
        if reason == "exited" and code and state.ran_out_of_memory:
            return replace(ending, reason="exhausted", message=f"it used more than its {memory} MiB of memory")
        if reason == "exited" and ending.exit_code == -9:
            return replace(ending, message=f"it was killed, perhaps for using more than its {memory} MiB of memory")
        return ending
