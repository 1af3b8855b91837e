"""Group commit: one writer's thread does the works that wait together, each undone alone if it raises, in one commit.

All works that are waiting when the writer is free go into one transaction, and one wait for the disk makes them all
durable; only then do their callers go on. A lone work waits for nobody. How a transaction is begun, what a work sees
and how readers read is the databases' own: `store.sqlite`, `store.postgres`.
"""

import asyncio
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

from penstock.store.database import Transaction, Unready
from penstock.store.tally import SECONDS, SIZES, Histogram

T = TypeVar("T")
GROUP: Final = 2_000  # works in one commit at the most: bounds how long the first of them waits


class Hooks:
    """What is to be done when a work is done, durable or undone: the part of `Transaction` that needs no database."""

    __slots__ = ("committed", "done", "undone")

    def __init__(self) -> None:
        self.done: list[Callable[[], None]] = []
        self.committed: list[Callable[[], None]] = []
        self.undone: list[Callable[[], None]] = []

    def before_commit(self, act: Callable[[], None]) -> None:
        self.done.append(act)

    def after_commit(self, act: Callable[[], None]) -> None:
        self.committed.append(act)

    def after_undo(self, act: Callable[[], None]) -> None:
        self.undone.append(act)

    def undo_since(self, done: int, committed: int, undone: int) -> None:
        """Undo what came after so many hooks of each kind, and forget it."""
        for act in self.undone[undone:]:
            act()
        del self.done[done:], self.committed[committed:], self.undone[undone:]


class Asked:
    """A unit of work on its way through the writer."""

    __slots__ = ("answer", "error", "future", "hooks", "loop", "work")

    def __init__(self, work: Callable[[Transaction], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.answer: Any = None
        self.error: BaseException | None = None
        self.hooks: Hooks | None = None

    def announce(self) -> None:
        """Let the loop prepare what this work leads to, while the commit is written."""
        if self.error is None and self.hooks is not None and self.hooks.done:
            hand_over(self.loop, self.hooks.done)

    def settle(self) -> None:
        """On the loop: hand out the result, after the hooks of the work."""
        if self.error is None and self.hooks is not None:
            for act in self.hooks.committed:
                act()
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)

    def fail(self, error: BaseException) -> None:
        """Undo the work, unless it has failed by itself."""
        if self.error is None:
            self.error = error
            if self.hooks is not None:
                for act in self.hooks.undone:
                    act()

    def restart(self, error: BaseException) -> None:
        """Undo the work for that reason, so that it may be done again."""
        self.fail(error)
        self.answer = self.error = self.hooks = None


class GroupedDatabase(ABC):
    """A database whose writes are grouped. `close` it in the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._asked: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self.groups = Histogram(SIZES)  # works in a commit
        self.commit_seconds = Histogram(SECONDS)
        self._closed = False
        self._writer = threading.Thread(target=self._write_until_closed, name="database-writer", daemon=True)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Do the work with others' in one commit; return when it is on disk."""
        if self._closed:
            raise RuntimeError(f"the database {self.name} is closed")
        while True:
            asked = Asked(work, asyncio.get_running_loop())
            self._asked.put(asked)
            try:
                answer: T = await asked.future
            except Unready as unready:
                await unready.wait()
            else:
                return answer

    @abstractmethod
    async def read(self, work: Callable[[Transaction], T]) -> T:
        """See `Database.read`."""

    @abstractmethod
    async def scan(self, work: Callable[[Transaction], T]) -> T:
        """See `Database.scan`."""

    @abstractmethod
    async def attend(self) -> None:
        """What the database wants done while a server is up; raises `DatabaseGone` when it is given up."""

    @abstractmethod
    def _write(self, group: Sequence[Asked]) -> None:
        """Do a group's works in one commit, and `settle` them. On the writer's thread."""

    @abstractmethod
    def _let_go(self) -> None:
        """Close connections. Nobody writes any more."""

    def commits(self) -> int:
        """How many commits there were since it was opened: as long as that stays, nothing has changed."""
        return sum(self.commit_seconds.counts)

    def close(self) -> None:
        """Finish what was asked, then let go of the database. Blocking; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._asked.put(None)
        self._writer.join()
        self._let_go()

    def _write_until_closed(self) -> None:
        while (first := self._asked.get()) is not None:
            group = [first]
            closing = False
            while len(group) < GROUP:
                try:
                    asked = self._asked.get_nowait()
                except queue.Empty:
                    break
                if asked is None:
                    closing = True
                    break
                group.append(asked)
            self._write(group)
            if closing:
                return


async def look_in(
    executor: Executor, read: Callable[[Callable[[Transaction], T]], T], work: Callable[[Transaction], T]
) -> T:
    """Have another thread read, again if it has to know more."""
    while True:
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, read, work)
        except Unready as unready:
            await unready.wait()


def settle(group: Sequence[Asked]) -> None:
    """Answer a group's callers in one visit to the loop of each."""
    for loop in {asked.loop for asked in group}:
        hand_over(loop, [asked.settle for asked in group if asked.loop is loop])


def hand_over(loop: asyncio.AbstractEventLoop, acts: Sequence[Callable[[], None]]) -> None:
    """Have a loop do these; one that is gone needs nothing done."""

    def do_all() -> None:
        for act in acts:
            act()

    try:
        loop.call_soon_threadsafe(do_all)
    except RuntimeError:
        if not loop.is_closed():
            raise
