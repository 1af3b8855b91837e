"""Authorizing: how an endpoint is told who calls, off a connection. A token of OAuth is kept while it is good."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

import msgspec

from penstock.store.documents import Document
from penstock.wire.call import Json
from penstock.wire.outgoing import Exchange, basic, fetch, with_query

SECONDS: Final = 5.0  # for one call, as on AWS
LARGEST_ANSWER: Final = 65_536
TOKEN_LIVES: Final = 300.0  # seconds, where nothing is said
TOKEN_MARGIN: Final = 30.0

Pairs = list[tuple[str, str]]


class Unauthorized(Exception):
    """Why no token was given."""


@dataclass(frozen=True)
class Authorizing:
    """What connections send along."""

    clock: Callable[[], float]
    _tokens: dict[tuple[str, float], tuple[str, float]] = field(default_factory=dict)

    async def header(self, connection: Document) -> dict[str, str]:
        """The header that says who calls; raises `Unauthorized`, and `Unreached` where nobody gives tokens."""
        parameters = connection.body["AuthParameters"]
        if connection.body["AuthorizationType"] == "OAUTH_CLIENT_CREDENTIALS":
            return {"Authorization": f"Bearer {await self._token(connection)}"}
        if pair := parameters.get("BasicAuthParameters"):
            return {"Authorization": basic(pair["Username"], pair["Password"])}
        key = parameters["ApiKeyAuthParameters"]
        return {key["ApiKeyName"]: key["ApiKeyValue"]}

    def was_refused(self, connection: Document) -> None:
        """What was sent is not good any more: the next token is a new one."""
        self._tokens.pop(_key(connection), None)

    async def _token(self, connection: Document) -> str:
        kept = self._tokens.get(_key(connection))
        if kept is not None and kept[1] > self.clock():
            return kept[0]
        asked = token_exchange(connection.body["AuthParameters"]["OAuthParameters"])
        reply = await fetch(asked, largest=LARGEST_ANSWER, seconds=SECONDS)
        try:
            given = msgspec.json.decode(reply.body)
            token, lives = str(given["access_token"]), float(given.get("expires_in", TOKEN_LIVES))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            raise Unauthorized(f"the authorization endpoint answered {reply.status} and no token") from None
        self._tokens[_key(connection)] = token, self.clock() + max(0.0, lives - TOKEN_MARGIN)
        return token


def _key(connection: Document) -> tuple[str, float]:
    return connection.arn, connection.modified_at


def pairs(parameters: Mapping[str, Json], name: str) -> Pairs:
    return [(each.get("Key", ""), each.get("Value", "")) for each in parameters.get(name, ())]


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
