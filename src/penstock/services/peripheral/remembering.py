"""Remembering: what sets something up is written down, and done again by the next server, in its order.

moto keeps everything in memory. Of every thing (a queue, a repository, an alarm) the calls that made and changed it are
kept, sealed, until a call takes it away; each with its chance, so that ids and ARNs come out the same. What flows
through (messages, items, records, datapoints) is not kept. `kept.py` says which calls.
"""

import asyncio
import base64
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from penstock.services.peripheral import kept
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.store.sealing import Sealing
from penstock.wire.call import Answer, Call, Scope, ServiceError

log: Final = logging.getLogger(__name__)
CALL: Final = "peripheral/call"  # parent: service/thing    status: service    body: Order, Operation, Seed, Request
MOST_COUNTED: Final = 100  # versions of a secret, on AWS
ALL: Final = 1_000_000


class Memory:
    """The calls that are kept. `chance` seeds what they choose at random."""

    def __init__(self, database: Database, sealing: Sealing, clock: Callable[[], float], chance: Callable[[], str]):
        self._database, self._sealing, self._clock, self._chance = database, sealing, clock, chance
        self._recalled: set[str] = set()
        self._recalling: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._order = 0

    async def recall(self, service: str, again: Callable[[Call, str], Awaitable[object]]) -> None:
        """Have every call of a service done `again`, once in this server's life."""
        if service in self._recalled:
            return
        async with self._recalling[service]:
            if service in self._recalled:
                return
            found = await self._database.read(lambda tx: documents.everywhere(tx, CALL, service))
            for each in sorted(found, key=lambda row: int(row.body["Order"])):
                self._order = max(self._order, each.body["Order"])
                call = Call(service, each.body["Operation"], self._read(each.body["Request"]), each.scope)
                try:
                    await again(call, self._sealing.opened(each.body["Seed"]))
                except ServiceError as refusal:
                    log.warning("%s.%s of before could not be done again: %s", service, call.operation, refusal.message)
            self._recalled.add(service)

    async def places(self, service: str) -> set[Scope]:
        """Where anything of a service is kept."""
        found = await self._database.read(lambda tx: documents.everywhere(tx, CALL, service))
        return {each.scope for each in found}

    def seed(self, call: Call) -> str:
        """What a call is to choose by, so that it can be done again; nothing where it is not kept."""
        return self._chance() if kept.is_kept(call) else ""

    async def keep(self, call: Call, seed: str, answer: Answer) -> None:
        """Write down what was done, or strike out what was there of a thing that is taken away."""
        if not seed:
            return
        scope = Scope(call.scope.account, call.scope.region)
        things = [f"{call.service}/{thing}" for thing in kept.things(call, answer)]
        order = self._order = self._order + 1
        body = {"Order": order, "Operation": call.operation, **self._written(call, seed)}

        def write(tx: Transaction) -> None:
            for thing in things:
                if kept.ends(call):
                    forget(tx, scope, call.service, thing)
                elif kept.begins(call) or of_thing(tx, scope, thing, limit=1):
                    remember(tx, self._row(scope, call, thing, body))

        await self._database.write(write)

    def _row(self, scope: Scope, call: Call, thing: str, body: dict[str, object]) -> Document:
        at, which = self._clock(), call.operation if kept.replaces(call) else body["Order"]
        return Document(
            kind=CALL, scope=scope, name=f"{thing}|{which}", arn="", parent=thing, status=call.service,
            created_at=at, modified_at=at, body=body,
        )  # fmt: skip

    def _written(self, call: Call, seed: str) -> dict[str, str]:
        """Sealed: requests have secrets, and of its seed a key is made."""
        request = base64.b64encode(msgspec.msgpack.encode(dict(call.request)))
        return {"Seed": self._sealing.sealed(seed), "Request": self._sealing.sealed(request.decode())}

    def _read(self, text: str) -> dict[str, object]:
        return msgspec.msgpack.decode(base64.b64decode(self._sealing.opened(text)), type=dict[str, object])


def remember(tx: Transaction, row: Document) -> None:
    """Keep a call. One that stands for another of its kind has that one's place, and its chance."""
    before = documents.find(tx, row.scope, CALL, row.name)
    if before is not None:
        row = replace(row, body={**row.body, "Order": before.body["Order"], "Seed": before.body["Seed"]})
    documents.put(tx, row)
    if row.body["Operation"] in kept.COUNTED:
        alike = [
            each for each in of_thing(tx, row.scope, row.parent) if each.body["Operation"] == row.body["Operation"]
        ]
        for each in sorted(alike, key=lambda found: int(found.body["Order"]))[:-MOST_COUNTED]:
            documents.remove(tx, each.scope, CALL, each.name)


def forget(tx: Transaction, scope: Scope, service: str, thing: str) -> None:
    """A thing is gone, and with it what hangs on it."""
    gone = [*of_thing(tx, scope, thing)]
    if (part := kept.PARTS.get(service)) is not None:
        every = documents.everywhere(tx, CALL, service)
        gone += [each for each in every if each.scope == scope and each.parent.startswith(f"{thing}{part}")]
    for each in gone:
        documents.remove(tx, scope, CALL, each.name)


def of_thing(tx: Transaction, scope: Scope, thing: str, *, limit: int = ALL) -> Sequence[Document]:
    return documents.page(tx, Query(kind=CALL, scope=scope, parent=thing, limit=limit)).documents
