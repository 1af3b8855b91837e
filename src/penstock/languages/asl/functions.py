"""What each `States.*` function does with its values. Pure; chance is an argument.

A function raises `ValueError` where it has no answer, with a reason where AWS gives one: mostly it says no more than
"Invalid arguments", which who called it puts in. Python's bool is an int, so numbers are told by exact type.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import UUID

from penstock.languages.asl import calls
from penstock.languages.asl.javachance import drawn
from penstock.languages.asl.javaorder import in_java_order
from penstock.languages.asl.javatext import java_text
from penstock.languages.asl.jayway.values import contains
from penstock.languages.asl.jsontext import NotJson, read_json

Json = Any
Function = Callable[[Sequence[Json], Callable[[], Random]], Json]

MOST_ITEMS: Final = 1000
LONGEST_TEXT: Final = 10_000
_LEAST: Final = -(1 << 31)  # of Java's int
_MOST: Final = (1 << 31) - 1
_SOURCE: Final = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_ALGORITHMS: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


@dataclass(frozen=True, slots=True)
class Signature:
    """How many arguments a function takes (`most` None: any number) and what it does with them."""

    function: Function
    fewest: int
    most: int | None

    def takes(self, count: int) -> bool:
        return self.fewest <= count and (self.most is None or count <= self.most)


# kinds of argument


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _array(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _number(value: Json) -> int | float:
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        number: int | float = value
        return number
    raise ValueError


def _int(value: int) -> int:
    if not _LEAST <= value <= _MOST:
        raise ValueError
    return value


def _cut(value: Json) -> int:
    """Without its fraction: so AWS takes indexes, sizes and bounds, whatever its documentation says of rounding."""
    return _int(value if type(value) is int else int(_number(value)))


def _rounded(value: Json) -> int:
    """Java's Math.round: halves go up, so -1.5 becomes -1."""
    return _int(value if type(value) is int else math.floor(_number(value) + 0.5))


# arrays


def _array_of(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return list(arguments)


def _partition(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    array, size = _array(arguments[0]), _cut(arguments[1])
    if size <= 0:
        raise ValueError
    return [array[start : start + size] for start in range(0, len(array), size)]


def _has(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return contains(_array(arguments[0]), arguments[1])


def _range(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    first, last, step = (_cut(value) for value in arguments)
    if step == 0 or (last - first) // step >= MOST_ITEMS:
        raise ValueError
    return list(range(first, last + (1 if step > 0 else -1), step))


def _item(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    array, index = _array(arguments[0]), _cut(arguments[1])
    if not array:
        return None  # which AWS finds at every index of an empty array
    if not 0 <= index < len(array):
        raise ValueError
    return array[index]


def _length(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return len(_array(arguments[0]))


def _unique(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    """Each value once."""
    first: dict[str, Json] = {}
    for value in _array(arguments[0]):
        first.setdefault(json.dumps(value, sort_keys=True), value)
    return in_java_order(list(first.values()))


# text


def _encode(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return base64.b64encode(_short(arguments[0]).encode()).decode()


def _decode(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    """What is no Base64 is passed over, as AWS does; padding ends the text, and may be missing."""
    digits = _NOT_BASE64.sub("", _short(arguments[0]).partition("=")[0])
    whole = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode(errors="replace")


def _short(value: Json) -> str:
    text = _text(value)
    if len(text) > LONGEST_TEXT:
        raise ValueError
    return text


def _hash(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    data, algorithm = arguments
    name = _ALGORITHMS.get(_text(algorithm))
    text = _short(data if isinstance(data, str) else to_json(data))
    if name is None:
        raise ValueError
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _split(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    """Every character of the delimiter parts; empty pieces are left out."""
    text, delimiter = _text(arguments[0]), _text(arguments[1])
    pieces = re.split(f"[{re.escape(delimiter)}]", text) if delimiter else [text]
    return [piece for piece in pieces if piece]


def _format(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return compile_format(_text(arguments[0]))(arguments[1:])


def compile_format(template: str) -> Callable[[Sequence[Json]], str]:
    """The template, its escapes still in it, as a function of the values for its `{}`."""
    parts = [calls.unescape(part) for part in _parts(template)]

    def fill(values: Sequence[Json]) -> str:
        if len(values) != len(parts) - 1:
            raise ValueError
        text = parts[0]
        for part, value in zip(parts[1:], values, strict=True):
            text += (value if type(value) is str else java_text(value)) + part
        return text

    return fill


def _parts(template: str) -> list[str]:
    """What is between the `{}`s."""
    parts = []
    start = at = 0
    while at < len(template):
        if template[at] == "\\":
            at += 2
        elif template.startswith("{}", at):
            parts.append(template[start:at])
            start = at = at + 2
        elif template[at] in "{}":
            brace, other = ("{", "}") if template[at] == "{" else ("}", "{")
            raise ValueError(f"Invalid template in States.Format: matching '{other}' not found for '{brace}'.")
        else:
            at += 1
    parts.append(template[start:])
    return parts


# JSON


def to_json(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _parse(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    text = _text(arguments[0])
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except ValueError as error:
        why = f"Cannot convert String to Json in States.StringToJson, caused by: {_not_json(text) or error}"
        raise ValueError(why) from None


def _not_json(text: str) -> str | None:
    try:
        read_json(text)
    except NotJson as error:
        return f"{error}\n at {_SOURCE}line: {error.line}, column: {error.column}]"
    return None


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON value")


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError(f"{digits} is too large a number")
    return number


def _write(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return to_json(arguments[0])


def _merge(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    one, other, is_deep = _object(arguments[0]), _object(arguments[1]), arguments[2]
    if is_deep is True:  # there is no deep merging; AWS takes whatever is not true for false
        raise ValueError
    return {**one, **other}


# numbers


def _add(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return _int(_rounded(arguments[0]) + _rounded(arguments[1]))


def _random(arguments: Sequence[Json], chance: Callable[[], Random]) -> Json:
    """From the first number up to, not including, the second."""
    start, end = _cut(arguments[0]), _cut(arguments[1])
    if start >= end:
        raise ValueError
    if len(arguments) > 2:
        return start + drawn(int(_number(arguments[2])), _int(end - start))
    return chance().randrange(start, end)


def _uuid(_arguments: Sequence[Json], chance: Callable[[], Random]) -> Json:
    return str(UUID(int=chance().getrandbits(128), version=4))


FUNCTIONS: Final[Mapping[str, Signature]] = {
    "Array": Signature(_array_of, 0, None),
    "ArrayContains": Signature(_has, 2, 2),
    "ArrayGetItem": Signature(_item, 2, 2),
    "ArrayLength": Signature(_length, 1, 1),
    "ArrayPartition": Signature(_partition, 2, 2),
    "ArrayRange": Signature(_range, 3, 3),
    "ArrayUnique": Signature(_unique, 1, 1),
    "Base64Decode": Signature(_decode, 1, 1),
    "Base64Encode": Signature(_encode, 1, 1),
    "Format": Signature(_format, 1, None),
    "Hash": Signature(_hash, 2, 2),
    "JsonMerge": Signature(_merge, 3, 3),
    "JsonToString": Signature(_write, 1, 1),
    "MathAdd": Signature(_add, 2, 2),
    "MathRandom": Signature(_random, 2, 3),
    "StringSplit": Signature(_split, 2, 2),
    "StringToJson": Signature(_parse, 1, 1),
    "UUID": Signature(_uuid, 0, 0),
}
