"""A session of PostgreSQL: its connection, how values travel, and a transaction in it.

Statements of which nobody asks what they changed are on their way together, up to the first that is asked (libpq's
pipeline): what is wrong with one may be raised by a later one.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar
from urllib.parse import quote

import psycopg
from psycopg import adapt, conninfo
from psycopg.types.numeric import FloatBinaryDumper, Int8BinaryDumper, NumericBinaryLoader
from psycopg.types.string import BytesBinaryDumper

from penstock.store.database import CannotOpen, Row, Transaction, Value
from penstock.store.dialect import statement, text_read, text_written
from penstock.store.grouped import Hooks

T = TypeVar("T")
PREPARED: Final = 1_000  # statements that a session keeps ready
logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of pipelines that end by an error, which we see to

# What ends sessions of machines that are gone, on either side, within half a minute.
_CONNECTION: Final = {
    "application_name": "penstock", "connect_timeout": "10", "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "3", "tcp_user_timeout": "25000",
}  # fmt: skip
_SETTINGS: Final = """
    SET synchronous_commit = on; SET lock_timeout = '10s'; SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0;
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
"""
Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]


class TextDumper(adapt.Dumper):
    format = psycopg.pq.Format.BINARY
    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: str) -> bytes:
        return text_written(obj)


class TextLoader(adapt.Loader):
    format = psycopg.pq.Format.BINARY

    def load(self, data: Any) -> str:
        return text_read(bytes(data))


class Number(NumericBinaryLoader):
    """Sums of 64-bit integers, as numbers that Python counts with."""

    def load(self, data: Any) -> Any:
        return int(super().load(data))


class PostgresTransaction(Hooks):
    """A borrowed session; see `Transaction`."""

    __slots__ = ("_pipeline", "_session")

    def __init__(self, session: "Session", pipeline: psycopg.Pipeline) -> None:
        super().__init__()
        self._session = session
        self._pipeline = pipeline

    def rows(self, sql: str, **values: Value) -> list[Row]:
        return self._execute(sql, values).fetchall()

    def row(self, sql: str, **values: Value) -> Row | None:
        return self._execute(sql, values).fetchone()

    def changed(self, sql: str, **values: Value) -> int:
        cursor = self._execute(sql, values)
        self._pipeline.sync()
        return cursor.rowcount

    def do(self, sql: str, **values: Value) -> None:
        self._execute(sql, values)

    def each(self, sql: str, many: Iterable[Mapping[str, Value]]) -> None:
        text, names = statement(sql)
        if together := [[values[name] for name in names] for values in many]:
            self._session.cursor.executemany(text, together)

    def attempt(self, work: Callable[[Transaction], T]) -> T:
        before = len(self.done), len(self.committed), len(self.undone)
        control = self._session.control
        control("SAVEPOINT part")
        try:
            answer = work(self)
            self._pipeline.sync()
        except BaseException:
            with suppress(psycopg.Error):  # it is known by now
                self._pipeline.sync()
            control("ROLLBACK TO part")
            control("RELEASE part")
            self.undo_since(*before)
            raise
        control("RELEASE part")
        return answer

    def _execute(self, sql: str, values: Mapping[str, Value]) -> Cursor:
        text, names = statement(sql)
        return self._session.cursor.execute(text, [values[name] for name in names])


class Session:
    """A connection, with a cursor for statements and another way for what begins and ends transactions."""

    def __init__(self, address: str) -> None:
        given = conninfo.conninfo_to_dict(address)
        text = conninfo.make_conninfo("", **{**_CONNECTION, **given})
        self.connection: Connection = psycopg.connect(text, autocommit=True, cursor_factory=psycopg.RawCursor)
        self.connection.prepare_threshold = 2
        self.connection.prepared_max = PREPARED
        for kind, dumper in _DUMPERS:
            self.connection.adapters.register_dumper(kind, dumper)
        self.connection.adapters.register_loader("numeric", Number)
        self.connection.adapters.register_loader("text", TextLoader)
        self.cursor: Cursor = self.connection.cursor(binary=True)
        self._control = self.connection.cursor()
        self.control(_SETTINGS)

    def control(self, sql: str) -> None:
        self._control.execute(sql)

    def commit(self, number: int) -> None:
        """End the transaction as the commit of that number in this tenure."""
        self.cursor.execute(b"UPDATE tenure SET commits = $1", [number])
        self.control("COMMIT")

    def must_be_well(self) -> None:
        """Raise if a statement of the transaction has failed and somebody has hidden that."""
        if self.connection.info.transaction_status is psycopg.pq.TransactionStatus.INERROR:
            raise psycopg.errors.InFailedSqlTransaction("a statement has failed before")

    @property
    def is_lost(self) -> bool:
        return bool(self.connection.closed)

    def close(self) -> None:
        self.connection.close()


_DUMPERS: Final[tuple[tuple[type, type[adapt.Dumper]], ...]] = (
    (str, TextDumper),
    (bool, Int8BinaryDumper),  # a condition is 0 or 1 in tables
    (int, Int8BinaryDumper),  # of one size, so that a statement is prepared once
    (float, FloatBinaryDumper),
    (bytes, BytesBinaryDumper),
)


def shown(address: str) -> str:
    """An address without its password, for people and files. Raises `CannotOpen`."""
    try:
        given = conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise CannotOpen(f"the address of the database is none: {sentence(error)}") from None
    named = {name: quote(str(given[name]), safe="/") for name in ("user", "host", "port", "dbname") if given.get(name)}
    is_socket = str(given.get("host", "")).startswith("/")
    user = f"{named['user']}@" if "user" in named else ""
    host = "" if is_socket else named.get("host", "")
    port = f":{named['port']}" if "port" in named else ""
    query = f"?host={named['host']}" if is_socket else ""
    return f"postgresql://{user}{host}{port}/{named.get('dbname', '')}{query}"


def sentence(error: Exception) -> str:
    """The first line of what PostgreSQL says."""
    return str(error).partition("\n")[0].strip() or type(error).__name__
