"""Calling: the carrier to API destinations. What is sent is made by `exchange_of`, which is pure."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import msgspec

from penstock.engine.deliveries import Deliveries
from penstock.engine.outbox import Task
from penstock.services.events.authorizing import LARGEST_ANSWER, SECONDS, Authorizing, Pairs, Unauthorized, pairs
from penstock.services.events.connections import opened
from penstock.services.events.delivering import Called, failure
from penstock.services.events.model import CONNECTION, DESTINATION
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.store.sealing import Sealing
from penstock.wire.call import Json
from penstock.wire.outgoing import Exchange, Reply, Unreached, fetch, is_header, with_query

LONGEST_WAIT: Final = 60.0  # for a turn under a destination's rate
AGAIN: Final = frozenset({401, 407, 409, 429})  # statuses of a client's mistakes that may pass
BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Unsendable(Exception):
    """What keeps a request from being sent at all."""


@dataclass
class Pace:
    """When the next call of each destination may be made."""

    next: dict[str, float] = field(default_factory=dict)

    def turn(self, destination: str, rate: int, now: float) -> float:
        """Seconds until the next turn, which is taken."""
        at = max(now, self.next.get(destination, now))
        if at - now <= LONGEST_WAIT:
            self.next[destination] = at + 1 / rate
        return at - now


@dataclass(frozen=True)
class Calling:
    """Calls endpoints."""

    database: Database
    deliveries: Deliveries
    sealing: Sealing
    authorizing: Authorizing
    _pace: Pace = field(default_factory=Pace)

    async def carry(self, task: Task) -> Json:
        """The carrier to an API destination."""
        delivery, _ = await self.deliveries.look(task.run)
        content = msgspec.convert(delivery.content, Called)
        found = await self.database.read(lambda tx: both(tx, content.destination))
        if found is None:
            return failure("ResourceNotFoundException", f"{content.destination} or its connection does not exist.")
        destination, connection = found[0], opened(found[1], self.sealing)
        if connection.status != "AUTHORIZED":
            return failure("ConnectionNotAuthorized", f"Connection {connection.name} is {connection.status}.")
        wait = self._pace.turn(
            destination.arn, destination.body["InvocationRateLimitPerSecond"], asyncio.get_running_loop().time()
        )
        if wait > LONGEST_WAIT:
            return failure("ThrottlingException", "The destination's rate leaves no turn soon.", may_pass=True)
        await asyncio.sleep(wait)
        try:
            reply = await self._called(destination, connection, content)
        except Unsendable as why:
            return failure("InvalidRequest", str(why))
        except Unauthorized as why:
            return failure("ConnectionNotAuthorized", str(why), may_pass=True)
        except Unreached as why:
            return failure("ConnectionError", str(why), may_pass=True)
        return self._judged(reply, connection)

    def _judged(self, reply: Reply, connection: Document) -> Json:
        if reply.status < 400:
            return None
        if reply.status in {401, 407}:
            self.authorizing.was_refused(connection)
        may_pass = reply.status >= 500 or reply.status in AGAIN
        text = reply.body[:512].decode(errors="replace")
        return failure(f"HTTP{reply.status}", f"{reply.status} {reply.reason}: {text}", may_pass=may_pass)

    async def _called(self, destination: Document, connection: Document, content: Called) -> Reply:
        header = await self.authorizing.header(connection)
        exchange = exchange_of(destination.body, connection.body, content, header)
        return await fetch(exchange, largest=LARGEST_ANSWER, seconds=SECONDS)


def both(tx: Transaction, arn: str) -> tuple[Document, Document] | None:
    """A destination and its connection."""
    destination = documents.find_by_arn(tx, arn)
    connection = documents.find_by_arn(tx, destination.parent) if destination is not None else None
    if destination is None or connection is None:
        return None
    return (destination, connection) if (destination.kind, connection.kind) == (DESTINATION, CONNECTION) else None


def exchange_of(
    destination: Mapping[str, Json], connection: Mapping[str, Json], content: Called, authorization: Mapping[str, str]
) -> Exchange:
    """The request; raises `Unsendable` where it could not be one."""
    method: str = destination["HttpMethod"]
    extra: Mapping[str, Json] = connection["AuthParameters"].get("InvocationHttpParameters", {})
    headers = {
        "User-Agent": "Amazon/EventBridge/ApiDestinations",
        "Content-Type": "application/json; charset=utf-8",
        **content.parameters.get("HeaderParameters", {}),
        **dict(pairs(extra, "HeaderParameters")),  # the connection's win over the target's, as on AWS
        **authorization,
    }
    for name, value in headers.items():
        if not is_header(name, value):
            raise Unsendable(f"'{name}' is no header, or its value has control characters")
    url = str(destination["InvocationEndpoint"])
    for value in content.parameters.get("PathParameterValues", ()):
        url = url.replace("*", quote(value, safe=""), 1)
    query = [*content.parameters.get("QueryStringParameters", {}).items(), *pairs(extra, "QueryStringParameters")]
    body = None if method in BODILESS else with_members(content.text, pairs(extra, "BodyParameters"))
    return Exchange(method, with_query(url, query), headers, body)


def with_members(text: str, members: Pairs) -> bytes:
    """The body, with the connection's members in it: they can only be in an object."""
    if not members:
        return text.encode()
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, dict):
        raise Unsendable("the connection has BodyParameters, and the target's input is no JSON object")
    return msgspec.json.encode({**value, **dict(members)})
