"""Archived events."""

from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.events.event import Event, moment_of
from penstock.store.database import Transaction

_KEEP: Final = "INSERT INTO events_archived (archive, at, body) VALUES (:archive, :at, :body)"
_PAGE: Final = """
    SELECT at, place, body FROM events_archived
    WHERE archive = :archive AND (at, place) > (:at, :place) AND at <= :until ORDER BY at, place LIMIT :limit
"""
_COUNT: Final = "SELECT count(*), coalesce(sum(length(body)), 0) FROM events_archived WHERE archive = :archive"
_FORGET: Final = "DELETE FROM events_archived WHERE archive = :archive AND at < :before"


@dataclass(frozen=True, slots=True)
class Archived:
    at: float
    place: int
    event: Event


def keep(tx: Transaction, archive: str, event: Event) -> None:
    tx.do(_KEEP, archive=archive, at=moment_of(event), body=msgspec.json.encode(event))


def page(tx: Transaction, archive: str, *, after: tuple[float, int], until: float, limit: int) -> list[Archived]:
    """Events in the order of their times, after a place among them."""
    found = tx.rows(_PAGE, archive=archive, at=after[0], place=after[1], until=until, limit=limit)
    return [
        Archived(float(at or 0), int(place or 0), msgspec.json.decode(body))
        for at, place, body in found
        if isinstance(body, bytes)
    ]


def count(tx: Transaction, archive: str) -> tuple[int, int]:
    """How many events an archive has, and how many bytes."""
    row = tx.row(_COUNT, archive=archive)
    assert row is not None
    return int(row[0] or 0), int(row[1] or 0)


def forget(tx: Transaction, archive: str, *, before: float) -> int:
    return tx.changed(_FORGET, archive=archive, before=before)
