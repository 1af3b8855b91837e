"""Every golden case of botocore's, in both directions: its requests we read, its answers we write."""

import json
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from penstock.wire.protocols import protocol_for
from wire import oracle
from wire.golden import Case, cases, required

NOTHING_SENT = "an empty list or map leaves nothing on the wire to read it from"
SAME_BYTES = "an absent payload and an empty one are the same bytes"
ALL_PARAMETERS = "a server puts all query parameters into the map, as Smithy has it; the case tells the client's side"
FILLED_IN = "the client fills in an idempotency token that the case's parameters lack"
TOLD_IN_PART = "the case tells only a part of the request: its body is left out"
NOT_READ_BY_BOTOCORE = "botocore itself cannot read the case's response"
EVENTS = "it is an event stream: see test_event_streams"

# Golden cases that do not apply, and why.
NOT_READABLE = {
    "ec2-Ec2EmptyQueryLists": NOTHING_SENT,
    "query-QueryEmptyQueryMaps": NOTHING_SENT,
    "rest-json-RestJsonHttpPrefixHeadersAreNotPresent": NOTHING_SENT,
    "rest-json-RestJsonOmitsEmptyListQueryValues": NOTHING_SENT,
    "rest-xml-HttpPrefixHeadersAreNotPresent": NOTHING_SENT,
    "legacy-rest-json-26.1": NOTHING_SENT,
    "legacy-rest-xml-26.1": NOTHING_SENT,
    "rest-json-RestJsonHttpWithEmptyStructurePayload": SAME_BYTES,
    "rest-json-RestJsonHttpWithHeadersButNoPayload": SAME_BYTES,
    "legacy-rest-json-13.1": SAME_BYTES,
    "legacy-rest-json-25.2": SAME_BYTES,
    "legacy-rest-json-25.4": SAME_BYTES,
    "rest-json-RestJsonQueryParamsStringListMap": ALL_PARAMETERS,
    "rest-json-RestJsonQueryPrecedence": ALL_PARAMETERS,
    "rest-xml-AllQueryStringTypes": ALL_PARAMETERS,
    "rest-xml-RestXmlQueryStringEscaping": ALL_PARAMETERS,
    "rest-xml-RestXmlSupportsNaNFloatQueryValues": ALL_PARAMETERS,
    "rest-xml-RestXmlSupportsInfinityFloatQueryValues": ALL_PARAMETERS,
    "rest-xml-RestXmlSupportsNegativeInfinityFloatQueryValues": ALL_PARAMETERS,
    "rest-xml-RestXmlZeroAndFalseQueryValues": ALL_PARAMETERS,
    "rest-xml-RestXmlQueryParamsStringListMap": ALL_PARAMETERS,
    "rest-xml-RestXmlQueryPrecedence": ALL_PARAMETERS,
}
NOT_WRITTEN_BY_BOTOCORE = NOT_READABLE | {
    "rest-json-DocumentTypeAsPayloadInput": "botocore puts a document payload under a key 'null'",
    "rest-json-DocumentTypeAsPayloadInputString": "botocore puts a document payload under a key 'null'",
    "rest-json-RestJsonHttpPayloadWithUnsetUnion": SAME_BYTES,
    "rest-json-RestJsonNullAndEmptyHeaders": NOTHING_SENT,
    "rest-xml-NullAndEmptyHeaders": NOTHING_SENT,
    "legacy-rest-xml-23.0": "botocore's serializer alone cannot write the case: its document has no root",
}
NOT_WHOLE = NOT_READABLE | {
    "ec2-SDKAppliedContentEncoding_ec2Query": TOLD_IN_PART,
    "ec2-SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query": TOLD_IN_PART,
    "json-SDKAppliedContentEncoding_awsJson1_1": TOLD_IN_PART,
    "json-SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1": TOLD_IN_PART,
    "json_1_0-SDKAppliedContentEncoding_awsJson1_0": TOLD_IN_PART,
    "json_1_0-SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0": TOLD_IN_PART,
    "query-SDKAppliedContentEncoding_awsQuery": TOLD_IN_PART,
    "query-SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery": TOLD_IN_PART,
    "rest-json-SDKAppliedContentEncoding_restJson1": TOLD_IN_PART,
    "rest-json-SDKAppendedGzipAfterProvidedEncoding_restJson1": TOLD_IN_PART,
    "rest-xml-SDKAppliedContentEncoding_restXml": TOLD_IN_PART,
    "rest-xml-SDKAppendedGzipAfterProvidedEncoding_restXml": TOLD_IN_PART,
    "ec2-Ec2ProtocolIdempotencyTokenAutoFill": FILLED_IN,
    "query-QueryProtocolIdempotencyTokenAutoFill": FILLED_IN,
    "rest-json-RestJsonQueryIdempotencyTokenAutoFill": FILLED_IN,
    "rest-xml-QueryIdempotencyTokenAutoFill": FILLED_IN,
    "legacy-ec2-8.1": FILLED_IN,
    "legacy-json-6.1": FILLED_IN,
    "legacy-query-12.1": FILLED_IN,
    "legacy-rest-json-19.1": FILLED_IN,
    "legacy-rest-xml-23.1": FILLED_IN,
    "legacy-rest-json-25.7": "the client fills in a content type that the case's parameters lack",
    "rest-json-RestJsonHostWithPath": "the path belongs to the client's endpoint, not to the model",
    "rest-json-MediaTypeHeaderInputBase64": "the header's JSON is given as text here, and as a value by the model",
}
NOT_WRITABLE = {
    "query-QueryEmptyInputAndEmptyOutput": NOT_READ_BY_BOTOCORE,
    "query-QueryNoInputAndNoOutput": NOT_READ_BY_BOTOCORE,
    "query-QueryNoInputAndOutput": NOT_READ_BY_BOTOCORE,
    "rest-json-RestJsonHttpPayloadWithUnsetUnion": NOT_READ_BY_BOTOCORE,
    "rest-json-RestJsonDeserializesDenseSetMapAndSkipsNull": NOT_READ_BY_BOTOCORE,
    "rest-xml-RestXmlHttpPayloadWithUnsetUnion": NOT_READ_BY_BOTOCORE,
    "rest-json-RestJsonInputAndOutputWithQuotedStringHeaders": "botocore does not undo the quotes of a header's list",
    "rest-json-RestJsonInputAndOutputWithTimestampHeaders": "botocore takes a date's comma for a list's",
    "rest-xml-InputAndOutputWithTimestampHeaders": "botocore takes a date's comma for a list's",
    "rest-json-HttpPrefixHeadersResponse": "an empty prefix takes in our request id's header too",
    "legacy-rest-json-9.0": "an empty prefix takes in our request id's header too",
    "legacy-rest-json-17.2": "a union with a member that only the server knows cannot be told by this model",
    "legacy-rest-xml-16.2": "a union with a member that only the server knows cannot be told by this model",
    "legacy-json-6.0": EVENTS,
    "legacy-rest-xml-14.0": EVENTS,
    "legacy-rest-xml-14.1": EVENTS,
    "legacy-rest-xml-14.2": EVENTS,
}


def values(shape: Any, told: Any) -> Any:
    """Parameters as a golden case tells them (blobs as text, nulls, special floats as words), as values."""
    if shape is None or told is None:
        return told
    match shape.type_name:
        case "structure" if not shape.is_document_type:
            return {name: values(shape.members[name], each) for name, each in told.items() if each is not None}
        case "list":
            return [values(shape.member, each) for each in told]
        case "map":
            return {key: values(shape.value, each) for key, each in told.items() if each is not None}
        case "blob":
            return told.encode() if isinstance(told, str) else told
        case "float" | "double" | "timestamp":
            return float(told)
        case _:
            return told


def ordered(value: Any) -> str:
    """A tree as text: not-a-number, too, is then equal to itself."""
    return json.dumps(value, sort_keys=True, default=repr)


@pytest.mark.parametrize("case", cases("input", but=NOT_WRITTEN_BY_BOTOCORE))
def test_what_botocore_writes_is_read_back(case: Case | None) -> None:
    case = required(case)
    params = values(case.operation.input_shape, case.told["params"])
    request = oracle.request(case.operation, params, case.protocol)

    operation, value = protocol_for(case.operation.service_model, request).read(request)

    assert operation.name == case.operation.name
    assert ordered(value) == ordered(params)


@pytest.mark.parametrize("case", cases("input", but=NOT_WHOLE))
def test_the_golden_request_itself_is_read(case: Case | None) -> None:
    case = required(case)
    params = values(case.operation.input_shape, case.told["params"])
    request = case.request()

    operation, value = protocol_for(case.operation.service_model, request).read(request)

    assert operation.name == case.operation.name
    assert ordered(value) == ordered(params)


@pytest.mark.parametrize("case", cases("output", but=NOT_WRITABLE))
def test_what_the_golden_answer_says_is_written_so_that_botocore_reads_the_same(case: Case | None) -> None:
    case = required(case)
    protocol = protocol_for(case.operation.service_model, case.request_like())
    shape = case.operation.output_shape
    expected = values(shape, oracle.answer(case.operation, case.response(), case.protocol))

    response = protocol.write(case.operation, expected, request_id="id")

    told = values(shape, oracle.answer(case.operation, response, case.protocol))
    assert ordered(told) == ordered(expected)
    assert response.status == case.response().status


@pytest.mark.parametrize("case", cases("output", errors=True))
def test_what_the_golden_error_says_is_written_so_that_botocore_raises_the_same(case: Case | None) -> None:
    case = required(case)
    protocol = protocol_for(case.operation.service_model, case.request_like())
    shape = case.operation.error_shapes[0]
    members = values(shape, case.told["error"])
    message = case.told.get("errorMessage", "")
    fields = {name: each for name, each in members.items() if name.lower() != "message"}
    status = case.response().status
    error = ServiceError(message, code=case.told["errorCode"], status=status, **fields)

    response = protocol.write_error(case.operation, error, request_id="id")

    told = oracle.error(case.operation, response, case.protocol)
    assert (told["Code"], told["Message"] or "") == (case.told["errorCode"], message)
    assert oracle.modelled_error(case.operation, shape, response, case.protocol).items() >= members.items()
    assert response.status == status
