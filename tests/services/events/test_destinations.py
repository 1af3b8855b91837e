"""API destinations: what an endpoint outside is asked, how it is told who asks, and what becomes of its answers."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from penstock.services.events.calling import Pace
from penstock.wire.call import ServiceError
from services.clockwork import DEAD, World, living

ENTRY = {"Source": "me", "DetailType": "done", "Detail": '{"name": "a/b", "n": 1}'}
BASIC = {"BasicAuthParameters": {"Username": "u", "Password": "swordfish"}}
KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "secret"}}


@dataclass
class Endpoint:
    """An endpoint outside, which notes what it is asked and answers what a test says: 200 where it says nothing."""

    url: str = ""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    tokens: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append((head[0].rpartition(" ")[0], headers, body))
        status, content = self._answer(head[0])
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content)
        await writer.drain()
        writer.close()

    def _answer(self, line: str) -> tuple[int, bytes]:
        if "/token" in line:
            self.tokens += 1
            return 200, json.dumps({"access_token": f"token-{self.tokens}", "expires_in": 3600}).encode()
        return self.answers.pop(0) if self.answers else (200, b"{}")

    @property
    def events(self) -> list[tuple[str, dict[str, str], bytes]]:
        return [each for each in self.asked if "/token" not in each[0]]


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


async def destination(world: World, url: str, kind: str, parameters: Any, method: str = "POST", **target: Any) -> None:
    """A rule with an API destination as its target."""
    connection = await world.events("CreateConnection", Name="c", AuthorizationType=kind, AuthParameters=parameters)
    made = await world.events(
        "CreateApiDestination", Name="d", ConnectionArn=connection["ConnectionArn"], InvocationEndpoint=url,
        HttpMethod=method,
    )  # fmt: skip
    await world.events("PutRule", Name="r", EventPattern='{"source": ["me"]}')
    await world.events("PutTargets", Rule="r", Targets=[{"Id": "d", "Arn": made["ApiDestinationArn"], **target}])


def keeps(folder: Path, text: str) -> bool:
    """Whether a text is anywhere in a folder as it is."""
    return any(text.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def put(world: World) -> None:
    await world.events("PutEvents", Entries=[ENTRY])
    await world.quiet()


async def test_an_endpoint_is_posted_the_event_and_told_who_asks(tmp_path: Path) -> None:
    async with living(tmp_path) as world, endpoint() as outside:
        await destination(world, f"{outside.url}/hook", "BASIC", BASIC)

        await put(world)

        ((line, headers, body),) = outside.events
        assert line == "POST /hook"
        assert headers["authorization"] == f"Basic {base64.b64encode(b'u:swordfish').decode()}"
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert json.loads(body)["detail"] == {"name": "a/b", "n": 1}


async def test_parameters_of_target_and_connection_go_where_they_belong(tmp_path: Path) -> None:
    async with living(tmp_path) as world, endpoint() as outside:
        http = {
            "PathParameterValues": ["$.detail.name"], "HeaderParameters": {"X-N": "$.detail.n", "X-Own": "target"},
            "QueryStringParameters": {"from": "$.source"},
        }  # fmt: skip
        extra = {
            "HeaderParameters": [{"Key": "X-Own", "Value": "connection", "IsValueSecret": False}],
            "QueryStringParameters": [{"Key": "q", "Value": "1 2", "IsValueSecret": False}],
            "BodyParameters": [{"Key": "team", "Value": "x", "IsValueSecret": True}],
        }  # fmt: skip
        parameters = {**KEY, "InvocationHttpParameters": extra}
        url = f"{outside.url}/things/*/state"
        await destination(world, url, "API_KEY", parameters, "PUT", HttpParameters=http, InputPath="$.detail")

        await put(world)

        ((line, headers, body),) = outside.events
        assert line == "PUT /things/a%2Fb/state?from=me&q=1%202"
        assert (headers["x-key"], headers["x-n"], headers["x-own"]) == ("secret", "1", "connection")
        assert json.loads(body) == {"name": "a/b", "n": 1, "team": "x"}
        shown = await world.events("DescribeConnection", Name="c")
        told = shown["AuthParameters"]
        assert told["ApiKeyAuthParameters"] == {"ApiKeyName": "X-Key"}
        assert told["InvocationHttpParameters"]["BodyParameters"] == [{"Key": "team", "IsValueSecret": True}]
        assert "secret" not in json.dumps(shown)


async def test_a_token_is_asked_for_once_and_again_when_it_is_refused(tmp_path: Path) -> None:
    async with living(tmp_path, leap=1.0) as world, endpoint() as outside:
        oauth = {
            "OAuthParameters": {
                "ClientParameters": {"ClientID": "me", "ClientSecret": "secret"}, "HttpMethod": "POST",
                "AuthorizationEndpoint": f"{outside.url}/token",
                "OAuthHttpParameters": {"BodyParameters": [{"Key": "scope", "Value": "all"}]},
            }
        }  # fmt: skip
        await destination(world, outside.url, "OAUTH_CLIENT_CREDENTIALS", oauth)

        await put(world)
        await put(world)
        outside.answers = [(401, b"old token")]
        world.leap = 60.0
        await put(world)

        assert [headers["authorization"][-7:] for _, headers, _ in outside.events] == [
            "token-1", "token-1", "token-1", "token-2"
        ]  # fmt: skip
        form = parse_qs(outside.asked[0][2].decode())
        assert form == {
            "grant_type": ["client_credentials"], "client_id": ["me"], "client_secret": ["secret"], "scope": ["all"]
        }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "calls", "letters"),
    [([(503, b""), (429, b"")], 3, 0), ([(404, b"no such hook")], 1, 1), ([(500, b"")] * 3, 2, 1)],
)
async def test_answers_are_judged(tmp_path: Path, answers: list[tuple[int, bytes]], calls: int, letters: int) -> None:
    async with living(tmp_path) as world, endpoint() as outside:
        policy: dict[str, Any] = {"RetryPolicy": {"MaximumRetryAttempts": calls - 1}, "DeadLetterConfig": {"Arn": DEAD}}
        await destination(world, outside.url, "BASIC", BASIC, **policy)
        outside.answers, world.leap = answers, 60.0

        await put(world)

        assert len(outside.events) == calls
        assert len(world.calls) == letters


async def test_an_endpoint_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        policy: dict[str, Any] = {"RetryPolicy": {"MaximumRetryAttempts": 1}, "DeadLetterConfig": {"Arn": DEAD}}
        await destination(world, "http://127.0.0.1:1/", "BASIC", BASIC, **policy)
        world.leap = 60.0

        await put(world)

        (letter,) = world.calls
        attributes = letter.request["MessageAttributes"]
        assert attributes["RETRY_ATTEMPTS"]["StringValue"] == "1"
        assert attributes["ERROR_CODE"]["StringValue"] == "ConnectionError"


async def test_a_connection_without_secrets_calls_nobody(tmp_path: Path) -> None:
    async with living(tmp_path) as world, endpoint() as outside:
        await destination(world, outside.url, "BASIC", BASIC, DeadLetterConfig={"Arn": DEAD})
        assert (await world.events("DeauthorizeConnection", Name="c"))["ConnectionState"] == "DEAUTHORIZED"

        await put(world)

        assert outside.asked == []
        assert len(world.calls) == 1
        change = {"BasicAuthParameters": {"Username": "u2", "Password": "p2"}}
        assert (await world.events("UpdateConnection", Name="c", AuthParameters=change))[
            "ConnectionState"
        ] == "AUTHORIZED"
        await put(world)
        assert len(outside.events) == 1


async def test_services_are_told_what_a_connection_adds_and_which_of_it_is_secret(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        extra = {
            "HeaderParameters": [{"Key": "X-Own", "Value": "open", "IsValueSecret": False}],
            "QueryStringParameters": [{"Key": "q", "Value": "hush", "IsValueSecret": True}],
        }
        made = await world.events(
            "CreateConnection", Name="c", AuthorizationType="API_KEY",
            AuthParameters={**KEY, "InvocationHttpParameters": extra},
        )  # fmt: skip

        told = await world.events("RetrieveConnectionCredentials", ConnectionArn=made["ConnectionArn"])

        assert told == {
            "HeaderParameters": {"X-Own": "open", "X-Key": "secret"}, "QueryStringParameters": {"q": "hush"},
            "BodyParameters": {},
            "Secret": {"HeaderParameters": ["X-Key"], "QueryStringParameters": ["q"], "BodyParameters": []},
        }  # fmt: skip


async def test_services_are_given_a_token_until_it_is_refused(tmp_path: Path) -> None:
    async with living(tmp_path) as world, endpoint() as outside:
        oauth = {
            "OAuthParameters": {
                "ClientParameters": {"ClientID": "me", "ClientSecret": "secret"}, "HttpMethod": "GET",
                "AuthorizationEndpoint": f"{outside.url}/token",
            }
        }  # fmt: skip
        made = await world.events(
            "CreateConnection", Name="c", AuthorizationType="OAUTH_CLIENT_CREDENTIALS", AuthParameters=oauth
        )
        connection = {"ConnectionArn": made["ConnectionArn"]}

        told = [await world.events("RetrieveConnectionCredentials", **connection) for _ in range(2)]
        await world.events("RefuseConnectionCredentials", **connection)
        told.append(await world.events("RetrieveConnectionCredentials", **connection))

        assert [each["HeaderParameters"]["Authorization"] for each in told] == [
            "Bearer token-1", "Bearer token-1", "Bearer token-2"
        ]  # fmt: skip


async def test_services_are_told_why_a_connection_cannot_be_used(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        made = await world.events("CreateConnection", Name="c", AuthorizationType="BASIC", AuthParameters=BASIC)
        await world.events("DeauthorizeConnection", Name="c")

        with pytest.raises(ServiceError, match="c is DEAUTHORIZED") as caught:
            await world.events("RetrieveConnectionCredentials", ConnectionArn=made["ConnectionArn"])
        assert caught.value.code == "InvalidConnectionState"
        with pytest.raises(ServiceError, match="does not exist") as caught:
            await world.events("RetrieveConnectionCredentials", ConnectionArn=f"{made['ConnectionArn']}x")
        assert caught.value.code == "ResourceNotFoundException"


async def test_connections_and_destinations_are_listed_changed_and_removed(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await destination(world, "http://localhost/a", "BASIC", BASIC)
        await world.events("UpdateApiDestination", Name="d", HttpMethod="GET", InvocationRateLimitPerSecond=5)

        assert not keeps(tmp_path, "swordfish")
        shown = await world.events("DescribeApiDestination", Name="d")
        assert (shown["HttpMethod"], shown["InvocationRateLimitPerSecond"]) == ("GET", 5)
        listed = await world.events("ListApiDestinations", ConnectionArn=shown["ConnectionArn"])
        assert [each["Name"] for each in listed["ApiDestinations"]] == ["d"]
        assert [each["Name"] for each in (await world.events("ListConnections"))["Connections"]] == ["c"]
        with pytest.raises(ServiceError, match="Connection c is used by API destination d"):
            await world.events("DeleteConnection", Name="c")
        await world.events("DeleteApiDestination", Name="d")
        assert (await world.events("DeleteConnection", Name="c"))["ConnectionState"] == "DELETING"
        assert (await world.events("ListConnections"))["Connections"] == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"AuthorizationType": "API_KEY", "AuthParameters": BASIC}, "ApiKeyAuthParameters must be provided"),
    ({"AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "a b", "ApiKeyValue": "x"}},
      "AuthorizationType": "API_KEY"}, "must be able to be a header"),
    ({"AuthorizationType": "BASIC", "AuthParameters": BASIC, "KmsKeyIdentifier": "k"}, "KmsKeyIdentifier: "),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "sentence"), REFUSED)
async def test_a_connection_that_could_not_be_used_is_refused(
    tmp_path: Path, request_: dict[str, Any], sentence: str
) -> None:
    async with living(tmp_path) as world:
        with pytest.raises(ServiceError, match=sentence):
            await world.events("CreateConnection", Name="c", **request_)


def test_calls_keep_to_the_rate_of_their_destination() -> None:
    pace = Pace()

    assert [pace.turn("d", 2, 100.0) for _ in range(3)] == [0.0, 0.5, 1.0]
    assert pace.turn("other", 2, 100.0) == 0.0
    assert pace.turn("d", 2, 200.0) == 0.0
