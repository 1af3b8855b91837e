"""Mapping templates: texts in which a few values stand, as far as Penstock reads Velocity.

    {"instances": $input.json('$.rows'), "who": "$input.params('user')", "stage": "$context.stage"}

Directives (`#set`, `#if`, `#foreach`) and other references are refused when the template is put, by name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from penstock.languages.asl import jayway
from penstock.services.apigateway.model import BadRequest, absent
from penstock.wire.call import Json

_REFERENCE: Final = re.compile(
    r"\$!?(?P<open>\{)?(?:"
    r"(?P<body>input\.body)"
    r"|input\.(?P<way>json|path)\((?P<quote>['\"])(?P<path>[^'\"]*)(?P=quote)\)"
    r"|input\.params\((?P<mark>['\"])(?P<parameter>[^'\"]+)(?P=mark)\)"
    r"|context\.(?P<context>[A-Za-z]+(?:\.[A-Za-z]+)*)"
    r"|stageVariables\.(?P<variable>[A-Za-z0-9_]+)"
    r")(?(open)\}|(?![A-Za-z0-9_(\[]|\.[A-Za-z]))"  # what is asked of a value is not read here
)
_OTHER: Final = re.compile(r"\$!?\{?(?P<name>[A-Za-z][\w.]*)|#\{?(?P<directive>[a-z]+|[#*])")
_DIRECTIVES: Final = frozenset(
    {"set", "if", "elseif", "else", "end", "foreach", "macro", "define", "evaluate", "#", "*"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a template may name."""

    body: bytes = b""
    parameter: Callable[[str], str] = lambda _: ""
    context: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def check(template: str) -> None:
    """Raise for what is not read here."""
    for found in _REFERENCE.finditer(template):
        if found["path"] is not None:
            _path(found["path"])
    for found in _OTHER.finditer(_REFERENCE.sub("", template)):
        if found["name"] or found["directive"] in _DIRECTIVES:
            raise absent(
                f"mapping templates with {found[0]}",
                "$input.body, $input.json, $input.path, $input.params, $context and $stageVariables are there",
            )


def rendered(template: str, inputs: Inputs) -> str:
    """The template with its values."""
    return _REFERENCE.sub(lambda found: _value(found, inputs), template)


def _value(found: re.Match[str], inputs: Inputs) -> str:
    if found["body"]:
        return inputs.body.decode(errors="replace")
    if found["path"] is not None:
        return _searched(found["way"], found["path"], inputs.body)
    if found["parameter"]:
        return inputs.parameter(found["parameter"])
    if found["context"]:
        value: Json = inputs.context
        for step in found["context"].split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        return "" if value is None else str(value)
    return inputs.variables.get(found["variable"], "")


def _searched(way: str, path: str, body: bytes) -> str:
    """What is at a path of a body of JSON: as JSON, or (`path`) a text as it is. Nothing where nothing is."""
    try:
        value = _path(path).find(msgspec.json.decode(body or b"{}"))
    except (jayway.NotFound, msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return value if way == "path" and isinstance(value, str) else msgspec.json.encode(value).decode()


def _path(text: str) -> jayway.Path:
    try:
        return jayway.compile_path(text)
    except ValueError as wrong:
        raise BadRequest(f"Invalid JSONPath in mapping template: {text}: {wrong}") from None
