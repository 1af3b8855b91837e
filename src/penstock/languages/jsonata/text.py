"""Text: values written as JavaScript writes them, for `$string`, `&` and the sentences of errors.

Numbers read as `Number.prototype.toString` gives them (no `.0`, exponents from 1e21 and below 1e-6), and objects as
`JSON.stringify` does. Nothing here can fail, so that an error may be told about any value.
"""

import math
from collections.abc import Iterator
from decimal import Decimal
from json.encoder import encode_basestring

from penstock.languages.jsonata.values import UNDEFINED, Function, Number, Value

EXACT = 10**15  # integers below it are unchanged by rounding to fifteen digits


def number_text(number: Number) -> str:
    """A number as JavaScript shows it."""
    if type(number) is int and -(10**21) < number < 10**21:
        return str(number)
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")
    text = repr(float(number))
    if "e" not in text:
        return "0" if number == 0 else text.removesuffix(".0")
    return _exponential(Decimal(text))


def _exponential(number: Decimal) -> str:
    if -6 <= number.adjusted() < 21:
        plain = format(number, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    sign, digits, _ = number.normalize().as_tuple()
    mantissa = "".join(map(str, digits))
    point = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
    return f"{'-' if sign else ''}{mantissa[0]}{point}e{number.adjusted():+d}"


def fifteen_digits(number: Number) -> Number:
    """The number rounded to the fifteen significant digits that `$string` shows."""
    if (type(number) is int and -EXACT < number < EXACT) or not math.isfinite(number):
        return number
    return float(f"{number:.15g}")


def quoted(text: str) -> str:
    """A JSON string; half a surrogate pair is escaped, since it has no encoding."""
    written = encode_basestring(text)
    if written.isascii() or not any("\ud800" <= char <= "\udfff" for char in written):
        return written
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in written)


def json_text(value: Value, *, indent: int = 0, rounded: bool = False) -> str:
    """The JSON text of a value; a function within is an empty string, undefined within an array is null."""
    return "".join(_pieces(value, indent, "\n", rounded))


def _pieces(value: Value, indent: int, line: str, rounded: bool) -> Iterator[str]:
    if isinstance(value, list):
        yield from _members([("", item) for item in value], "[]", indent, line, rounded)
    elif isinstance(value, dict):
        colon = ": " if indent else ":"
        named = [(quoted(name) + colon, item) for name, item in value.items() if item is not UNDEFINED]
        yield from _members(named, "{}", indent, line, rounded)
    else:
        yield _scalar(value, rounded)


def _members(members: list[tuple[str, Value]], brackets: str, indent: int, line: str, rounded: bool) -> Iterator[str]:
    inner = line + " " * indent
    yield brackets[0]
    for place, (label, item) in enumerate(members):
        yield "," if place else ""
        yield (inner if indent else "") + label
        yield from _pieces(item, indent, inner, rounded)
    yield (line if indent and members else "") + brackets[1]


def _scalar(value: Value, rounded: bool) -> str:
    if isinstance(value, str):
        return quoted(value)
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(fifteen_digits(value) if rounded else value) if math.isfinite(value) else "null"
    return '""' if isinstance(value, Function) else "null"
