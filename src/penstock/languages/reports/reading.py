"""From bytes to a tree: XML without names of name spaces, or JSON. What is neither is an `UnreadableReport`."""

import json
import xml.etree.ElementTree as ET
from typing import Any, Final

Json = Any
LARGEST: Final = 64 << 20  # bytes of one file


class UnreadableReport(ValueError):
    """A file that is not in the form that it is said to be in."""


def xml(content: bytes, *roots: str) -> ET.Element:
    """The root of a document, which must be one of these."""
    if len(content) > LARGEST:
        raise UnreadableReport(f"it is larger than {LARGEST >> 20} MiB")
    if b"<!ENTITY" in content:  # nothing that writes reports declares any, and a few of them can fill the memory
        raise UnreadableReport("it declares XML entities")
    try:
        root = ET.fromstring(content)  # noqa: S314 - without entities there is nothing to expand
    except ET.ParseError as problem:
        raise UnreadableReport(f"it is not XML: {problem}") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag not in roots:
        raise UnreadableReport(f"it begins with <{root.tag}>, and not with <{'> or <'.join(roots)}>")
    return root


def document(content: bytes) -> Json:
    if len(content) > LARGEST:
        raise UnreadableReport(f"it is larger than {LARGEST >> 20} MiB")
    try:
        return json.loads(content)
    except ValueError as problem:
        raise UnreadableReport(f"it is not JSON: {problem}") from None


def number(text: str | None) -> float:
    """A number as tools write it, `1,234.5` too; 0 where there is none."""
    try:
        return float((text or "0").replace(",", ""))
    except ValueError:
        return 0.0


def count(text: str | None) -> int:
    return int(number(text))
