"""Elsewhere: rows of a data folder that are in a PostgreSQL.

database.json    {"address": "postgresql://penstock@db.example/penstock", "installation": "9f…"}: no password
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.composition.private import write_private
from penstock.store.database import CannotOpen

if TYPE_CHECKING:
    from penstock.store.postgres import PostgresDatabase

FILE: Final = "database.json"
VARIABLE: Final = "PENSTOCK_DATABASE"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a data folder says of a database that is not in it."""

    address: str
    installation: str


def elsewhere(data: Path) -> Elsewhere | None:
    """Where the rows of a folder are, if that is not in it."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Elsewhere)
    except FileNotFoundError:
        return None


def keep_elsewhere(data: Path, place: Elsewhere) -> None:
    write_private(data / FILE, {"address": place.address, "installation": place.installation})


def at(address: str) -> "PostgresDatabase":
    """The PostgreSQL at an address; nothing is asked of it yet. Raises `CannotOpen` for what is no address."""
    scheme = address.partition("://")[0]
    if scheme not in ("postgresql", "postgres"):
        other = f", not {scheme}" if "://" in address else ""
        raise CannotOpen(f"an address of a database is postgresql://user:password@host/name{other}")
    database: PostgresDatabase = _postgres().PostgresDatabase(address)
    return database


def _postgres() -> ModuleType:
    """Loaded for those who have it: psycopg is an extra, and takes a while."""
    try:
        return importlib.import_module("penstock.store.postgres")
    except ModuleNotFoundError as missing:
        raise CannotOpen(f"PostgreSQL needs {missing.name}: pip install 'penstock[postgresql]'") from None
