"""REST: the operation in method and path; its members in path, query, headers, status and body.

`RestJson` and `RestXml` differ in what the body holds. S3 is restXml with manners of its own: see `s3`.
"""

import base64
import binascii
import re
from abc import abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import parse_qs

import msgspec
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from penstock.wire.call import Answer, Body, Json, ServiceError
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols import event_streams, json_values, moments, xml_values
from penstock.wire.protocols.aws_json import error_tree
from penstock.wire.protocols.protocol import (
    READ_FROM_HEAD,
    WRITTEN_TO_HEAD,
    Fault,
    Protocol,
    SerializationError,
    UnknownOperation,
    whole,
)
from penstock.wire.protocols.query import error_elements
from penstock.wire.protocols.routes import Match, Query, Routes
from penstock.wire.protocols.xml_values import escaped, tagged

# An item of a header's list: quoted (commas and escapes inside), a date (which holds one comma itself), or plain.
LIST_ITEM: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)')
DATE_ITEM: Final = re.compile(r"\s*([^,]+,[^,]+?)\s*(?:,|$)")


class Rest(Protocol):
    def __init__(self, model: ServiceModel) -> None:
        super().__init__(model)
        self._routes = Routes(model)

    # --- reading ---

    def read(self, request: HttpRequest) -> tuple[OperationModel, dict[str, Json]]:
        query = query_of(request)
        match = self._match(request, query)
        shape = match.operation.input_shape
        if shape is None:
            return match.operation, {}
        value = self._read_head(shape, request, match, query)
        self._read_payload(shape, request, value)
        return match.operation, value

    def wants_stream(self, request: HttpRequest) -> bool:
        match = self._routes.find(request, query_of(request))
        if match is None or (shape := match.operation.input_shape) is None:
            return False
        payload = shape.serialization.get("payload")
        return payload is not None and bool(shape.members[payload].serialization.get("streaming"))

    def _match(self, request: HttpRequest, query: Query) -> Match:
        match = self._routes.find(request, query)
        if match is None:
            raise UnknownOperation(f"{self.model.service_name} has nothing at {request.method} {request.path}")
        return match

    def _read_head(self, shape: StructureShape, request: HttpRequest, match: Match, query: Query) -> dict[str, Json]:
        value: dict[str, Json] = {}
        for name, member, key, location in located(shape):
            try:
                match location:
                    case "uri" if key in match.labels:
                        value[name] = xml_values.read_text(member, match.labels[key])
                    case "querystring":
                        self._read_query(member, key, name, query, value)
                    case "header" if key.lower() in request.headers:
                        value[name] = read_header(member, request.headers[key.lower()])
                    case "headers":
                        if found := prefixed(request.headers, member.serialization.get("name", "").lower()):
                            value[name] = found
            except SerializationError as bad:
                raise self.misfit(f"The value of '{key}' does not fit: {bad.message}.") from None
        return value

    misfit: type[ServiceError] = SerializationError  # what is raised of a value outside of the body

    def _read_query(self, member: Shape, key: str, name: str, query: Query, value: dict[str, Json]) -> None:
        match member:
            case MapShape():
                # All parameters, those that other members are bound to as well: so Smithy says of servers.
                many = isinstance(member.value, ListShape)
                value[name] = {each: texts if many else texts[0] for each, texts in query.items()}
            case ListShape() if key in query:
                value[name] = [xml_values.read_text(member.member, text) for text in query[key]]
            case _ if key in query:
                value[name] = xml_values.read_text(member, query[key][0])

    def _read_payload(self, shape: StructureShape, request: HttpRequest, value: dict[str, Json]) -> None:
        name = shape.serialization.get("payload")
        if name is None:
            if any(member.serialization.get("location") not in READ_FROM_HEAD for member in shape.members.values()):
                value.update(self.read_body(shape, whole(request)))
            return
        member = shape.members[name]
        if member.serialization.get("streaming"):
            value[name] = request.body  # an empty one is a payload all the same: an empty object
        elif member.type_name == "blob":
            if body := whole(request):
                value[name] = body
        elif member.type_name == "string":
            if body := whole(request):
                value[name] = body.decode(errors="replace")
        elif body := whole(request):
            value[name] = self.read_body(member, body)

    @abstractmethod
    def read_body(self, shape: Shape, body: bytes) -> Json:
        """The value that a structured body tells."""

    # --- writing ---

    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        status = operation.http.get("responseCode", 200)
        headers = self.id_headers(request_id)
        shape = operation.output_shape
        if shape is None:
            return HttpResponse(status, headers, b"")
        status = self._write_head(shape, answer, headers, status)
        body = self._write_payload(operation, shape, answer, headers)
        return HttpResponse(status, headers, body)

    def _write_head(self, shape: StructureShape, answer: Answer, headers: dict[str, str], status: int) -> int:
        for name, member, key, location in located(shape):
            value = answer.get(name)
            if value is None:
                continue
            if location == "statusCode":
                status = int(value)
            elif location == "headers":
                prefix = member.serialization.get("name", "")
                headers.update({f"{prefix}{each}".lower(): str(text) for each, text in value.items()})
            elif location == "header" and not (isinstance(member, ListShape) and not value):
                headers[key.lower()] = write_header(member, value)
        return status

    def _write_payload(
        self, operation: OperationModel, shape: StructureShape, answer: Answer, headers: dict[str, str]
    ) -> bytes | Body:
        name = shape.serialization.get("payload")
        if name is None:
            if all(member.serialization.get("location") in WRITTEN_TO_HEAD for member in shape.members.values()):
                return b""
            headers.setdefault("content-type", self.content_type)
            return self.write_body(operation, shape, answer)
        value, member = answer.get(name), shape.members[name]
        if value is None:
            return b""
        if member.serialization.get("eventstream"):
            headers["content-type"] = event_streams.CONTENT_TYPE
            return self.stream_writer(operation, member).messages(value)
        if member.type_name in {"blob", "string"}:
            plain = "application/octet-stream" if member.type_name == "blob" else "text/plain"
            headers.setdefault("content-type", plain)
            payload: bytes | Body = value.encode() if isinstance(value, str) else value
            return payload
        headers.setdefault("content-type", self.content_type)
        return self.write_body(operation, member, value)

    content_type = ""

    def stream_writer(self, operation: OperationModel, shape: StructureShape) -> event_streams.Writer:
        return event_streams.Writer(
            shape, lambda member, value: self.write_body(operation, member, value), self.content_type
        )

    def id_headers(self, request_id: str) -> dict[str, str]:
        return {"x-amzn-requestid": request_id}

    @abstractmethod
    def write_body(self, operation: OperationModel, shape: Shape, value: Json) -> bytes:
        """The structured body that tells a value."""

    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        fault = self.fault(error)
        headers = self.id_headers(request_id) | {"content-type": self.content_type}
        if fault.shape is not None:
            self._write_head(fault.shape, fault.fields, headers, fault.status)
        if fault.status == 304 or (operation is not None and operation.http.get("method") == "HEAD"):
            del headers["content-type"]
            return HttpResponse(fault.status, headers, b"")
        return HttpResponse(fault.status, headers, self.error_body(fault, headers, request_id))

    @abstractmethod
    def error_body(self, fault: Fault, headers: dict[str, str], request_id: str) -> bytes:
        """The body that tells an error; may add headers."""


class RestJson(Rest):
    content_type = "application/json"

    def read_body(self, shape: Shape, body: bytes) -> Json:
        return json_values.read_whole(shape, json_values.decoded(body))

    def write_body(self, operation: OperationModel, shape: Shape, value: Json) -> bytes:
        return json_values.encoded(json_values.write(*without_head(shape, value)))

    def error_body(self, fault: Fault, headers: dict[str, str], request_id: str) -> bytes:
        headers["x-amzn-errortype"] = fault.code
        return json_values.encoded(error_tree(fault))


class RestXml(Rest):
    content_type = "application/xml"

    def read_body(self, shape: Shape, body: bytes) -> Json:
        return xml_values.read(shape, xml_values.parsed(body)) if body else {}

    def write_body(self, operation: OperationModel, shape: Shape, value: Json) -> bytes:
        name = shape.serialization.get("name", shape.name)
        return xml_values.write(shape, value, name).encode()

    def error_body(self, fault: Fault, headers: dict[str, str], request_id: str) -> bytes:
        inside = tagged("Error", tagged("Type", fault.sender) + error_elements(fault))
        return tagged("ErrorResponse", inside + tagged("RequestId", escaped(request_id))).encode()


@cache
def located(shape: StructureShape) -> tuple[tuple[str, Shape, str, str], ...]:
    """The members that are not in a body: name, shape, name on the wire, and where they are."""
    return tuple(
        (name, member, member.serialization.get("name", name), member.serialization["location"])
        for name, member in shape.members.items()
        if "location" in member.serialization
    )


def query_of(request: HttpRequest) -> dict[str, list[str]]:
    try:
        return parse_qs(request.query, keep_blank_values=True, max_num_fields=10_000)
    except ValueError as bad:
        raise SerializationError(f"the query string cannot be read: {bad}") from None


def prefixed(headers: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The headers under a prefix, by what follows it (`x-amz-meta-`)."""
    return {name[len(prefix) :]: text for name, text in headers.items() if name.startswith(prefix)}


def without_head(shape: Shape, value: Json) -> tuple[Shape, Json]:
    """A structure's value without what goes into headers and status."""
    if not isinstance(shape, StructureShape) or shape.is_document_type:
        return shape, value
    return shape, {
        name: each
        for name, each in value.items()
        if name in shape.members and shape.members[name].serialization.get("location") not in WRITTEN_TO_HEAD
    }


# --- headers -----------------------------------------------------------------------------------------------------


def read_header(shape: Shape, text: str) -> Json:
    """The value that a header tells."""
    if isinstance(shape, ListShape):
        return [xml_values.read_text(shape.member, item) for item in _items(shape.member, text)]
    if shape.serialization.get("jsonvalue"):
        try:
            return msgspec.json.decode(base64.b64decode(text, validate=True))
        except (binascii.Error, msgspec.DecodeError):
            raise SerializationError("a header that must hold base64 of JSON does not") from None
    return xml_values.read_text(shape, text.strip())


def _items(member: Shape, text: str) -> list[str]:
    style = moments.spelled(member, moments.RFC822)
    if member.type_name == "timestamp" and style == moments.RFC822:
        return DATE_ITEM.findall(text)
    items, place = [], 0
    while place < len(text) and (found := LIST_ITEM.match(text, place)) is not None:
        quoted, plain = found.groups()
        items.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip())
        place = found.end()
    return items


def write_header(shape: Shape, value: Json) -> str:
    """The header that tells a value."""
    if isinstance(shape, ListShape):
        return ", ".join(_item(shape.member, each) for each in value if each is not None)
    if shape.serialization.get("jsonvalue"):
        return base64.b64encode(json_values.encoded(value)).decode()
    return xml_values.write_text(shape, value, moments.RFC822)


def _item(shape: Shape, value: Json) -> str:
    text = xml_values.write_text(shape, value, moments.RFC822)
    if shape.type_name == "string" and ("," in text or '"' in text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text
