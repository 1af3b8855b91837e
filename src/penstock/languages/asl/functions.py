"""What each `States.*` function does with its values. Pure; chance is an argument.

A function raises `ValueError` with the reason where it has no answer; who called it knows the call's text. Python's
bool is an int, so numbers are told by exact type.
"""

import base64
import binascii
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
from penstock.languages.asl.javatext import java_text
from penstock.languages.asl.jayway.values import contains, is_number

Json = Any
Function = Callable[[Sequence[Json], Callable[[], Random]], Json]

MOST_ITEMS: Final = 1000
LONGEST_TEXT: Final = 10_000
_ALGORITHMS: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


@dataclass(frozen=True, slots=True)
class Signature:
    """How many arguments a function takes (`most` None: any number) and what it does with them."""

    function: Function
    fewest: int
    most: int | None


# kinds of argument


def _text(value: Json, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} must be a string")
    return value


def _array(value: Json, what: str = "The first argument") -> list[Json]:
    if not isinstance(value, list):
        raise ValueError(f"{what} must be an array")
    return value


def _object(value: Json, what: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be an object")
    return value


def _rounded(value: Json, what: str) -> int:
    """Java's Math.round: halves go up, so -1.5 becomes -1."""
    if not is_number(value):
        raise ValueError(f"{what} must be a number")
    number: int | float = value
    if isinstance(number, int):
        return number
    if not math.isfinite(number):
        raise ValueError(f"{what} must be a finite number")
    return math.floor(number + 0.5)


# arrays


def _array_of(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return list(arguments)


def _partition(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    array, size = _array(arguments[0]), _rounded(arguments[1], "The chunk size")
    if size <= 0:
        raise ValueError("The chunk size must be a positive number")
    return [array[start : start + size] for start in range(0, len(array), size)]


def _has(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return contains(_array(arguments[0]), arguments[1])


def _range(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    first, last, step = (_rounded(value, "An argument") for value in arguments)
    if step == 0:
        raise ValueError("The increment must not be 0")
    if (last - first) // step >= MOST_ITEMS:
        raise ValueError(f"The range has more than {MOST_ITEMS} items")
    return list(range(first, last + (1 if step > 0 else -1), step))


def _item(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    array, index = _array(arguments[0]), _rounded(arguments[1], "The index")
    if not 0 <= index < len(array):
        raise ValueError(f"The index {index} is outside the array, which has {len(array)} items")
    return array[index]


def _length(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return len(_array(arguments[0]))


def _unique(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    """Each value once, where it comes first."""
    first: dict[str, Json] = {}
    for value in _array(arguments[0]):
        first.setdefault(json.dumps(value, sort_keys=True), value)
    return list(first.values())


# text


def _encode(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return base64.b64encode(_short(arguments[0]).encode()).decode()


def _decode(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    try:
        return base64.b64decode(_short(arguments[0]), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("The argument is not the Base64 of a text") from None


def _short(value: Json) -> str:
    text = _text(value, "The argument")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"The argument is longer than {LONGEST_TEXT} characters")
    return text


def _hash(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    data, algorithm = arguments
    name = _ALGORITHMS.get(_text(algorithm, "The algorithm"))
    if name is None:
        raise ValueError(f"The algorithm must be one of {', '.join(_ALGORITHMS)}")
    text = data if isinstance(data, str) else to_json(data)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"The data is longer than {LONGEST_TEXT} characters")
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _split(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    """Every character of the delimiter parts; empty pieces are left out."""
    text, delimiter = _text(arguments[0], "The first argument"), _text(arguments[1], "The delimiter")
    pieces = re.split(f"[{re.escape(delimiter)}]", text) if delimiter else [text]
    return [piece for piece in pieces if piece]


def _format(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return compile_format(_text(arguments[0], "The template"))(arguments[1:])


def compile_format(template: str) -> Callable[[Sequence[Json]], str]:
    """The template, its escapes still in it, as a function of the values for its `{}`."""
    parts = [calls.unescape(part) for part in _parts(template)]

    def fill(values: Sequence[Json]) -> str:
        if len(values) != len(parts) - 1:
            raise ValueError(
                f"The template has {len(parts) - 1} occurrences of {{}}, but there are {len(values)} values"
            )
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
            raise ValueError("A brace in the template that is not {} must be written \\{ or \\}")
        else:
            at += 1
    parts.append(template[start:])
    return parts


# JSON


def to_json(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _parse(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    text = _text(arguments[0], "The argument")
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except ValueError as error:
        raise ValueError(f"The argument is not valid JSON: {error}") from None


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON value")


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError(f"{digits} is too large a number")
    return number


def _write(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return to_json(arguments[0])


def _merge(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    one, other = _object(arguments[0], "The first argument"), _object(arguments[1], "The second argument")
    if arguments[2] is not False:
        raise ValueError("Deep merging is not supported, so the third argument must be false")
    return {**one, **other}


# numbers


def _add(arguments: Sequence[Json], _chance: Callable[[], Random]) -> Json:
    return _rounded(arguments[0], "The first argument") + _rounded(arguments[1], "The second argument")


def _random(arguments: Sequence[Json], chance: Callable[[], Random]) -> Json:
    """From the first number up to, not including, the second."""
    start, end = _rounded(arguments[0], "The start"), _rounded(arguments[1], "The end")
    if start >= end:
        raise ValueError("The start must be less than the end")
    source = Random(_rounded(arguments[2], "The seed")) if len(arguments) > 2 else chance()  # noqa: S311 - as AWS's
    return source.randrange(start, end)


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
