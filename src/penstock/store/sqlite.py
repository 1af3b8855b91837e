"""SQLite behind the `Database` contract: one writer, group commit (`store.grouped`), readers on snapshots.

Each work has a savepoint of its own in the group's transaction, and one fsync makes them all durable.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from penstock.store.database import Row, Transaction, Unready, Value
from penstock.store.grouped import Asked, GroupedDatabase, Hooks, look_in, settle

T = TypeVar("T")
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


class SqliteTransaction(Hooks):
    """A borrowed connection; see `Transaction`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def rows(self, sql: str, **values: Value) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, **values: Value) -> Row | None:
        found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def changed(self, sql: str, **values: Value) -> int:
        return self._connection.execute(sql, values).rowcount

    def do(self, sql: str, **values: Value) -> None:
        self._connection.execute(sql, values)

    def each(self, sql: str, many: Iterable[Mapping[str, Value]]) -> None:
        self._connection.executemany(sql, many)

    def attempt(self, work: Callable[[Transaction], T]) -> T:
        execute = self._connection.execute
        before = len(self.done), len(self.committed), len(self.undone)
        execute("SAVEPOINT part")
        try:
            return work(self)
        except BaseException:
            execute("ROLLBACK TO part")
            self.undo_since(*before)
            raise
        finally:
            execute("RELEASE part")


class SqliteDatabase(GroupedDatabase):
    """A database file. Open it with `SqliteDatabase(path)`, once its migrations are applied."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._connections: list[sqlite3.Connection] = []
        self._writer_connection = self._connect()
        self._writer.start()

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
        return await look_in(self._readers, self._read, work)

    async def attend(self) -> None:
        await self.lengthen_log()

    async def lengthen_log(self) -> None:
        """Make the write-ahead log as long as it gets, so that commits only write over it.

        A commit that lengthens a file waits for the file system's journal, and with it for everything that anybody has
        just done to folders: it costs two to four times as much.
        """

        def lengthen(tx: Transaction) -> None:
            tx.do("CREATE TABLE length (content BLOB)")
            tx.do("INSERT INTO length VALUES (zeroblob(:length))", length=LOG_LENGTH)
            tx.do("DROP TABLE length")

        await self.write(lengthen)

    def _let_go(self) -> None:
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

    def _write(self, group: Sequence[Asked]) -> None:
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
                asked.fail(error)
        settle(group)

    def _attempt(self, asked: Asked) -> None:
        """Do one work; undo it alone if it raises."""
        execute = self._writer_connection.execute
        hooks = asked.hooks = SqliteTransaction(self._writer_connection)
        execute("SAVEPOINT work")
        try:
            asked.answer = asked.work(hooks)
        except BaseException as error:  # not swallowed: raised where the work was asked for
            execute("ROLLBACK TO work")
            asked.fail(error)
        execute("RELEASE work")
