"""Query and EC2: a form in, XML out.

    Action=CreateRole&Version=2010-05-08&RoleName=x&Tags.member.1.Key=a&Tags.member.1.Value=b

The form's dotted names are first made a tree, then read by shape. EC2 is the same with lists always flattened,
members renamed and answers without a wrapper.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from penstock.wire.call import Answer, Json, ServiceError
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols import xml_values
from penstock.wire.protocols.protocol import DEEPEST, Fault, Protocol, SerializationError, whole
from penstock.wire.protocols.xml_values import escaped, tagged

MOST_FIELDS = 100_000


@dataclass(slots=True)
class Branch:
    """A node of the form's tree: its own value, and what its name is a prefix of."""

    text: str = ""
    branches: dict[str, "Branch"] = field(default_factory=dict)

    def numbered(self) -> list["Branch"]:
        """The branches `1`, `2`, … in order."""
        return [self.branches[key] for key in sorted((k for k in self.branches if k.isdigit()), key=int)]


def tree(fields: list[tuple[str, str]]) -> Branch:
    root = Branch()
    for name, text in fields:
        branch = root
        path = name.split(".")
        if len(path) > DEEPEST:
            raise MalformedQuery(f"the parameter name '{name[:60]}…' is nested too deeply")
        for part in path:
            branch = branch.branches.setdefault(part, Branch())
        branch.text = text
    return root


class MalformedQuery(SerializationError):
    code = "MalformedQueryString"


class InvalidAction(ServiceError):
    code = "InvalidAction"
    status = 400


class Query(Protocol):
    def read(self, request: HttpRequest) -> tuple[OperationModel, dict[str, Json]]:
        form = tree(self._fields(request))
        action = form.branches.pop("Action", Branch()).text
        if action not in self.model.operation_names:
            version = form.branches.get("Version", Branch()).text
            raise InvalidAction(f"Could not find operation {action} for version {version}")
        operation = self.model.operation_model(action)
        if operation.input_shape is None:
            return operation, {}
        return operation, self._structure(operation.input_shape, form)

    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        shape = operation.output_shape
        result = ""
        if shape is not None:
            result = xml_values.write_members(shape, answer)
            if wrapper := shape.serialization.get("resultWrapper"):
                result = tagged(wrapper, result)
        metadata = tagged("ResponseMetadata", tagged("RequestId", escaped(request_id)))
        body = tagged(f"{operation.name}Response", result + metadata, self._namespace())
        return self._response(200, body, request_id)

    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        fault = self.fault(error)
        inside = tagged("Type", fault.sender) + error_elements(fault)
        body = tagged(
            "ErrorResponse",
            tagged("Error", inside) + tagged("RequestId", escaped(request_id)),
            self._namespace(),
        )
        return self._response(fault.status, body, request_id)

    def _fields(self, request: HttpRequest) -> list[tuple[str, str]]:
        try:
            text = whole(request).decode()
            return [
                pair
                for part in (request.query, text)
                for pair in parse_qsl(part, keep_blank_values=True, max_num_fields=MOST_FIELDS)
            ]
        except ValueError as bad:
            raise MalformedQuery(f"the body is no form: {bad}") from None

    def _namespace(self) -> str:
        uri = self.model.metadata.get("xmlNamespace", "")
        return f' xmlns="{escaped(uri)}"' if uri else ""

    def _response(self, status: int, body: str, request_id: str) -> HttpResponse:
        return HttpResponse(status, {"content-type": "text/xml", "x-amzn-requestid": request_id}, body.encode())

    # --- the form's tree by shape ---

    def _read(self, shape: Shape, branch: Branch) -> Json:
        match shape:
            case StructureShape():
                return self._structure(shape, branch)
            case ListShape():
                return [self._read(shape.member, each) for each in self._items(shape, branch).numbered()]
            case MapShape():
                return self._map(shape, branch)
            case _:
                try:
                    return xml_values.read_text(shape, branch.text)
                except SerializationError as bad:
                    raise MalformedQuery(bad.message) from None

    def _structure(self, shape: StructureShape, branch: Branch) -> dict[str, Json]:
        value = {}
        for name, member in shape.members.items():
            spellings = self._spellings(member, name)
            found = next((branch.branches[each] for each in spellings if each in branch.branches), None)
            if found is not None:
                value[name] = self._read(member, found)
        return value

    def _spellings(self, member: Shape, name: str) -> tuple[str, ...]:
        """What a member may be called; of a flattened list, clients use the list's name and its items' alike."""
        return (xml_values.element_name(member, name), member.serialization.get("name", name))

    def _items(self, shape: ListShape, branch: Branch) -> Branch:
        if shape.serialization.get("flattened"):
            return branch
        return branch.branches.get(shape.member.serialization.get("name", "member"), Branch())

    def _map(self, shape: MapShape, branch: Branch) -> dict[str, Json]:
        if not shape.serialization.get("flattened"):
            branch = branch.branches.get("entry", Branch())
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        return {
            self._read(shape.key, entry.branches.get(key_name, Branch())): self._read(
                shape.value, entry.branches.get(value_name, Branch())
            )
            for entry in branch.numbered()
        }


class Ec2(Query):
    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        shape = operation.output_shape
        result = "" if shape is None else xml_values.write_members(shape, answer)
        inside = tagged("requestId", escaped(request_id)) + result
        return self._response(200, tagged(f"{operation.name}Response", inside, self._namespace()), request_id)

    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        fault = self.fault(error)
        errors = tagged("Errors", tagged("Error", error_elements(fault)))
        return self._response(
            fault.status, tagged("Response", errors + tagged("RequestID", escaped(request_id))), request_id
        )

    def _spellings(self, member: Shape, name: str) -> tuple[str, ...]:
        given = member.serialization.get("name", name)
        return (member.serialization.get("queryName", ""), given[:1].upper() + given[1:], name)

    def _items(self, shape: ListShape, branch: Branch) -> Branch:
        return branch


def error_elements(fault: Fault) -> str:
    """`<Code>`, `<Message>` and the further members of an error."""
    known = fault.shape.members if fault.shape is not None else {}
    further = "".join(
        xml_values.write(known[name], value, xml_values.element_name(known[name], name))
        if name in known
        else tagged(name, escaped(str(value)))
        for name, value in fault.fields.items()
    )
    return tagged("Code", escaped(fault.code)) + tagged("Message", escaped(fault.message)) + further
