"""http:invoke, against a server that says back what it was told."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from penstock.services.stepfunctions.integrations.http import exchange_of
from penstock.wire.call import Json, ServiceError
from services.stepfunctions.integrations.worlds import World

INVOKE = "arn:aws:states:::http:invoke"


class Echo(BaseHTTPRequestHandler):
    """Answers by its path: an echo, an error, a large body, or nothing for a while."""

    hold = threading.Event()

    def handle_one_request(self) -> None:
        """Whatever the method, and though the caller may have gone."""
        self.raw_requestline = self.rfile.readline(65_537)
        if self.raw_requestline and self.parse_request():
            with suppress(BrokenPipeError):
                self.respond()

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        match self.path.partition("?")[0]:
            case "/missing":
                self._answer(404, b'{"error": "gone"}')
            case "/moved":
                self._answer(302, b"", location="/echo")
            case "/large":
                self._answer(200, b"a" * 300_000)
            case "/endless":
                self._begin(200)
                self.wfile.write(b"to the end")
                self.close_connection = True
            case "/broken":
                self._begin(200, **{"content-length": "100"})
                self.wfile.write(b"not all")
                self.close_connection = True
            case "/slow":
                self.hold.wait(10)
                self._answer(200, b"late")
            case _:
                told = {"path": self.path, "body": body, "type": self.headers["content-type"], "x": self.headers["x"]}
                self._answer(200, json.dumps(told).encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self._begin(status, **{"content-length": str(len(body)), "content-type": "application/json", **headers})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    Echo.hold.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            Echo.hold.set()
            server.shutdown()
            thread.join()


async def test_an_endpoint_is_called_and_its_answer_told(endpoint: str) -> None:
    output = await World({}).result(
        INVOKE,
        {
            "ApiEndpoint": f"{endpoint}/echo", "Method": "POST", "Headers": {"X": "y"},
            "QueryParameters": {"q": ["a b", "c"]}, "RequestBody": {"n": 1},
        },
    )  # fmt: skip

    assert (output["StatusCode"], output["StatusText"]) == (200, "OK")
    assert output["Headers"]["content-type"] == ["application/json"]
    assert output["ResponseBody"] == {
        "path": "/echo?q=a%20b&q=c", "body": '{"n":1}', "type": "application/json", "x": "y"
    }  # fmt: skip


async def test_an_error_is_named_by_its_status(endpoint: str) -> None:
    assert await World({}).failure(INVOKE, {"ApiEndpoint": f"{endpoint}/missing", "Method": "GET"}) == (
        "States.Http.StatusCode.404",
        '{"error": "gone"}',
    )


async def test_redirects_are_told_and_not_followed(endpoint: str) -> None:
    output = await World({}).result(INVOKE, {"ApiEndpoint": f"{endpoint}/moved", "Method": "GET"})

    assert (output["StatusCode"], output["Headers"]["location"]) == (302, ["/echo"])


async def test_an_answer_may_end_with_its_connection(endpoint: str) -> None:
    output = await World({}).result(INVOKE, {"ApiEndpoint": f"{endpoint}/endless", "Method": "GET"})

    assert output["ResponseBody"] == "to the end"


async def test_an_answer_that_breaks_off_is_none(endpoint: str) -> None:
    assert await World({}).failure(INVOKE, {"ApiEndpoint": f"{endpoint}/broken", "Method": "GET"}) == (
        "States.Http.Socket",
        "the endpoint closed the connection before its answer was complete",
    )


async def test_a_head_is_answered_without_a_body(endpoint: str) -> None:
    output = await World({}).result(INVOKE, {"ApiEndpoint": f"{endpoint}/large", "Method": "HEAD"})

    assert (output["StatusCode"], output["ResponseBody"]) == (200, "")
    assert output["Headers"]["content-length"] == ["300000"]


async def test_an_answer_over_the_limit_fails_the_task(endpoint: str) -> None:
    error, cause = await World({}).failure(INVOKE, {"ApiEndpoint": f"{endpoint}/large", "Method": "GET"})

    assert error == "States.DataLimitExceeded"
    assert "'http'" in cause


async def test_an_endpoint_that_does_not_answer_in_time_is_given_up(endpoint: str) -> None:
    world = World({}, http_seconds=0.2)

    error, _ = await world.failure(INVOKE, {"ApiEndpoint": f"{endpoint}/slow", "Method": "GET"})

    assert error == "States.Http.Socket"


async def test_an_endpoint_that_is_not_there_cannot_be_called() -> None:
    error, _ = await World({}).failure(INVOKE, {"ApiEndpoint": "http://127.0.0.1:9/", "Method": "GET"})

    assert error == "States.Http.Socket"


@pytest.mark.parametrize("field", ["Authentication", "InvocationConfig"])
async def test_connections_are_refused_with_a_remedy(field: str) -> None:
    error, cause = await World({}).failure(
        INVOKE, {"ApiEndpoint": "https://example.com", "Method": "GET", field: {"ConnectionArn": "arn"}}
    )

    assert error == "States.Http.NotAvailable"
    assert field in cause
    assert "Headers" in cause


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"ApiEndpoint": "https://example.com", "Method": "FETCH"}, "Method must be one of"),
        ({"ApiEndpoint": "file:///etc/passwd", "Method": "GET"}, "ApiEndpoint must be a URL"),
        ({"ApiEndpoint": "https://e:port", "Method": "GET"}, "ApiEndpoint must be a URL"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Headers": {"x": "a\r\nb: c"}}, "control characters"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Headers": {"x: y": "a"}}, "no name for a header"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Transform": {"RequestBodyEncoding": "X"}}, "NONE or URL_ENCOD"),
    ],
)
async def test_what_cannot_be_called_says_why(parameters: Json, said: str) -> None:
    error, cause = await World({}).failure(INVOKE, parameters)

    assert error == "States.Runtime"
    assert said in cause


@pytest.mark.parametrize(
    ("style", "form"),
    [
        ("INDICES", b"a%5B0%5D=1&a%5B1%5D=2&b%5Bc%5D=x+y"),
        ("BRACKETS", b"a%5B%5D=1&a%5B%5D=2&b%5Bc%5D=x+y"),
        ("REPEAT", b"a=1&a=2&b%5Bc%5D=x+y"),
        ("COMMAS", b"a=1%2C2&b%5Bc%5D=x+y"),
    ],
)
def test_a_form_tells_arrays_in_the_style_that_is_asked_for(style: str, form: bytes) -> None:
    exchange = exchange_of(
        {
            "ApiEndpoint": "https://example.com", "Method": "POST", "RequestBody": {"a": [1, 2], "b": {"c": "x y"}},
            "Transform": {
                "RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": style},
            },
        },
        region="us-east-1",
    )  # fmt: skip

    assert exchange.body == form
    assert exchange.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://example.com", "https://example.com?q=a%20b"),
        ("https://example.com/p?x=1#part", "https://example.com/p?x=1&q=a%20b"),
        ("https://example.com/p?x=a b", "https://example.com/p?x=a%20b&q=a%20b"),
    ],
)
def test_query_parameters_follow_those_of_the_endpoint(url: str, asked: str) -> None:
    parameters = {"ApiEndpoint": url, "Method": "GET", "QueryParameters": {"q": "a b"}}

    assert exchange_of(parameters, region="us-east-1").url == asked


def test_a_style_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ServiceError, match="ArrayFormat must be"):
        exchange_of(
            {
                "ApiEndpoint": "https://example.com", "Method": "POST", "RequestBody": {"a": [1]},
                "Transform": {"RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": "X"}},
            },
            region="us-east-1",
        )  # fmt: skip
