"""Calling: the carrier to API destinations. What is sent is made by `exchange_of`, which is pure."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from penstock.engine.deliveries import Deliveries
from penstock.engine.outbox import Task
from penstock.services.events.delivering import Called, failure
from penstock.services.events.model import CONNECTION, DESTINATION
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json
from penstock.wire.outgoing import Exchange, Reply, Unreached, fetch, is_header, with_query

SECONDS: Final = 5.0  # for one call, as on AWS
LARGEST_ANSWER: Final = 65_536
LONGEST_WAIT: Final = 60.0  # for a turn under a destination's rate
AGAIN: Final = frozenset({401, 407, 409, 429})  # statuses of a client's mistakes that may pass
BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_LIVES: Final = 300.0  # seconds, where nothing is said
TOKEN_MARGIN: Final = 30.0

Pairs = list[tuple[str, str]]


class Unauthorized(Exception):
    """Why no token was given."""


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
    """Calls endpoints. Tokens of OAuth are kept while they are good."""

    database: Database
    deliveries: Deliveries
    clock: Callable[[], float]
    _pace: Pace = field(default_factory=Pace)
    _tokens: dict[tuple[str, float], tuple[str, float]] = field(default_factory=dict)

    async def carry(self, task: Task) -> Json:
        """The carrier to an API destination."""
        delivery, _ = await self.deliveries.look(task.run)
        content = msgspec.convert(delivery.content, Called)
        found = await self.database.read(lambda tx: both(tx, content.destination))
        if found is None:
            return failure("ResourceNotFoundException", f"{content.destination} or its connection does not exist.")
        destination, connection = found
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
            self._tokens.pop(key_of(connection), None)
        may_pass = reply.status >= 500 or reply.status in AGAIN
        text = reply.body[:512].decode(errors="replace")
        return failure(f"HTTP{reply.status}", f"{reply.status} {reply.reason}: {text}", may_pass=may_pass)

    async def _called(self, destination: Document, connection: Document, content: Called) -> Reply:
        token = ""
        if connection.body["AuthorizationType"] == "OAUTH_CLIENT_CREDENTIALS":
            token = await self._token(connection)
        exchange = exchange_of(destination.body, connection.body, content, token=token)
        return await fetch(exchange, largest=LARGEST_ANSWER, seconds=SECONDS)

    async def _token(self, connection: Document) -> str:
        """A token that is good for a while; raises `Unauthorized`."""
        kept = self._tokens.get(key_of(connection))
        if kept is not None and kept[1] > self.clock():
            return kept[0]
        reply = await fetch(
            token_exchange(connection.body["AuthParameters"]["OAuthParameters"]),
            largest=LARGEST_ANSWER,
            seconds=SECONDS,
        )
        try:
            given = msgspec.json.decode(reply.body)
            token, lives = str(given["access_token"]), float(given.get("expires_in", TOKEN_LIVES))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            raise Unauthorized(f"the authorization endpoint answered {reply.status} and no token") from None
        self._tokens[key_of(connection)] = token, self.clock() + max(0.0, lives - TOKEN_MARGIN)
        return token


def key_of(connection: Document) -> tuple[str, float]:
    return connection.arn, connection.modified_at


def both(tx: Transaction, arn: str) -> tuple[Document, Document] | None:
    """A destination and its connection."""
    destination = documents.find_by_arn(tx, arn)
    connection = documents.find_by_arn(tx, destination.parent) if destination is not None else None
    if destination is None or connection is None:
        return None
    return (destination, connection) if (destination.kind, connection.kind) == (DESTINATION, CONNECTION) else None


def exchange_of(
    destination: Mapping[str, Json], connection: Mapping[str, Json], content: Called, *, token: str
) -> Exchange:
    """The request; raises `Unsendable` where it could not be one."""
    method: str = destination["HttpMethod"]
    extra: Mapping[str, Json] = connection["AuthParameters"].get("InvocationHttpParameters", {})
    headers = {
        "User-Agent": "Amazon/EventBridge/ApiDestinations",
        "Content-Type": "application/json; charset=utf-8",
        **content.parameters.get("HeaderParameters", {}),
        **dict(pairs(extra, "HeaderParameters")),  # the connection's win over the target's, as on AWS
        **authorization(connection["AuthParameters"], token),
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


def pairs(parameters: Mapping[str, Json], name: str) -> Pairs:
    return [(each.get("Key", ""), each.get("Value", "")) for each in parameters.get(name, ())]


def authorization(parameters: Mapping[str, Json], token: str) -> dict[str, str]:
    """The header that says who calls."""
    if token:
        return {"Authorization": f"Bearer {token}"}
    if basic := parameters.get("BasicAuthParameters"):
        packed = base64.b64encode(f"{basic['Username']}:{basic['Password']}".encode()).decode()
        return {"Authorization": f"Basic {packed}"}
    key = parameters["ApiKeyAuthParameters"]
    return {key["ApiKeyName"]: key["ApiKeyValue"]}


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


def token_exchange(oauth: Mapping[str, Json]) -> Exchange:
    """The request for a token."""
    client, extra = oauth["ClientParameters"], oauth.get("OAuthHttpParameters", {})
    form = [
        ("grant_type", "client_credentials"), ("client_id", client["ClientID"]),
        ("client_secret", client["ClientSecret"]), *pairs(extra, "BodyParameters"),
    ]  # fmt: skip
    method, query = oauth["HttpMethod"], pairs(extra, "QueryStringParameters")
    headers = {"Content-Type": "application/x-www-form-urlencoded", **dict(pairs(extra, "HeaderParameters"))}
    if method == "GET":
        return Exchange(method, with_query(oauth["AuthorizationEndpoint"], [*query, *form]), headers, None)
    return Exchange(method, with_query(oauth["AuthorizationEndpoint"], query), headers, urlencode(form).encode())
