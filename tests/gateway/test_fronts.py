"""Fronts: requests find the room that has given out their address, and say who has signed them if they are asked."""

from collections.abc import Iterator, Mapping
from http.client import HTTPConnection

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gateway.running import KEY, Running, running
from penstock.gateway.settings import Settings
from penstock.wire.call import ServiceError
from penstock.wire.fronts import API, FUNCTION, Answered, Asked

AWS = "execute-api.eu-west-1.amazonaws.com"
Response = tuple[int, list[tuple[str, str]], bytes]


async def api(key: str, asked: Asked) -> Answered:
    """Tells what it was asked; `/secret` is for who has signed."""
    if asked.path == "/prod/bug":
        raise ZeroDivisionError
    who = ""
    if asked.path.endswith("/secret"):
        try:
            scope = await asked.prove()
        except ServiceError as refusal:
            return Answered(refusal.status or 0, [("x-code", refusal.code)], refusal.message.encode())
        who = f" {scope.principal} {scope.region}"
    told = f"{key} {asked.method} {asked.host} {asked.path} {asked.query} {asked.header('x-a')}{who} "
    headers = [
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("Content-Length", "9"),
        ("x-odd", "a\r\nx-b: c"),
        ("no name", "x"),
    ]
    return Answered(200, headers, told.encode() + asked.body)


async def function(key: str, asked: Asked) -> Answered:
    return Answered(204, [], f"{key} {asked.path}".encode())


FRONTS = {API: api, FUNCTION: function}


@pytest.fixture(scope="module")
def door() -> Iterator[Running]:
    with running(fronts=FRONTS) as door:
        yield door


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    with running(fronts=FRONTS, settings=Settings(auth=True)) as door:
        yield door


def send(
    door: Running, method: str, path: str, *, host: str = "", body: bytes = b"", headers: Mapping[str, str] = {}
) -> Response:
    connection = HTTPConnection("127.0.0.1", door.port, timeout=20)
    connection.request(method, path, body=body or None, headers={**headers, **({"Host": host} if host else {})})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, response.getheaders(), content


@pytest.mark.parametrize(
    ("host", "path", "told"),
    [
        (f"abc.{AWS}", "/prod/x%20y?q=1", f"abc GET abc.{AWS} /prod/x%20y q=1 h "),
        ("abc.execute-api.localhost:4599", "/prod", "abc GET abc.execute-api.localhost /prod  h "),
        ("", "/restapis/abc/prod/_user_request_/x/y?q=1&q", "abc GET  /prod/x/y q=1&q h "),
        ("", "/restapis/abc/prod/_user_request_", "abc GET  /prod  h "),
    ],
)
def test_an_api_is_found_by_host_and_by_path(door: Running, host: str, path: str, told: str) -> None:
    status, _, body = send(door, "GET", path, host=host, headers={"X-A": "h"})

    assert (status, body.decode()) == (200, told)


@pytest.mark.parametrize(
    ("host", "path"), [("abc.lambda-url.eu-west-1.on.aws", "/x"), ("", "/_penstock/lambda-url/abc/x")]
)
def test_a_function_is_found_by_host_and_by_path(door: Running, host: str, path: str) -> None:
    assert send(door, "GET", path, host=host)[::2] == (204, b"")


def test_headers_of_answers_are_many_and_none_of_them_ends_early(door: Running) -> None:
    _, headers, body = send(door, "POST", "/restapis/a/b/_user_request_/", body=b"given")

    kept = [each for each in headers if each[0] in ("set-cookie", "x-odd", "x-b")]
    assert kept == [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-odd", "ax-b: c")]
    assert "no name" not in dict(headers)
    assert body.endswith(b" given")
    assert dict(headers)["content-length"] == str(len(body))
    assert send(door, "HEAD", "/restapis/a/b/_user_request_/")[2] == b""


def test_what_is_asked_of_awss_own_apis_goes_there(door: Running) -> None:
    signed = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/s3/aws4_request, SignedHeaders=h, Signature="
    }

    other = send(door, "GET", "/restapis/a/prod/_user_request_/x", headers=signed)
    listed = send(door, "GET", "/restapis/a/stages")

    assert not other[2].startswith(b"a GET")
    assert not listed[2].startswith(b"a GET")
    assert send(door, "GET", "/", host="a.execute-api.s3.amazonaws.com")[0] != 200


def test_other_sites_pages_and_bodies_without_end_are_refused(door: Running) -> None:
    path = "/restapis/a/b/_user_request_/"

    assert send(door, "GET", path, headers={"Origin": "https://elsewhere.example"})[0] == 403
    assert send(door, "GET", path, headers={"Origin": "http://localhost:3000"})[0] == 200
    assert send(door, "POST", path, headers={"Content-Length": str(11 << 20)})[::2] == (
        413, b'{"message":"Request Too Long"}',
    )  # fmt: skip


def test_a_bug_of_a_room_is_told_as_no_more_than_that(door: Running) -> None:
    assert send(door, "GET", "/restapis/a/prod/_user_request_/bug")[::2] == (
        500, b'{"message":"Internal server error"}',
    )  # fmt: skip


def signed(door: Running, path: str, *, secret: str = KEY.secret, service: str = "execute-api") -> dict[str, str]:
    request = AWSRequest("POST", f"{door.url}{path}", data=b"given")
    SigV4Auth(Credentials(KEY.access_key, secret), service, "eu-west-1").add_auth(request)
    return dict(request.headers)


def test_who_has_signed_is_told_to_who_asks_and_a_wrong_signature_is_refused(guarded: Running) -> None:
    path = "/restapis/a/b/_user_request_/secret"

    def ask(headers: Mapping[str, str]) -> Response:
        return send(guarded, "POST", path, body=b"given", headers=headers)

    right = ask(signed(guarded, path))
    wrong = [ask(signed(guarded, path, secret="guessed")), ask(signed(guarded, path, service="lambda")), ask({})]

    assert right[0] == 200
    assert f"{KEY.principal} eu-west-1".encode() in right[2]
    assert [each[0] for each in wrong] == [403] * 3
    assert wrong[2][2] == b"Missing Authentication Token"
    assert [dict(each[1])["x-code"] for each in wrong] == [
        "InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException",
    ]  # fmt: skip


def test_without_auth_nobody_need_sign(door: Running) -> None:
    assert send(door, "GET", "/restapis/a/b/_user_request_/secret")[0] == 200
