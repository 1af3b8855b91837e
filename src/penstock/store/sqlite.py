"""SQLite behind the `Database` contract: one writer's thread, group commit, readers on snapshots.

All works that are waiting when the writer is free go into one transaction, each in a savepoint of its own, and one
fsync makes them all durable; only then do their callers go on. A lone work waits for nobody.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

from penstock.store.database import Row, Transaction, Unready, Value
from penstock.store.tally import SECONDS, SIZES, Histogram

T = TypeVar("T")
GROUP: Final = 2_000  # works in one commit at the most: bounds how long the first of them waits
READERS: Final = 4
LOG_LENGTH: Final = 4 << 20  # bytes: what the log grows to anyway, before its pages go into the database

_SETTINGS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
)


class SqliteTransaction:
    """A borrowed connection; see `Transaction`."""

    __slots__ = ("_connection", "committed", "done", "undone")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.done: list[Callable[[], None]] = []
        self.committed: list[Callable[[], None]] = []
        self.undone: list[Callable[[], None]] = []

    def rows(self, sql: str, **values: Value) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, **values: Value) -> Row | None:
        found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def changed(self, sql: str, **values: Value) -> int:
        return self._connection.execute(sql, values).rowcount

    def each(self, sql: str, many: Iterable[Mapping[str, Value]]) -> None:
        self._connection.executemany(sql, many)

    def attempt(self, work: Callable[[Transaction], T]) -> T:
        execute = self._connection.execute
        done, committed, undone = len(self.done), len(self.committed), len(self.undone)
        execute("SAVEPOINT part")
        try:
            return work(self)
        except BaseException:
            execute("ROLLBACK TO part")
            for act in self.undone[undone:]:
                act()
            del self.done[done:], self.committed[committed:], self.undone[undone:]
            raise
        finally:
            execute("RELEASE part")

    def before_commit(self, act: Callable[[], None]) -> None:
        self.done.append(act)

    def after_commit(self, act: Callable[[], None]) -> None:
        self.committed.append(act)

    def after_undo(self, act: Callable[[], None]) -> None:
        self.undone.append(act)


class _Asked:
    """A unit of work on its way through the writer."""

    __slots__ = ("answer", "error", "future", "loop", "transaction", "work")

    def __init__(self, work: Callable[[Transaction], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.answer: Any = None
        self.error: BaseException | None = None
        self.transaction: SqliteTransaction | None = None

    def announce(self) -> None:
        """Let the loop prepare what this work leads to, while the commit is written."""
        if self.error is None and self.transaction is not None and self.transaction.done:
            hand_over(self.loop, self.transaction.done)

    def settle(self) -> None:
        """On the loop: hand out the result, after the hooks of the work."""
        if self.error is None and self.transaction is not None:
            for act in self.transaction.committed:
                act()
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)

    def undo(self) -> None:
        if self.transaction is not None:
            for act in self.transaction.undone:
                act()


class SqliteDatabase:
    """A database file. Open it with `SqliteDatabase(path)`, once its migrations are applied; `close` it in the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._asked: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._connections: list[sqlite3.Connection] = []
        self.groups = Histogram(SIZES)  # works in a commit
        self.commit_seconds = Histogram(SECONDS)
        self._closed = False
        self._writer_connection = self._connect()
        self._writer = threading.Thread(target=self._write_until_closed, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Do the work with others' in one commit; return when it is on disk."""
        if self._closed:
            raise RuntimeError(f"the database {self._path} is closed")
        while True:
            asked = _Asked(work, asyncio.get_running_loop())
            self._asked.put(asked)
            try:
                answer: T = await asked.future
            except Unready as unready:
                await unready.wait()
            else:
                return answer

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Do the work on the latest snapshot, beside the writer.

        Here and now: in WAL mode a reader waits for nobody, and what an index finds is read in less time than it
        takes to wake another thread.
        """
        while True:
            try:
                return self._read(work)
            except Unready as unready:
                await unready.wait()

    async def scan(self, work: Callable[[Transaction], T]) -> T:
        """Do the work on the latest snapshot, in a thread of its own."""
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)
            except Unready as unready:
                await unready.wait()

    async def lengthen_log(self) -> None:
        """Make the write-ahead log as long as it gets, so that commits only write over it.

        A commit that lengthens a file waits for the file system's journal, and with it for everything that anybody has
        just done to folders: it costs two to four times as much.
        """

        def lengthen(tx: Transaction) -> None:
            tx.changed("CREATE TABLE length (content BLOB)")
            tx.changed("INSERT INTO length VALUES (zeroblob(:length))", length=LOG_LENGTH)
            tx.changed("DROP TABLE length")

        await self.write(lengthen)

    def commits(self) -> int:
        """How many commits there were since it was opened: as long as that stays, nothing has changed."""
        return sum(self.commit_seconds.counts)

    def close(self) -> None:
        """Finish what was asked, then let go of the file. Blocking; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._asked.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=1024)
        for setting in _SETTINGS:
            connection.execute(setting)
        self._connections.append(connection)
        return connection

    def _read(self, work: Callable[[Transaction], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        try:
            return work(SqliteTransaction(connection))
        finally:
            connection.execute("COMMIT")

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

    def _write(self, group: list[_Asked]) -> None:
        execute = self._writer_connection.execute
        try:
            execute("BEGIN IMMEDIATE")
            for asked in group:
                self._attempt(asked)
            for asked in group:
                asked.announce()
            began = perf_counter()
            execute("COMMIT")
            self.commit_seconds.add(perf_counter() - began)
            self.groups.add(len(group))
        except sqlite3.Error as error:  # the commit as a whole: a full disk, a damaged file
            if self._writer_connection.in_transaction:
                execute("ROLLBACK")
            for asked in group:
                if asked.error is None:
                    asked.error = error
                    asked.undo()
        loops = {asked.loop for asked in group}
        for loop in loops:
            settle(loop, [asked for asked in group if asked.loop is loop])

    def _attempt(self, asked: _Asked) -> None:
        """Do one work; undo it alone if it raises."""
        execute = self._writer_connection.execute
        asked.transaction = SqliteTransaction(self._writer_connection)
        execute("SAVEPOINT work")
        try:
            asked.answer = asked.work(asked.transaction)
        except BaseException as error:  # not swallowed: raised where the work was asked for
            execute("ROLLBACK TO work")
            asked.error = error
            asked.undo()
        execute("RELEASE work")


def settle(loop: asyncio.AbstractEventLoop, group: list[_Asked]) -> None:
    """Answer a group's callers in one visit to their loop."""
    hand_over(loop, [asked.settle for asked in group])


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
