"""Limits: how long a request is waited for, and an answer to it; one timer of the loop looks after them all.

    with limits.wait():
        message = await receive()

`asyncio.timeout` sets a timer and takes it back for every wait, which costs more than most waits last. What a `Limits`
watches may all last equally long, so who began first is first out of time.
"""

import asyncio
from types import TracebackType
from typing import Self


class Limits:
    """Waits of so many seconds at the most, all of one event loop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._open: dict[Wait, float] = {}  # until when, the oldest first
        self._timer: asyncio.TimerHandle | None = None

    def wait(self) -> "Wait":
        """A wait of the task that enters it; leaving it raises `TimeoutError` where it was cut off."""
        return Wait(self)

    def begin(self, wait: "Wait") -> None:
        loop = asyncio.get_running_loop()
        due = self._open[wait] = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_at(due, self._look, loop)

    def end(self, wait: "Wait") -> None:
        self._open.pop(wait, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cut off what is out of time, and look again when the next one will be."""
        self._timer = None
        while self._open:
            wait, due = next(iter(self._open.items()))
            if due > loop.time():
                self._timer = loop.call_at(due, self._look, loop)
                return
            del self._open[wait]
            wait.cut_off()


class Wait:
    """One of them. `is_over` says whether it has lasted too long."""

    __slots__ = ("_cancelling", "_limits", "_task", "is_over")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.is_over = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._limits.begin(self)
        return self

    def cut_off(self) -> None:
        self.is_over = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.end(self)
        # Somebody else may have cancelled the task as well: then it is cancelled, as with `asyncio.timeout`.
        if self.is_over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
