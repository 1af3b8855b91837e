"""Mapping templates: texts in which a few values stand, as far as Penstock reads Velocity.

    {"instances": $input.json('$.rows'), "who": "$input.params('user')", "stage": "$context.stage"}
    {"input": "$util.escapeJavaScript($input.json('$'))"}

Directives (`#set`, `#if`, `#foreach`) and other references are refused when the template is put, by name.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_plus, unquote_plus

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
_USE: Final = re.compile(  # of one of the functions below, on one reference
    r"\$!?util\.(?P<function>escapeJavaScript|urlEncode|urlDecode|base64Encode|base64Decode)"
    r"\(\s*(?P<inner>\$(?:[^()]|\([^()]*\))*?)\s*\)"
    r"(?P<undone>\.replaceAll\(\s*\"\\\\'\"\s*,\s*\"'\"\s*\))?"  # "\\'", a regex, by "'", which JSON wants
    r"(?![A-Za-z0-9_(\[]|\.[A-Za-z])"
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
    uses = [found for found in _USE.finditer(template) if not _REFERENCE.fullmatch(found["inner"])]
    plain = _USE.sub(lambda found: f"{found['inner']} ", template)
    for found in _REFERENCE.finditer(plain):
        if found["path"] is not None:
            _path(found["path"])
    others = _OTHER.finditer(_REFERENCE.sub("", plain))
    for found in (*uses, *(each for each in others if each["name"] or each["directive"] in _DIRECTIVES)):
        raise absent(
            f"mapping templates with {found[0]}",
            "$input.body, $input.json, $input.path, $input.params, $context and $stageVariables are there, and of "
            "$util escapeJavaScript, urlEncode, urlDecode, base64Encode and base64Decode of one of these",
        )


def rendered(template: str, inputs: Inputs) -> str:
    """The template with its values."""
    pieces, at = [], 0
    for found in _USE.finditer(template):
        value = _FUNCTIONS[found["function"]](_with_values(found["inner"], inputs))
        pieces += [
            _with_values(template[at : found.start()], inputs),
            value.replace("\\'", "'") if found["undone"] else value,
        ]
        at = found.end()
    return "".join((*pieces, _with_values(template[at:], inputs)))


def _with_values(text: str, inputs: Inputs) -> str:
    return _REFERENCE.sub(lambda found: _value(found, inputs), text)


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


def _escaped(text: str) -> str:
    """As it stands between the quotes of JavaScript: in UTF-16 where it is not ASCII, as AWS does."""
    return "".join(_ESCAPES.get(each) or (each if " " <= each <= "~" else _units(each)) for each in text)


def _units(letter: str) -> str:
    coded = letter.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{int.from_bytes(coded[at : at + 2], 'big'):04X}" for at in range(0, len(coded), 2))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode(errors="replace")
    except binascii.Error:
        return ""


_ESCAPES: Final = {
    "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "'": r"\'", "\\": r"\\", "/": r"\/",
}  # fmt: skip
_FUNCTIONS: Final[Mapping[str, Callable[[str], str]]] = {
    "escapeJavaScript": _escaped,
    "urlEncode": quote_plus,
    "urlDecode": unquote_plus,
    "base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64Decode": _decoded,
}
