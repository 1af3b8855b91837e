"""PostgreSQL behind the `Database` contract: one session writes, group commit (`store.grouped`), readers on snapshots.

The writing session holds the database's advisory lock for as long as it lives: there is one server at a time, and who
has lost the session has lost the right to write with it. `tenure` has one row: how many times the database was taken,
and how many commits there have been since. By it a server that lost its session in the middle of a commit knows, when
it is back, whether that commit is on disk, and whether anybody else has written meanwhile.

A statement's failure may come to light in a later work than its own (`store.session`): then the group is begun again,
more carefully.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from time import perf_counter
from typing import Final, NoReturn, TypeVar

import psycopg

from penstock.store.database import CannotOpen, DatabaseGone, Row, Transaction
from penstock.store.grouped import Asked, GroupedDatabase, hand_over, look_in, settle
from penstock.store.session import Cursor, PostgresTransaction, Session, sentence, shown

T = TypeVar("T")
log: Final = logging.getLogger(__name__)
OLDEST: Final = 140_000  # PostgreSQL 14
READERS, SCANNERS = 8, 2  # sessions beside the writer's
PATIENCE: Final = 60.0  # seconds that a server waits for its database to come back
TAKEN_PATIENCE: Final = 5.0  # seconds that it waits for the one before it to let go
PAUSE: Final = 0.1
HEARTBEAT: Final = 10.0  # seconds after which a server that has nothing to write looks whether its session lives
LOCK: Final = int.from_bytes(b"PENSTOCK", "big")

_TENURE: Final = """
    CREATE TABLE IF NOT EXISTS tenure (number BIGINT NOT NULL, commits BIGINT NOT NULL, installation TEXT NOT NULL);
    INSERT INTO tenure SELECT 0, 0, '' WHERE NOT EXISTS (SELECT 1 FROM tenure)
"""
_TAKE: Final = "UPDATE tenure SET number = number + 1, commits = 0 RETURNING number, installation"
_WHOSE: Final = f"""
    SELECT coalesce(host(client_addr), 'this machine') FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND classid = {LOCK >> 32} AND objid = {LOCK & 0xFFFFFFFF} AND granted
        AND datname = current_database() AND client_port IS NOT NULL
"""  # noqa: S608 - numbers of ours; the port is hidden from those who may not know
_UNSAFE: Final = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'"
_BEGIN_LOOK: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Taken(CannotOpen):
    """Another server has it."""


class PostgresDatabase(GroupedDatabase):
    """A database at an address (`postgresql://user@host/name`). It is taken by `take`, or by whoever writes first."""

    def __init__(self, address: str) -> None:
        super().__init__(shown(address))
        self.address = address
        self._session: Session | None = None  # the writer's
        self.installation = ""  # whose it is, once it is taken; empty: nobody's yet
        self._tenure = 0
        self._committed = 0  # in this tenure
        self._gone: DatabaseGone | None = None
        self._tell: Callable[[DatabaseGone], None] = lambda _: None
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="postgres-reader")
        self._scanners = ThreadPoolExecutor(SCANNERS, thread_name_prefix="postgres-scanner")
        self._reading: set[Session] = set()
        self._writer.start()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Do the work on the latest snapshot, in a thread of its own: each statement is a way over the network."""
        return await look_in(self._readers, self._read, work)

    async def scan(self, work: Callable[[Transaction], T]) -> T:
        """The same, with readers waiting for nobody who scans."""
        return await look_in(self._scanners, self._read, work)

    async def attend(self) -> None:
        """Look now and then whether the session lives; raises `DatabaseGone` when it cannot be had again."""
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[NoReturn] = loop.create_future()
        self._tell = lambda error: hand_over(loop, [lambda: None if gone.done() else gone.set_exception(error)])
        while not (await asyncio.wait({gone}, timeout=HEARTBEAT))[0]:
            await self.write(lambda tx: tx.row("SELECT 1"))
        gone.result()

    def take(self) -> None:
        """Have the database for oneself until it is closed. Blocking; raises `CannotOpen`."""
        until = time.monotonic() + TAKEN_PATIENCE
        while True:
            try:
                session = self._open()
                break
            except Taken:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE)
        try:
            session.control(_TENURE)
            self._tenure, self.installation = session.cursor.execute(_TAKE.encode()).fetchall()[0]
        except psycopg.Error as error:
            session.close()
            raise CannotOpen(f"{self.name} cannot be written to: {sentence(error)}") from None
        self._session, self._committed = session, 0

    def belong_to(self, installation: str) -> None:
        """Be an installation's from now on. Blocking; of a database that was taken, before anybody writes."""
        with self.alone() as cursor:
            cursor.execute(b"UPDATE tenure SET installation = $1", [installation])

    @contextmanager
    def alone(self) -> Iterator[Cursor]:
        """A transaction of its own, before anybody writes. Blocking; of a database that was taken."""
        assert self._session is not None
        with self._session.connection.transaction():
            yield self._session.cursor

    def look_whose(self) -> str:
        """Whose it is, without taking it. Blocking; raises `CannotOpen`."""
        try:
            return str(self._ask("SELECT installation FROM tenure")[0][0])
        except psycopg.errors.UndefinedTable:
            return ""

    def unsafe(self) -> list[str]:
        """The settings of its server with which a power cut loses what was answered. Blocking; raises `CannotOpen`."""
        return [str(name) for (name,) in self._ask(_UNSAFE)]

    def _ask(self, sql: str) -> list[Row]:
        try:
            with closing(Session(self.address)) as session:
                return session.cursor.execute(sql.encode()).fetchall()
        except psycopg.errors.UndefinedTable:
            raise
        except psycopg.Error as error:
            raise CannotOpen(f"cannot reach {self.name}: {sentence(error)}") from None

    def _open(self) -> Session:
        """A session that holds the lock; raises `CannotOpen`."""
        try:
            session = Session(self.address)
        except psycopg.Error as error:
            raise CannotOpen(f"cannot reach {self.name}: {sentence(error)}") from None
        try:
            self._check(session)
        except psycopg.Error as error:
            session.close()
            raise CannotOpen(f"cannot use {self.name}: {sentence(error)}") from None
        except CannotOpen:
            session.close()
            raise
        return session

    def _check(self, session: Session) -> None:
        info, ask = session.connection.info, session.cursor.execute
        if info.server_version < OLDEST:
            raise CannotOpen(f"{self.name} is PostgreSQL {info.server_version // 10_000}; Penstock needs 14 or newer")
        if (encoding := info.parameter_status("server_encoding")) != "UTF8":
            raise CannotOpen(f"{self.name} has the encoding {encoding}: make it with createdb --encoding=UTF8")
        if not ask(b"SELECT pg_try_advisory_lock($1)", [LOCK]).fetchall()[0][0]:
            whose = ask(_WHOSE.encode()).fetchall()
            where = f" (connected from {whose[0][0]})" if whose else ""
            raise Taken(f"another Penstock has {self.name}{where}; stop it, or choose another --database")

    def _write(self, group: Sequence[Asked]) -> None:
        is_careful = len(group) == 1
        while self._gone is None:
            try:
                self._commit(group, is_careful=is_careful)
                break
            except CannotOpen as error:  # at the first write of a command
                self._give_up(DatabaseGone(str(error)))
            except psycopg.Error as error:
                session, failed_at = self._session, perf_counter()
                if self._is_kept(error):
                    self._count(group, perf_counter() - failed_at)
                    break
                if is_careful and self._session is session:  # the commit as a whole was refused
                    fail(group, error)
                    break
                is_careful = True
                for asked in group:
                    asked.restart(error)
        if self._gone is not None:
            fail(group, self._gone)
        settle(group)

    def _is_kept(self, error: psycopg.Error) -> bool:
        """End the transaction that an error ended, in another session if ours is lost; whether it was committed."""
        session, self._session = self._session, None
        assert session is not None
        try:
            session.control("ROLLBACK")
            self._session, commits = session, standing(session)[1]
        except psycopg.Error:
            session.close()
            commits = self._come_back(error)
        return commits == self._committed + 1

    def _commit(self, group: Sequence[Asked], *, is_careful: bool) -> None:
        if self._session is None:
            self.take()
        session = self._session
        assert session is not None
        with session.connection.pipeline() as pipeline:
            session.control("BEGIN")
            if len(group) == 1:
                self._do(group[0], session, pipeline)
            else:
                for number, asked in enumerate(group):
                    self._attempt(asked, session, pipeline, f"work{number}", is_careful=is_careful)
            if all(asked.error is not None for asked in group):
                session.control("ROLLBACK")
                return
            for asked in group:
                asked.announce()
            began = perf_counter()
            session.commit(self._committed + 1)
        self._count(group, perf_counter() - began)

    @staticmethod
    def _do(asked: Asked, session: Session, pipeline: psycopg.Pipeline) -> None:
        """Do one work. A failed statement fails the transaction."""
        hooks = asked.hooks = PostgresTransaction(session, pipeline)
        try:
            asked.answer = asked.work(hooks)
        except psycopg.Error:
            raise
        except BaseException as error:  # not swallowed: raised where the work was asked for
            asked.fail(error)

    def _attempt(
        self, asked: Asked, session: Session, pipeline: psycopg.Pipeline, savepoint: str, *, is_careful: bool
    ) -> None:
        """Do one work of several; undo it alone if it raises.

        A failed statement fails the transaction, as it may be another work's; not if one is careful.
        """
        session.control(f"SAVEPOINT {savepoint}")
        try:
            self._do(asked, session, pipeline)
            if is_careful:
                pipeline.sync()
                session.must_be_well()
        except psycopg.Error as error:
            if not is_careful or session.is_lost:
                raise
            with suppress(psycopg.Error):  # it is known by now
                pipeline.sync()
            asked.fail(error)
        session.control(f"{'RELEASE' if asked.error is None else 'ROLLBACK TO'} {savepoint}")

    def _count(self, group: Sequence[Asked], seconds: float) -> None:
        self._committed += 1
        self.commit_seconds.add(seconds)
        self.groups.add(len(group))

    def _come_back(self, lost: psycopg.Error) -> int:
        """Have the database again, or give up; how many commits of this tenure are in it."""
        log.warning(
            "%s is lost (%s): what was answered is safe there, and the rest waits up to %d seconds for it to come back",
            self.name, sentence(lost), PATIENCE,
        )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while True:
            try:
                session = self._open()
                number, commits = standing(session)
                break
            except (CannotOpen, psycopg.Error) as error:
                if self._closed or time.monotonic() > until:
                    self._give_up(DatabaseGone(f"{self.name} has not come back: {sentence(error)}"))
                    return 0
                time.sleep(PAUSE)
        if (number, commits) < (self._tenure, self._committed):  # a standby that had not heard of them
            session.close()
            self._give_up(DatabaseGone(f"{self.name} has come back without its latest commits; this Penstock stops"))
        elif number > self._tenure:
            session.close()
            self._give_up(DatabaseGone(f"another Penstock has taken {self.name} meanwhile; this one stops"))
        else:
            self._session = session
            log.warning("%s is back; nothing was lost", self.name)
        return commits

    def _give_up(self, gone: DatabaseGone) -> None:
        log.error("%s", gone)
        self._gone = gone
        self._tell(gone)

    def _read(self, work: Callable[[Transaction], T]) -> T:
        until = time.monotonic() + PATIENCE
        while True:
            session: Session | None = getattr(self._local, "session", None)
            try:
                if session is None:
                    session = self._local.session = Session(self.address)
                    self._reading.add(session)
                return self._look(session, work)
            except psycopg.Error as error:
                if session is not None and not session.is_lost:
                    raise
                if self._gone is not None or self._closed or time.monotonic() > until:
                    raise DatabaseGone(f"{self.name} is lost: {sentence(error)}") from None
                self._local.session = None
                if session is not None:
                    self._reading.discard(session)
                time.sleep(PAUSE)

    @staticmethod
    def _look(session: Session, work: Callable[[Transaction], T]) -> T:
        try:
            with session.connection.pipeline() as pipeline:
                session.control(_BEGIN_LOOK)
                answer = work(PostgresTransaction(session, pipeline))
                session.control("COMMIT")
            return answer
        except BaseException:
            with suppress(psycopg.Error):
                session.control("ROLLBACK")
            raise

    def _let_go(self) -> None:
        self._readers.shutdown()
        self._scanners.shutdown()
        for session in (*self._reading, *([self._session] if self._session else [])):
            session.close()


def standing(session: Session) -> tuple[int, int]:
    """How often the database was taken, and how many commits there were since."""
    ((number, commits),) = session.cursor.execute(b"SELECT number, commits FROM tenure").fetchall()
    return number, commits


def fail(group: Sequence[Asked], error: Exception) -> None:
    for asked in group:
        asked.fail(error)
