"""Listening: the rules and archives of a bus, compiled, kept until one of them changes."""

from dataclasses import dataclass, field
from typing import Final

from penstock.engine.notices import Kind
from penstock.languages.patterns import Index, Pattern, parse
from penstock.services.events import model
from penstock.services.events.model import ARCHIVE, DEFAULT, MOST, RULE
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

Place = tuple[str, str, str]  # account, region, bus
MOST_KEPT: Final = 1_000  # buses
EVERYTHING: Final = Pattern(lambda _: True, lambda _: True, None, None, {})


@dataclass(frozen=True)
class Listeners:
    """Who listens on which bus."""

    database: Database
    _kept: dict[Place, Index[Document] | None] = field(default_factory=dict)
    _changes: list[int] = field(default_factory=lambda: [0])

    async def of(self, scope: Scope, bus: str) -> Index[Document] | None:
        """The rules that are on and have targets, and the archives, by their patterns; None if there is no such bus."""
        place = (scope.account, scope.region, bus)
        if place in self._kept:
            return self._kept[place]
        changes = self._changes[0]
        index = await self.database.read(lambda tx: compiled(tx, scope, bus))
        if changes == self._changes[0]:  # else what was read may be old
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[place] = index
        return index

    def want(self, tx: Transaction, scope: Scope, kind: Kind) -> bool:
        """Whether anybody on the default bus may want such events. On the writer: nothing changes meanwhile."""
        place = (scope.account, scope.region, DEFAULT)
        if place not in self._kept:
            self._kept[place] = compiled(tx, scope, DEFAULT)
        index = self._kept[place]
        if index is None or (kind.by_name and not index.names(kind.source, kind.detail_type)):
            return False
        return index.may_fit(kind.source, kind.detail_type)

    def change(self, tx: Transaction, scope: Scope, bus: str) -> None:
        """Something about this bus changes with this transaction."""

        def forget() -> None:
            self._changes[0] += 1
            self._kept.pop((scope.account, scope.region, bus), None)

        tx.after_commit(forget)


def compiled(tx: Transaction, scope: Scope, bus: str) -> Index[Document] | None:
    if not model.has_bus(tx, scope, bus):
        return None
    rules = documents.page(tx, Query(kind=RULE, scope=scope, parent=bus, limit=MOST)).documents
    archives = documents.page(tx, Query(kind=ARCHIVE, scope=scope, parent=bus, limit=MOST)).documents
    listening = [rule for rule in rules if listens(rule)]
    return Index([*((each, pattern_of(each)) for each in (*listening, *archives))])


def listens(rule: Document) -> bool:
    return model.is_on(rule) and bool(rule.body.get("EventPattern")) and bool(rule.body.get("Targets"))


def pattern_of(listener: Document) -> Pattern:
    """Its pattern, which was checked when it came; an archive without one keeps everything."""
    text = listener.body.get("EventPattern")
    return parse(text) if text else EVERYTHING
