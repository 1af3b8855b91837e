"""Event streams: we write, botocore reads; every event that the operations of our services may tell."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from botocore.eventstream import EventStream, EventStreamBuffer
from botocore.exceptions import EventStreamError
from botocore.model import OperationModel
from botocore.parsers import EventStreamJSONParser

from penstock.wire import models
from penstock.wire.call import Events, Json, ServiceError
from penstock.wire.http import HttpResponse
from penstock.wire.protocols import event_streams, protocol_for
from penstock.wire.protocols.aws_json import AwsJson
from penstock.wire.protocols.rest import RestJson
from wire import oracle
from wire.examples import example, told


def streaming() -> Iterator[Any]:
    """Operations that answer with an event stream in JSON."""
    for service in models.OURS:
        model = models.model(service)
        for name in model.operation_names:
            operation = model.operation_model(name)
            is_json = model.resolved_protocol in {"json", "rest-json"}
            if operation.has_event_stream_output and is_json:
                yield pytest.param(operation, id=f"{service}-{name}")


class Pieces:
    """A response's body as botocore takes it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def stream(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def close(self) -> None:
        pass


async def events_of(*events: Mapping[str, Json], failure: ServiceError | None = None) -> Events:
    for event in events:
        yield event
    if failure is not None:
        raise failure


def written(operation: OperationModel, answer: Mapping[str, Json]) -> HttpResponse:
    shape = operation.input_shape
    needed = {name: example(shape.members[name]) for name in shape.required_members}
    protocol = protocol_for(operation.service_model, oracle.request(operation, needed))
    assert isinstance(protocol, AwsJson | RestJson)
    return protocol.write(operation, answer, request_id="id")


async def read(operation: OperationModel, response: HttpResponse) -> EventStream:
    assert isinstance(response.body, AsyncIterator)
    pieces = [piece async for piece in response.body]
    assert response.headers["content-type"] == "application/vnd.amazon.eventstream"
    shape = operation.get_event_stream_output()
    return EventStream(Pieces(pieces), shape, EventStreamJSONParser(), operation.name)


@pytest.mark.parametrize("operation", list(streaming()))
async def test_every_event_that_we_write_is_read_back_by_botocore(operation: OperationModel) -> None:
    shape = operation.output_shape
    member = event_streams.stream_member(shape)
    assert member is not None
    stream = shape.members[member]
    events = [{name: example(each)} for name, each in stream.members.items() if not each.metadata.get("exception")]

    response = written(operation, {member: events_of(*events)})
    found = await read(operation, response)

    if operation.service_model.resolved_protocol == "json":
        found.get_initial_response()
    assert [told(oracle.in_seconds(event)) for event in found] == [told(event) for event in events]


def of_a_model() -> OperationModel:
    return models.model("sagemaker-runtime").operation_model("InvokeEndpointWithResponseStream")


async def test_a_modelled_failure_is_the_last_message_with_its_members() -> None:
    failure = ServiceError("it went on for too long", code="ModelStreamError", ErrorCode="ModelInvocationTimeExceeded")
    body = events_of({"PayloadPart": {"Bytes": b"one"}}, failure=failure)
    response = written(of_a_model(), {"Body": body, "ContentType": "text/plain"})
    assert isinstance(response.body, AsyncIterator)
    pieces = [piece async for piece in response.body]

    found = iter(EventStream(Pieces(pieces), of_a_model().get_event_stream_output(), EventStreamJSONParser(), ""))

    assert next(found) == {"PayloadPart": {"Bytes": b"one"}}
    with pytest.raises(EventStreamError) as caught:
        next(found)
    assert caught.value.response["Error"] == {"Code": "ModelStreamError", "Message": "it went on for too long"}
    buffer = EventStreamBuffer()
    buffer.add_data(pieces[-1])
    assert json.loads(next(buffer).payload) == {  # the client above passes over the code
        "Message": "it went on for too long", "ErrorCode": "ModelInvocationTimeExceeded"
    }  # fmt: skip


async def test_a_failure_that_the_model_does_not_know_is_told_all_the_same() -> None:
    body = events_of(failure=ServiceError("the disk is gone", code="Broken"))

    found = await read(of_a_model(), written(of_a_model(), {"Body": body}))

    with pytest.raises(EventStreamError, match="the disk is gone") as caught:
        next(iter(found))
    assert caught.value.response["Error"]["Code"] == "Broken"


async def test_who_reads_no_further_ends_the_events() -> None:
    ended = []

    async def events() -> Events:
        try:
            while True:
                yield {"PayloadPart": {"Bytes": b"more"}}
        finally:
            ended.append(True)

    response = written(of_a_model(), {"Body": events()})
    assert not isinstance(response.body, bytes)
    pieces = aiter(response.body)
    await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]

    assert ended == [True]
