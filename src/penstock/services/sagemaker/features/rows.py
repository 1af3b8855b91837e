"""The tables of Feature Store: the online store's records, and shipments to the offline store."""

from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.sagemaker.features.model import Values
from penstock.services.sagemaker.features.times import HOUR
from penstock.store.database import Row, Transaction

EMPTY: Final = b"{}"
MOST_BYTES: Final = 32 << 20  # of content in one batch
CHUNK: Final = 5_000  # rows removed in one unit of work: others wait for the writer meanwhile

_contents: Final = msgspec.json.Decoder(Values)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record of the online store; a deleted one is a tombstone that keeps late records out."""

    at: int
    expires_at: float | None
    is_deleted: bool
    values: Values


@dataclass(frozen=True, slots=True)
class Shipment:
    """A record on its way to the offline store."""

    hour: int
    invoked_at: float
    written_at: float
    is_deleted: bool
    values: Values


@dataclass(frozen=True, slots=True)
class Pending:
    """What of a store waits: how many records without a batch, the oldest of them since when."""

    store: str
    count: int
    since: float


_FIND: Final = """
    SELECT at, expires_at, is_deleted, content FROM feature_record
    WHERE store = :store AND identifier = :identifier AND (expires_at IS NULL OR expires_at > :now)
"""
_PUT: Final = """
    INSERT INTO feature_record (store, identifier, at, expires_at, is_deleted, content)
    VALUES (:store, :identifier, :at, :expires_at, :is_deleted, :content)
    ON CONFLICT (store, identifier) DO UPDATE
    SET at = excluded.at, expires_at = excluded.expires_at, is_deleted = excluded.is_deleted, content = excluded.content
    WHERE excluded.at > feature_record.at OR feature_record.expires_at <= :now
"""
_REPLACE: Final = """
    UPDATE feature_record SET at = :at, expires_at = :expires_at, content = :content
    WHERE store = :store AND identifier = :identifier
"""
_SHIP: Final = """
    INSERT INTO feature_shipment (store, hour, invoked_at, is_deleted, content)
    VALUES (:store, :hour, :invoked_at, :is_deleted, :content)
"""


def find(tx: Transaction, store: str, identifier: str, *, now: float) -> Kept | None:
    """The record of that identifier, tombstones included; one that has expired is not there."""
    row = tx.row(_FIND, store=store, identifier=identifier, now=now)
    return None if row is None else _kept(row)


def put(
    tx: Transaction,
    store: str,
    identifier: str,
    at: int,
    values: Values | None,
    *,
    expires_at: float | None,
    now: float,
) -> bool:
    """Keep a record if its event time is later than what is there; without values, a tombstone."""
    content = EMPTY if values is None else msgspec.json.encode(values)
    return tx.changed(
        _PUT, store=store, identifier=identifier, at=at, expires_at=expires_at, is_deleted=int(values is None),
        content=content, now=now,
    ) == 1  # fmt: skip


def replace(tx: Transaction, store: str, identifier: str, kept: Kept) -> None:
    """Put other content in a record's place."""
    content = msgspec.json.encode(kept.values)
    tx.do(_REPLACE, store=store, identifier=identifier, at=kept.at, expires_at=kept.expires_at, content=content)


def remove(tx: Transaction, store: str, identifier: str) -> None:
    tx.do(
        "DELETE FROM feature_record WHERE store = :store AND identifier = :identifier",
        store=store,
        identifier=identifier,
    )


def remove_some(tx: Transaction, store: str) -> bool:
    """Remove records of a store; false when none is left."""
    return tx.changed(
        "DELETE FROM feature_record WHERE store = :store AND identifier IN"
        " (SELECT identifier FROM feature_record WHERE store = :store LIMIT :most)",
        store=store, most=CHUNK,
    ) > 0  # fmt: skip


def remove_expired(tx: Transaction, now: float) -> bool:
    """Remove records whose time is over; false when none is left."""
    return tx.changed(
        "DELETE FROM feature_record WHERE (store, identifier) IN"
        " (SELECT store, identifier FROM feature_record WHERE expires_at <= :now LIMIT :most)",
        now=now, most=CHUNK,
    ) > 0  # fmt: skip


def identifiers(tx: Transaction, store: str, after: str, most: int, *, deleted: bool, now: float) -> list[str]:
    """Identifiers in order, from the one after `after` on; those of tombstones too if `deleted`."""
    found = tx.rows(
        "SELECT identifier FROM feature_record WHERE store = :store AND identifier > :after"
        " AND (expires_at IS NULL OR expires_at > :now) AND is_deleted <= :deleted ORDER BY identifier LIMIT :most",
        store=store, after=after, now=now, deleted=int(deleted), most=most,
    )  # fmt: skip
    return [str(identifier) for (identifier,) in found]


# -------------------------------------------------------------------------------------------------- shipments


def ship(tx: Transaction, store: str, at: int, values: Values, *, is_deleted: bool, now: float) -> None:
    """Let the offline store have a record, too."""
    content = msgspec.json.encode(values)
    tx.do(_SHIP, store=store, hour=at // HOUR, invoked_at=now, is_deleted=int(is_deleted), content=content)


def stores(tx: Transaction) -> list[str]:
    """Every store that something of is on its way."""
    return [str(store) for (store,) in tx.rows("SELECT DISTINCT store FROM feature_shipment")]


def pending(tx: Transaction, store: str) -> Pending | None:
    row = tx.row(
        "SELECT count(*), min(invoked_at) FROM feature_shipment WHERE store = :store AND batch = ''", store=store
    )
    return None if row is None or not row[0] else Pending(store, int(row[0]), float(row[1] or 0))


def decide(tx: Transaction, store: str, batch: str, most: int, *, now: float) -> bool:
    """Say which records go into the files of this name, and when that was; false if none is left."""
    rows = tx.rows(
        "SELECT seq, length(content) FROM feature_shipment WHERE store = :store AND batch = ''"
        " ORDER BY seq LIMIT :most",
        store=store, most=most,
    )  # fmt: skip
    size, last = 0, None
    for seq, length in rows:
        size += int(length or 0)
        if last is not None and size > MOST_BYTES:
            break
        last = seq
    if last is None:
        return False
    tx.do(
        "UPDATE feature_shipment SET batch = :batch, written_at = :now"
        " WHERE store = :store AND batch = '' AND seq <= :last",
        store=store, batch=batch, now=now, last=last,
    )  # fmt: skip
    return True


def decided(tx: Transaction, store: str) -> str | None:
    """A batch that is not known to have arrived."""
    row = tx.row("SELECT batch FROM feature_shipment WHERE store = :store AND batch > '' LIMIT 1", store=store)
    return None if row is None else str(row[0])


def shipments(tx: Transaction, store: str, batch: str) -> list[Shipment]:
    """A batch's records, those of an hour next to one another, in the order in which they were put."""
    rows = tx.rows(
        "SELECT hour, invoked_at, written_at, is_deleted, content FROM feature_shipment"
        " WHERE store = :store AND batch = :batch ORDER BY hour, seq",
        store=store, batch=batch,
    )  # fmt: skip
    return [
        Shipment(int(hour or 0), float(invoked or 0), float(written or 0), bool(deleted), _contents.decode(content))
        for hour, invoked, written, deleted, content in rows
        if isinstance(content, bytes)
    ]


def arrived(tx: Transaction, store: str, batch: str) -> None:
    """Forget a batch: its records are in the offline store."""
    tx.do("DELETE FROM feature_shipment WHERE store = :store AND batch = :batch", store=store, batch=batch)


def _kept(row: Row) -> Kept:
    at, expires_at, is_deleted, content = row
    assert isinstance(content, bytes)
    return Kept(
        int(at or 0), None if expires_at is None else float(expires_at), bool(is_deleted), _contents.decode(content)
    )
