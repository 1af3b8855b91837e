"""Whatever bytes come in, a protocol reads them or refuses them with an error of AWS's kind."""

import cbor2
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.wire import models
from penstock.wire.call import Call, Json, ServiceError
from penstock.wire.http import HttpRequest
from penstock.wire.protocols import protocol_for
from penstock.wire.validate import validate

NAMES = st.sampled_from(
    [
        "PipelineName",
        "CreatedAfter",
        "MaxResults",
        "Tags",
        "Key",
        "SearchExpression",
        "SubExpressions",
        "projectName",
        "environmentVariablesOverride",
        "name",
        "timestamp",
        "Resource",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
FORM = {"content-type": "application/x-www-form-urlencoded"}
STARTBUILD = "/service/CodeBuild_20161006/operation/StartBuild"


def survived(service: str, request: HttpRequest) -> bool:
    """Whether the request was read, or refused as it should be; anything else flies."""
    protocol = protocol_for(models.model(service), request)
    try:
        protocol.read(request)
    except ServiceError as refused:
        response = protocol.write_error(None, refused, request_id="id")
        return 400 <= response.status < 500
    return True


def encoded(tree: Json) -> bytes:
    return msgspec.json.encode(tree).replace(b"null", b"[]")


RUBBISH = st.binary(max_size=60)
JSON = VALUES.map(encoded)
CBOR = VALUES.map(cbor2.dumps)


@pytest.mark.parametrize("target", ["SageMaker.Search", "SageMaker.ListPipelines", "SageMaker.CreatePipeline"])
@given(body=RUBBISH | JSON)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_json(target: str, body: bytes) -> None:
    assert survived("sagemaker", HttpRequest("POST", "/", "", {"x-amz-target": target}, body))


@given(body=RUBBISH | CBOR)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_cbor(body: bytes) -> None:
    assert survived("codebuild", HttpRequest("POST", STARTBUILD, "", {"smithy-protocol": "rpc-v2-cbor"}, body))


@given(body=RUBBISH | st.text(st.sampled_from('<>/&;aKey!?[]"= DeleteObject'), max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_xml(body: bytes) -> None:
    assert survived("s3", HttpRequest("POST", "/bucket", "delete", {}, body))


@given(body=RUBBISH | st.text(st.sampled_from("Tags.member123&=%KeyValue"), max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_forms(body: bytes) -> None:
    assert survived("iam", HttpRequest("POST", "/", "", FORM, b"Action=CreateRole&" + body))


@given(path=st.text(max_size=20), query=st.text(max_size=30), header=st.text(max_size=30))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_heads(path: str, query: str, header: str) -> None:
    names = ("x-amz-copy-source-if-modified-since", "x-amz-object-lock-retain-until-date", "content-length")
    assert survived("s3", HttpRequest("PUT", f"/{path}", query, dict.fromkeys(names, header)))
    assert survived("lambda", HttpRequest("GET", f"/2015-03-31/functions/{path}", query, {}))


@given(request=VALUES.filter(lambda value: isinstance(value, dict)))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_calls_from_inside(request: dict[str, Json]) -> None:
    for name in ("Search", "ListPipelines", "CreatePipeline", "AddTags"):
        assert verdict(Call("sagemaker", name, request)) in {"fits", "ValidationException", "SerializationException"}


def verdict(call: Call) -> str:
    try:
        validate(call)
    except ServiceError as refused:
        return refused.code
    return "fits"


def test_a_value_outside_of_the_body_is_named_when_it_does_not_fit() -> None:
    request = HttpRequest("GET", "/bucket", "list-type=2&max-keys=many")

    with pytest.raises(ServiceError, match="The value of 'max-keys' does not fit: 'many' is no integer") as refused:
        protocol_for(models.model("s3"), request).read(request)

    assert (refused.value.code, refused.value.status) == ("InvalidArgument", 400)
