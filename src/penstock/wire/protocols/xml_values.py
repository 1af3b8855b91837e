"""XML: documents to values and back, as the shapes say. Spoken by restXml in both directions, by query in answers.

Documents are read without namespaces (prefixes are dropped from element names), without document types and entities
(nothing in AWS uses them, and they are how XML bombs are built), and no deeper than `DEEPEST`.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from xml.parsers import expat

from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.wire.call import Json
from penstock.wire.protocols import moments
from penstock.wire.protocols.protocol import DEEPEST, READ_FROM_HEAD, WRITTEN_TO_HEAD, SerializationError


class MalformedXML(SerializationError):
    code = "MalformedXML"


@dataclass(slots=True)
class Element:
    """An XML element: text is what stands directly inside it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""


# --- reading -----------------------------------------------------------------------------------------------------


def parsed(body: bytes) -> Element:
    """The root of the document; raises `MalformedXML`."""
    root = Element("")
    open_ones = [root]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_ones) > DEEPEST:
            raise MalformedXML("the document is nested too deeply")
        element = Element(tag.rpartition(":")[2], attributes)
        open_ones[-1].children.append(element)
        open_ones.append(element)

    def end(_: str) -> None:
        open_ones.pop()

    def text(piece: str) -> None:
        open_ones[-1].text += piece

    def refuse(*_: object) -> None:
        raise MalformedXML("the document may not declare a document type")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as bad:
        raise MalformedXML(
            f"The XML you provided was not well-formed or did not validate against our published schema ({bad})"
        ) from None
    return root.children[0]


def read(shape: Shape, element: Element) -> Json:
    """The value that an element tells of a shape."""
    reading = READ.get(shape.type_name)
    return reading(shape, element) if reading is not None else read_text(shape, element.text)


def read_text(shape: Shape, text: str) -> Json:
    """The scalar that a text tells: an element's, a header's, a query parameter's or a path label's."""
    try:
        return READ_TEXT[shape.type_name](text)
    except (ValueError, binascii.Error):
        raise MalformedXML(f"'{text[:200]}' is no {shape.type_name}") from None


def element_name(shape: Shape, name: str) -> str:
    """What a member's elements are called: a flattened list's go by the name of its items."""
    if isinstance(shape, ListShape) and shape.serialization.get("flattened"):
        name = shape.serialization.get("name", name)
        inner: str = shape.member.serialization.get("name", name)
        return inner
    given: str = shape.serialization.get("name", name)
    return given


def _read_structure(shape: StructureShape, element: Element) -> Json:
    found: dict[str, list[Element]] = {}
    for child in element.children:
        found.setdefault(child.tag, []).append(child)
    value: dict[str, Json] = {}
    for name, member in shape.members.items():
        if member.serialization.get("location") in READ_FROM_HEAD:
            continue
        if member.serialization.get("xmlAttribute"):
            if (attribute := element.attributes.get(member.serialization["name"])) is not None:
                value[name] = attribute
            continue
        # Clients differ in what they call a flattened list's items, and a member whose shape has a name of its own.
        spellings = (element_name(member, name), member.serialization.get("name", name), name)
        elements = next((found[each] for each in spellings if each in found), None)
        if elements is not None:
            value[name] = _read_repeated(member, elements)
    return value


def _read_repeated(member: Shape, elements: list[Element]) -> Json:
    if member.serialization.get("flattened"):
        if isinstance(member, ListShape):
            return [read(member.member, each) for each in elements]
        if isinstance(member, MapShape):
            return dict(_pair(member, each) for each in elements)
    return read(member, elements[-1])


def _read_list(shape: ListShape, element: Element) -> Json:
    return [read(shape.member, child) for child in element.children]


def _read_map(shape: MapShape, element: Element) -> Json:
    return dict(_pair(shape, entry) for entry in element.children)


def _pair(shape: MapShape, entry: Element) -> tuple[Json, Json]:
    parts = {child.tag: child for child in entry.children}
    try:
        key = parts[shape.key.serialization.get("name", "key")]
        value = parts[shape.value.serialization.get("name", "value")]
    except KeyError as missing:
        raise MalformedXML(f"a map's entry lacks its {missing}") from None
    return read(shape.key, key), read(shape.value, value)


def _read_boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in {"true", "false"}:
        raise ValueError(text)
    return lowered == "true"


READ: Final[dict[str, Callable[[Shape, Element], Json]]] = {
    "structure": _read_structure,
    "list": _read_list,
    "map": _read_map,
}

READ_TEXT: Final[dict[str, Callable[[str], Json]]] = {
    "string": str,
    "character": str,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": _read_boolean,
    "blob": lambda text: base64.b64decode(text, validate=True),
    "timestamp": moments.seconds,
}


# --- writing -----------------------------------------------------------------------------------------------------

# What XML 1.0 cannot hold goes out as a reference all the same, as S3 does; a bare carriage return would come in as a
# new line.
UNSAFE: Final = re.compile('[\x00-\x08\x0b-\x1f&<>"\x85\u2028\ufffe\uffff]')
SAFE: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escaped(text: str) -> str:
    return UNSAFE.sub(lambda found: SAFE.get(found[0], f"&#x{ord(found[0]):X};"), text)


def tagged(name: str, inside: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{inside}</{name}>"


def write(shape: Shape, value: Json, name: str) -> str:
    """The element that tells a value of a shape."""
    match shape:
        case StructureShape():
            return tagged(name, write_members(shape, value), namespace(shape) + _attributes(shape, value))
        case ListShape():
            inner = shape.member.serialization.get("name", "member")
            return tagged(name, _items(shape, value, inner), namespace(shape))
        case MapShape():
            return tagged(name, _entries(shape, value, "entry"), namespace(shape))
        case _:
            return tagged(name, escaped(write_text(shape, value)), namespace(shape))


def write_members(shape: StructureShape, value: Json) -> str:
    """A structure's members one after the other, without what goes into headers, status or attributes."""
    return "".join(
        [
            writing(member, value[name], tag)
            for name, member, tag, writing in _plan(shape)
            if value.get(name) is not None
        ]
    )


Writing = Callable[[Shape, Json, str], str]


@cache
def _plan(shape: StructureShape) -> tuple[tuple[str, Shape, str, Writing], ...]:
    """Which members make elements, in order, under which names, and how: long lists of structures are common."""
    return tuple(
        (name, member, element_name(member, name), _writing(member))
        for name, member in shape.members.items()
        if member.serialization.get("location") not in WRITTEN_TO_HEAD and not member.serialization.get("xmlAttribute")
    )


def _writing(member: Shape) -> Writing:
    match member:
        case ListShape() if member.serialization.get("flattened"):
            return _items
        case MapShape() if member.serialization.get("flattened"):
            return _entries
        case _ if member.type_name == "string" and not namespace(member):
            return _write_string
        case _:
            return write


def _write_string(_: Shape, value: Json, name: str) -> str:
    return f"<{name}>{escaped(str(value))}</{name}>"


def _items(shape: ListShape, value: Iterable[Json], name: str) -> str:
    member = shape.member
    return "".join([write(member, each, name) for each in value if each is not None])


def _entries(shape: MapShape, value: Json, name: str) -> str:
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    return "".join(
        tagged(name, write(shape.key, key, key_name) + write(shape.value, each, value_name))
        for key, each in value.items()
        if each is not None
    )


def _attributes(shape: StructureShape, value: Json) -> str:
    return "".join(
        f' {attribute}="{escaped(str(value[name]))}"'
        for name, attribute in _attribute_names(shape)
        if value.get(name) is not None
    )


@cache
def _attribute_names(shape: StructureShape) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, member.serialization["name"])
        for name, member in shape.members.items()
        if member.serialization.get("xmlAttribute")
    )


@cache
def namespace(shape: Shape) -> str:
    """The attribute that declares a shape's namespace, if it has one."""
    given = shape.serialization.get("xmlNamespace")
    if not given:
        return ""
    uri, prefix = (given, "") if isinstance(given, str) else (given["uri"], given.get("prefix", ""))
    return f' xmlns{":" if prefix else ""}{prefix}="{escaped(uri)}"'


def write_text(shape: Shape, value: Json, style: str = moments.ISO8601) -> str:
    """A scalar as text, for an element or a header."""
    match shape.type_name:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            return str(moments.told(value, moments.spelled(shape, style)))
        case "blob":
            return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
        case "float" | "double":
            return _number(value)
        case _:
            return str(value)


def _number(value: float) -> str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), str(value))
