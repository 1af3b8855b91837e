"""The database as everyone above sees it: units of work on a borrowed transaction.

A unit of work is a plain function of a `Transaction`. Whoever calls `Database.write` has its work done, with
others', in one commit (group commit): when `write` returns, the work is on disk. A work that raises undoes
itself alone. Nothing waits inside a unit of work, so no transaction is ever open across a wait on the world.

SQL here is the part that SQLite and PostgreSQL share; parameters are named (`:name`). A work may be done again from its
beginning (a lost connection, `Unready`): what it changes outside of the transaction it takes back in `after_undo`.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol, TypeVar

Value = str | int | float | bytes | None
Row = tuple[Value, ...]
T = TypeVar("T")


class Unready(BaseException):
    """Raised by a work that has to know what takes long to find out, which nobody else should wait for.

    It is undone as by any error, `wait` is awaited on the event loop, and it is done again from its beginning; so every
    round must bring it further. No error: who has asked for the work never sees it.
    """

    def __init__(self, wait: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self.wait = wait


class CannotOpen(Exception):
    """Why a database cannot be had, in a sentence."""


class DatabaseGone(Exception):
    """The database has been out of reach for too long, or is somebody else's now: nothing more is kept here."""


class Transaction(Protocol):
    """What a unit of work may do."""

    def rows(self, sql: str, **values: Value) -> list[Row]:
        """Every row that a query finds."""

    def row(self, sql: str, **values: Value) -> Row | None:
        """The first row that a query finds."""

    def changed(self, sql: str, **values: Value) -> int:
        """How many rows a statement changed."""

    def do(self, sql: str, **values: Value) -> None:
        """A statement of which nobody asks what it changed. What is wrong with it may be raised later in the work."""

    def each(self, sql: str, many: Iterable[Mapping[str, Value]]) -> None:
        """`do`, the same statement for many parameter sets."""

    def attempt(self, work: Callable[["Transaction"], T]) -> T:
        """Do a part of the work that may fail: if it raises it is undone, hooks and all, and the rest may go on."""

    def before_commit(self, act: Callable[[], None]) -> None:
        """Call this on the event loop when the work is done, while its commit is being written.

        For what may be prepared in that time. Whoever does so takes it back in `after_undo`.
        """

    def after_commit(self, act: Callable[[], None]) -> None:
        """Call this on the event loop when the work is durable."""

    def after_undo(self, act: Callable[[], None]) -> None:
        """Call this, on the writer's thread, if the work is undone after all."""


class Database(Protocol):
    """Rows, durable on return."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Do the work in a transaction; return when it is on disk."""

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Do the work on a snapshot; it must not write. For what finds its rows by an index, a page of them at most."""

    async def scan(self, work: Callable[[Transaction], T]) -> T:
        """`read` for what looks at very many rows: nobody else waits meanwhile."""
