"""Applying migrations, by yoyo; loaded when there are some to apply (see `store.migrate`)."""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yoyo
from yoyo.backends import DatabaseBackend
from yoyo.migrations import MigrationList


@dataclass(frozen=True, slots=True)
class Done:
    """How many migrations were applied; none if the database has some that nobody knows."""

    applied: int = 0
    unknown: tuple[str, ...] = ()


Apply = Callable[[str, Sequence[Path]], Done]


def apply(uri: str, rooms: Sequence[Path]) -> Done:
    """Apply the rooms' migrations that a database does not have."""
    with _backend(uri) as backend:
        known: MigrationList = yoyo.read_migrations(*map(str, rooms))
        with backend.lock():
            missing = backend.to_apply(known)
            if unknown := sorted(_applied(backend) - {each.id for each in known}):
                return Done(unknown=tuple(unknown))
            backend.apply_migrations(missing)
        return Done(len(missing))


@contextmanager
def _backend(uri: str) -> Iterator[DatabaseBackend]:
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # yoyo leaves sqlite3's date adapters in place
        backend = yoyo.get_backend(uri)
        try:
            backend.break_lock()  # of a process that was killed meanwhile: a database has one server
            yield backend
        finally:
            backend.connection.close()


def _applied(backend: DatabaseBackend) -> set[str]:
    return {name for (name,) in backend.execute("SELECT migration_id FROM _yoyo_migration")}
