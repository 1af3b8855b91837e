"""What TRACE shows of a task that calls an HTTP endpoint."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from penstock.wire.call import Json
from services.stepfunctions.teststate.worlds import ROLE, World

REPLY = b"HTTP/1.1 418 Teapot\r\nx-pot: short\r\ncontent-length: 5\r\n\r\nstout"


@asynccontextmanager
async def teapot() -> AsyncIterator[str]:
    """The URL of an endpoint that refuses everybody."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REPLY)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/brew"


def calling(url: str) -> Json:
    parameters = {
        "Method": "POST", "ApiEndpoint": url, "Headers": {"x-tea": "green"}, "QueryParameters": {"cups": 2},
        "RequestBody": {"sugar": False},
    }  # fmt: skip
    return {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": parameters, "End": True}


async def test_the_request_and_the_response_are_shown_also_of_a_failure() -> None:
    async with teapot() as url:
        answer = await World().tried(calling(url), roleArn=ROLE, inspectionLevel="TRACE")

    assert (answer["status"], answer["error"]) == ("FAILED", "States.Http.StatusCode.418")
    request = answer["inspectionData"]["request"]
    assert (request["protocol"], request["method"], request["url"]) == ("http", "POST", f"{url}?cups=2")
    assert "x-tea: green" in request["headers"]
    assert request["body"] == '{"sugar":false}'
    assert answer["inspectionData"]["response"] == {
        "protocol": "http",
        "statusCode": "418",
        "statusMessage": "Teapot",
        "headers": "[x-pot: short, content-length: 5]",
        "body": "stout",
    }


async def test_what_was_never_answered_has_a_request_alone() -> None:
    answer = await World().tried(calling("http://127.0.0.1:1/"), roleArn=ROLE, inspectionLevel="TRACE")

    assert answer["error"] == "States.Http.Socket"
    assert "request" in answer["inspectionData"]
    assert "response" not in answer["inspectionData"]


async def test_debug_does_not_show_it() -> None:
    async with teapot() as url:
        answer = await World().tried(calling(url), roleArn=ROLE)

    assert "request" not in answer["inspectionData"]
