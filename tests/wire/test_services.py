"""Every operation of the services that Penstock means to have: botocore writes, we read; we write, botocore reads."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import OperationModel, Shape
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.wire import models
from penstock.wire.protocols import protocol_for
from wire import oracle
from wire.examples import example, told

SPOKEN = [
    (service, protocol)
    for service in models.OURS
    for protocol in models.model(service).metadata.get("protocols", [models.model(service).protocol])
]


NOT_ASKED = {
    "GetBucketLocation": "its answer is unwrapped: see test_s3",
    "ListDirectoryBuckets": "only its host tells it from ListBuckets, and there are no directory buckets here",
}


def operations(service: str) -> Iterator[OperationModel]:
    """All operations of a service that are in use and have no event streams."""
    model = models.model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        streams = operation.has_event_stream_input or operation.has_event_stream_output
        if not streams and not operation.deprecated and name not in NOT_ASKED:
            yield operation


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_every_request_that_botocore_writes_is_read_back(service: str, protocol: str) -> None:
    for operation in operations(service):
        params = example(operation.input_shape) if operation.input_shape is not None else {}
        request = oracle.request(operation, params, protocol)

        found, value = protocol_for(operation.service_model, request).read(request)

        assert found.name == operation.name
        assert told(value) == told(params), operation.name


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_every_answer_that_we_write_is_read_back_by_botocore(service: str, protocol: str) -> None:
    for operation in operations(service):
        answer = example(operation.output_shape) if operation.output_shape is not None else {}
        request = oracle.request(operation, _required(operation), protocol)
        response = protocol_for(operation.service_model, request).write(operation, answer, request_id="id")

        read = oracle.answer(operation, response, protocol)

        assert told(read) == told(answer), operation.name


def _required(operation: OperationModel) -> dict[str, Any]:
    shape = operation.input_shape
    return {name: example(shape.members[name]) for name in shape.required_members} if shape is not None else {}


# --- any values, of some operations ---

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
MOMENTS = st.integers(0, 4_000_000_000).map(float)


def values(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Any value of a shape, any of its members left out."""
    match shape.type_name:
        case "structure":
            members = {name: values(each, depth + 1) for name, each in shape.members.items()} if depth < 4 else {}
            return st.fixed_dictionaries({}, optional=members)
        case "list":
            return st.lists(values(shape.member, depth + 1), max_size=3) if depth < 4 else st.just([])
        case "map":
            return st.dictionaries(TEXT, values(shape.value, depth + 1), max_size=3) if depth < 4 else st.just({})
        case kind:
            return PLAIN[kind]


PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "integer": st.integers(-(1 << 31), (1 << 31) - 1),
    "long": st.integers(-(1 << 63), (1 << 63) - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "timestamp": MOMENTS,
    "blob": st.binary(max_size=20),
}


@pytest.mark.parametrize(
    ("service", "name", "protocol"),
    [
        ("sagemaker", "CreateTrainingJob", "json"),
        ("codebuild", "StartBuild", "json"),
        ("codebuild", "StartBuild", "smithy-rpc-v2-cbor"),
        ("cloudwatch", "PutMetricData", "smithy-rpc-v2-cbor"),
        ("cloudwatch", "PutMetricData", "query"),
        ("iam", "CreateRole", "query"),
        ("logs", "PutLogEvents", "json"),
    ],
)
@given(data=st.data())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_values_come_through(service: str, name: str, protocol: str, data: st.DataObject) -> None:
    operation = models.model(service).operation_model(name)
    params = data.draw(values(operation.input_shape))
    request = oracle.request(operation, params, protocol)
    speaking = protocol_for(operation.service_model, request)

    _, value = speaking.read(request)

    assert told(value) == told(params)

    answer = data.draw(values(operation.output_shape)) if operation.output_shape is not None else {}
    response = speaking.write(operation, answer, request_id="id")

    assert told(oracle.answer(operation, response, protocol)) == told(answer)
