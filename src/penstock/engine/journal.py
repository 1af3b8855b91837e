"""Journals: the rows of a run, and folding them back into its state.

A journal is read front to back: each event, then the commands it led to. Nothing here decides or dispatches; see
`engine.engine` for the one function that appends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from penstock.engine.facts import Asked, Command, Event, Finish, Outcome, RunId
from penstock.engine.flow import Flow
from penstock.engine.packing import pack, unpacked
from penstock.store.database import Row, Transaction, Value
from penstock.wire.call import Scope

AnyFlow = Flow[Any, Any]
SNAPSHOT_EVERY: Final = 1_000  # events: a fold of a thousand takes milliseconds

_EXISTS: Final = "SELECT 1 FROM run WHERE id = :id"
_INSERT_RUN: Final = """
    INSERT INTO run (id, flow, account, region, principal, plan, worker, started_at)
    VALUES (:id, :flow, :account, :region, :principal, :plan, :worker, :began)
"""
_INSERT_SETTLED: Final = """
    INSERT INTO run (id, flow, account, region, principal, plan, worker, started_at, status, outcome, snapshot,
        snapshot_seq, settled_at, sole)
    VALUES (:id, :flow, :account, :region, :principal, :plan, :worker, :began, :status, :outcome, :snapshot, :seq, :at,
        :sole)
"""
_FIND_RUN: Final = """
    SELECT flow, account, region, principal, plan, status, outcome, snapshot, snapshot_seq,
        started_at
    FROM run WHERE id = :id
"""
_EVENTS: Final = "SELECT body FROM event WHERE run = :run AND seq > :seq ORDER BY seq"
_LATEST: Final = "SELECT MAX(seq) FROM event WHERE run = :run"
_SOLE: Final = "SELECT sole FROM run WHERE id = :run AND sole IS NOT NULL"
_APPEND: Final = "INSERT INTO event (run, seq, body) VALUES (:run, :seq, :body)"
_OUT: Final = "SELECT key FROM outbox WHERE run = :run"
_SETTLE: Final = """
    UPDATE run SET status = :status, outcome = :outcome, snapshot = :snapshot, snapshot_seq = :seq, settled_at = :at
    WHERE id = :id
"""
_SNAPSHOT: Final = "UPDATE run SET snapshot = :snapshot, snapshot_seq = :seq WHERE id = :id"
_REOPEN: Final = """
    UPDATE run SET status = '', outcome = NULL, settled_at = NULL, worker = :worker WHERE id = :id AND status <> ''
"""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A row of the journal."""

    event: Event
    commands: tuple[Command, ...]


class Frozen(msgspec.Struct, frozen=True, array_like=True):
    """A snapshot: the state, and every key that was ever asked."""

    state: msgspec.Raw
    asked: frozenset[str]


_entries: Final = msgspec.msgpack.Decoder(Entry, ext_hook=unpacked)
_frozen: Final = msgspec.msgpack.Decoder(Frozen)
_outcomes: Final = msgspec.msgpack.Decoder(Outcome, ext_hook=unpacked)


@dataclass(slots=True)
class Birth:
    """What there is to keep of a run that has no row yet."""

    plan: bytes
    worker: str
    sole: bytes | None = None  # the event that it ends with


@dataclass(slots=True)
class Journal:
    """A run held in memory: what folding its rows gives."""

    run: RunId
    flow: AnyFlow
    scope: Scope
    plan: Any
    state: Any
    seq: int = 0
    asked: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)  # asked, and not answered yet
    snapshot_seq: int = 0
    outcome: Outcome | None = None
    began: float = 0.0
    may_be_watched: bool = True  # of one that was just made we know that it is not
    unborn: Birth | None = None  # of one that has no row yet: it gets it with its first event

    def fold(self, entry: Entry) -> None:
        self.state = self.flow.evolve(self.plan, self.state, entry.event)
        for command in entry.commands:
            self.asked.add(command.key)
            asked = Event(entry.event.seq, entry.event.at, entry.event.chance, Asked(command))
            self.state = self.flow.evolve(self.plan, self.state, asked)
        self.seq = entry.event.seq


def exists(tx: Transaction, run: RunId) -> bool:
    return tx.row(_EXISTS, id=run) is not None


def latest(tx: Transaction, run: RunId) -> int:
    """The number of a run's latest event; 0 where it has none in rows of their own."""
    row = tx.row(_LATEST, run=run)
    return int(row[0] or 0) if row else 0


def _identity(journal: Journal, birth: Birth) -> dict[str, Value]:
    scope = journal.scope
    return {
        "id": journal.run, "flow": journal.flow.name, "account": scope.account, "region": scope.region,
        "principal": scope.principal, "plan": birth.plan, "worker": birth.worker, "began": journal.began,
    }  # fmt: skip


def load(tx: Transaction, run: RunId, flows: Mapping[str, AnyFlow]) -> Journal | None:
    """Fold a run's rows, from its latest snapshot on; None if there is no such run."""
    row = tx.row(_FIND_RUN, id=run)
    if row is None:
        return None
    journal = _begun(run, row, flows)
    for (body,) in tx.rows(_EVENTS, run=run, seq=journal.snapshot_seq):
        journal.fold(_entries.decode(_bytes(body)))
    journal.out = {str(key) for (key,) in tx.rows(_OUT, run=run)}
    return journal


def append(tx: Transaction, journal: Journal, entry: Entry) -> None:
    """Add an event, and what it led to. A run that it begins and ends gets its row, event and all, from `settle`."""
    birth, body = journal.unborn, pack(entry)
    if birth is not None and any(isinstance(command, Finish) for command in entry.commands):
        birth.sole = body
        return
    if birth is not None:
        tx.do(_INSERT_RUN, **_identity(journal, birth))
        journal.unborn = None
    tx.do(_APPEND, run=journal.run, seq=entry.event.seq, body=body)


def keep_snapshot(tx: Transaction, journal: Journal) -> None:
    tx.do(_SNAPSHOT, id=journal.run, snapshot=_freeze(journal), seq=journal.seq)
    journal.snapshot_seq = journal.seq


def settle(tx: Transaction, journal: Journal, outcome: Outcome, *, at: float) -> None:
    """Close a run: its outcome and last snapshot are kept, what was still out is forgotten."""
    journal.outcome = outcome
    end: dict[str, Value] = {
        "status": outcome.status, "outcome": pack(outcome), "snapshot": _freeze(journal), "seq": journal.seq, "at": at
    }  # fmt: skip
    if journal.unborn is None:
        tx.do(_SETTLE, id=journal.run, **end)
    else:  # it has begun and ended in one unit of work
        tx.do(_INSERT_SETTLED, **_identity(journal, journal.unborn), **end, sole=journal.unborn.sole)
        journal.unborn = None
    if journal.out:  # what is out is what the outbox has of it, and what it watches is among that
        tx.do("DELETE FROM outbox WHERE run = :run", run=journal.run)
        tx.do("DELETE FROM watch WHERE watcher = :run", run=journal.run)


def reopen(tx: Transaction, run: RunId, *, worker: str) -> None:
    """Let a settled run go on from the state that it ended with; one that is open is left as it is."""
    tx.do(_REOPEN, id=run, worker=worker)


def remove(tx: Transaction, run: RunId) -> bool:
    """Take a settled run and its journal away; false if there is no such run, or it is open."""
    if tx.changed("DELETE FROM run WHERE id = :id AND status <> ''", id=run) == 0:
        return False
    tx.do("DELETE FROM event WHERE run = :run", run=run)
    return True


def events(tx: Transaction, run: RunId) -> list[Entry]:
    """The journal itself, in order."""
    bodies = [*tx.rows(_SOLE, run=run), *tx.rows(_EVENTS, run=run, seq=0)]
    return [_entries.decode(_bytes(body)) for (body,) in bodies]


def _begun(run: RunId, row: Row, flows: Mapping[str, AnyFlow]) -> Journal:
    flow_name, account, region, principal, document, status, outcome, snapshot, snapshot_seq, began = row
    flow = flows[str(flow_name)]
    plan = flow.plan(_bytes(document))
    scope = Scope(str(account), str(region), str(principal))
    journal = Journal(run, flow, scope, plan, flow.begin(plan), began=float(began or 0))
    if snapshot is not None:
        frozen = _frozen.decode(_bytes(snapshot))
        journal.state = msgspec.msgpack.decode(frozen.state, type=flow.state_type, ext_hook=unpacked)
        journal.asked = set(frozen.asked)
        journal.seq = journal.snapshot_seq = int(snapshot_seq or 0)
    if status:
        journal.outcome = _outcomes.decode(_bytes(outcome))
    return journal


def _freeze(journal: Journal) -> bytes:
    return pack(Frozen(msgspec.Raw(pack(journal.state)), frozenset(journal.asked)))


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
