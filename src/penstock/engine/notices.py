"""Notices: events about what changes in a service, for the default event bus.

A notice is kept in the transaction of its cause and told afterwards, at least once, whatever happens to the server in
between. Where nobody may want an event of its source and type, nothing is kept, and no detail is even made: to ask is
two look-ups.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.backlog import Backlog
from penstock.store.database import Database, Row, Transaction
from penstock.wire.call import Call, Directory, Scope, ServiceError

Json = Any
log: Final = logging.getLogger(__name__)
TOGETHER: Final = 500  # notices that are told in one go
ENTRIES: Final = 10  # of one PutEvents
TOO_LARGE: Final = "ValidationException"  # what PutEvents says to more bytes than it takes
_KEEP: Final = "INSERT INTO notice (account, region, entry) VALUES (:account, :region, :entry)"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a notice is about. Of a kind `by_name` nobody hears unless somebody names its detail type outright."""

    source: str
    detail_type: str
    by_name: bool = False


Wants = Callable[[Transaction, Scope, Kind], bool]  # whether notices of a kind are wanted


class Notices:
    """Tells the default bus. Until somebody who knows the bus says what is wanted there (`heed`), nothing is."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._directory = directory
        self._wants: Wants | None = None
        self._backlog = Backlog(
            database, table="notice", columns="account, region, entry", deliver=self._tell, together=TOGETHER
        )
        self.work = self._backlog.work

    def heed(self, wants: Wants) -> None:
        self._wants = wants

    def want(self, tx: Transaction, scope: Scope, kind: Kind) -> bool:
        """Whether anybody may want notices of this kind."""
        return self._wants is not None and self._wants(tx, scope, kind)

    def keep(
        self,
        tx: Transaction,
        scope: Scope,
        kind: Kind,
        resources: Sequence[str],
        detail: Callable[[], Json],
        *,
        at: float,
    ) -> None:
        """Let it be known what has happened, if anybody wants to know."""
        if not self.want(tx, scope, kind):
            return
        entry = {
            "Time": at,
            "Source": kind.source,
            "DetailType": kind.detail_type,
            "Resources": list(resources),
            "Detail": msgspec.json.encode(detail()).decode(),
        }
        tx.do(_KEEP, account=scope.account, region=scope.region, entry=msgspec.json.encode(entry))
        self._backlog.wake(tx)

    async def _tell(self, rows: Sequence[Row]) -> None:
        """Entries of one scope go together."""
        scopes: dict[Scope, list[Json]] = {}
        for _, account, region, entry in rows:
            assert isinstance(entry, bytes)
            scopes.setdefault(Scope(str(account), str(region)), []).append(msgspec.json.decode(entry))
        for scope, entries in scopes.items():
            for some in batched(entries, ENTRIES):
                await self._put(scope, some)

    async def _put(self, scope: Scope, entries: list[Json]) -> None:
        """What is too large together goes one by one; an event that is too large by itself would hold up all others."""
        try:
            await self._directory.answer(Call("events", "PutEvents", {"Entries": entries}, scope))
        except ServiceError as refused:
            if refused.code != TOO_LARGE:
                raise
            if len(entries) == 1:
                log.warning("an event of %s is dropped: %s", entries[0]["Source"], refused.message)
                return
            for entry in entries:
                await self._put(scope, [entry])


def batched(entries: list[Json], size: int) -> Iterator[list[Json]]:
    for first in range(0, len(entries), size):
        yield entries[first : first + size]
