"""http:invoke, against a server that says back what it was told."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from penstock.services.stepfunctions.integrations.http import HIDDEN, Overhearing, exchange_of
from penstock.wire.call import Json, ServiceError
from penstock.wire.outgoing import Exchange
from services.stepfunctions.integrations.worlds import World, task

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
            case "/refused":
                self._answer(401, b"")
            case "/image":
                self._answer(200, b"png", **{"content-type": "image/png"})
            case "/latin":
                self._answer(200, b"\xe4")
            case "/slow":
                self.hold.wait(10)
                self._answer(200, b"late")
            case _:
                told = {"path": self.path, "body": body, "type": self.headers["content-type"], "x": self.headers["x"]}
                told |= {"by": self.headers["authorization"]}
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
        "path": "/echo?q=a%20b&q=c", "body": '{"n":1}', "type": "application/json; charset=UTF-8", "x": "y",
        "by": None,
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


CONNECTION = "arn:aws:events:us-east-1:123456789012:connection/c/1"
ADDED: Json = {
    "HeaderParameters": {"Authorization": "Basic dTpw", "X": "the connection's"}, "QueryStringParameters": {"key": "k"},
    "BodyParameters": {"team": "ours"},
    "Secret": {
        "HeaderParameters": ["Authorization"], "QueryStringParameters": ["key"], "BodyParameters": ["team"]
    },
}  # fmt: skip
RETRIEVE = ("events", "RetrieveConnectionCredentials")
REFUSE = ("events", "RefuseConnectionCredentials")


@pytest.mark.parametrize("field", ["Authentication", "InvocationConfig"])
async def test_an_endpoint_is_called_in_the_name_of_a_connection(field: str, endpoint: str) -> None:
    world = World({RETRIEVE: ADDED})

    output = await world.result(
        INVOKE,
        {
            "ApiEndpoint": f"{endpoint}/echo", "Method": "POST", "Headers": {"x": "the state's"},
            "QueryParameters": {"key": "mine", "q": 1}, "RequestBody": {"team": "mine", "n": 1},
            field: {"ConnectionArn": CONNECTION},
        },
    )  # fmt: skip

    assert world.asked == {"ConnectionArn": CONNECTION}
    told = output["ResponseBody"]
    assert (told["path"], told["x"], told["by"]) == ("/echo?key=k&q=1", "the connection's", "Basic dTpw")
    assert json.loads(told["body"]) == {"team": "ours", "n": 1}


async def test_credentials_that_an_endpoint_refuses_are_not_used_again(endpoint: str) -> None:
    world = World({RETRIEVE: ADDED, REFUSE: {}})
    parameters = {
        "ApiEndpoint": f"{endpoint}/refused", "Method": "POST", "InvocationConfig": {"ConnectionArn": CONNECTION}
    }  # fmt: skip

    error, _ = await world.failure(INVOKE, parameters)

    assert error == "States.Http.StatusCode.401"
    assert [call.operation for call in world.calls] == [RETRIEVE[1], REFUSE[1]]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceNotFoundException", "Events.ConnectionResource.ResourceNotFound"),
        ("InvalidConnectionState", "Events.ConnectionResource.InvalidConnectionState"),
        ("InternalFailure", "Events.ConnectionResource.InternalError"),
    ],
)
async def test_a_connection_that_cannot_be_had_fails_the_task(code: str, error: str) -> None:
    world = World({RETRIEVE: ServiceError("why", code=code)})
    parameters = {"ApiEndpoint": "https://e", "Method": "GET", "Authentication": {"ConnectionArn": CONNECTION}}

    assert await world.failure(INVOKE, parameters) == (error, "why")


async def test_a_test_shows_no_secrets_unless_it_is_asked_to(endpoint: str) -> None:
    world = World({RETRIEVE: ADDED})
    parameters = {
        "ApiEndpoint": f"{endpoint}/echo", "Method": "POST", "InvocationConfig": {"ConnectionArn": CONNECTION}
    }  # fmt: skip
    heard: list[Exchange] = []

    for with_secrets in (False, True):
        hearing = Overhearing(lambda exchange, _: heard.append(exchange), with_secrets=with_secrets)
        await world.integrations.submit(task(INVOKE, parameters), overhearing=hearing)

    (hidden, _, open_, _) = heard
    assert (hidden.headers["authorization"], hidden.headers["x"]) == (HIDDEN, "the connection's")
    assert hidden.url.endswith(f"?key={HIDDEN}")
    assert json.loads(hidden.body or b"") == {"team": HIDDEN}
    assert open_.headers["authorization"] == "Basic dTpw"


@pytest.mark.parametrize(
    ("path", "said"),
    [("/image", "content type 'image/png'"), ("/latin", "no text in UTF-8")],
)
async def test_an_answer_that_is_no_text_fails_the_task(path: str, said: str, endpoint: str) -> None:
    error, cause = await World({}).failure(INVOKE, {"ApiEndpoint": f"{endpoint}{path}", "Method": "GET"})

    assert error == "States.Runtime"
    assert said in cause


def test_a_text_cannot_have_members_added() -> None:
    parameters = {"ApiEndpoint": "https://e", "Method": "POST", "RequestBody": "text"}

    with pytest.raises(ServiceError, match="must be a JSON object"):
        exchange_of(parameters, ADDED, region="us-east-1")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"ApiEndpoint": "https://example.com", "Method": "FETCH"}, "Method must be one of"),
        ({"ApiEndpoint": "file:///etc/passwd", "Method": "GET"}, "ApiEndpoint must be a URL"),
        ({"ApiEndpoint": "https://e:port", "Method": "GET"}, "ApiEndpoint must be a URL"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Headers": {"x": "a\r\nb: c"}}, "control characters"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Headers": {"x: y": "a"}}, "no name for a header"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Transform": {"RequestBodyEncoding": "X"}}, "NONE or URL_ENCOD"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Headers": {"authorization": "x"}}, "belongs in a connection"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Headers": {"X-Amz-Date": "x"}}, "cannot be set here"),
        ({"ApiEndpoint": "https://e", "Method": "GET", "Authentication": {}}, "must have a ConnectionArn"),
        (
            {"ApiEndpoint": "https://e", "Method": "GET", "Authentication": {}, "InvocationConfig": {}},
            "both name a connection",
        ),
    ],
)
async def test_what_cannot_be_called_says_why(parameters: Json, said: str) -> None:
    error, cause = await World({}).failure(INVOKE, parameters)

    assert error == "States.Runtime"
    assert said in cause


@pytest.mark.parametrize(
    ("style", "form"),
    [
        ("INDICES", b"a%5B0%5D=1&a%5B1%5D=2&b%5Bc%5D=x%20y"),
        ("BRACKETS", b"a%5B%5D=1&a%5B%5D=2&b%5Bc%5D=x%20y"),
        ("REPEAT", b"a=1&a=2&b%5Bc%5D=x%20y"),
        ("COMMAS", b"a=1%2C2&b%5Bc%5D=x%20y"),
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
