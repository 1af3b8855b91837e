"""Functions on numbers: reading them, rounding them, and what can be made of many."""

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from penstock.languages.jsonata.arithmetic import finite
from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Number, Value, is_number, whole

DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
OTHER_BASES: Final = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def number(_run: Run, value: Value) -> Value:
    """A text, true or false as a number."""
    if value is UNDEFINED or is_number(value):
        return value
    if isinstance(value, bool):
        return int(value)
    found = _read(value)
    if found is None:
        raise JsonataError("D3030", value=value, index=1)
    return found


def _read(text: str) -> Number | None:
    if DECIMAL.fullmatch(text):
        read = float(text)
        return whole(read) if math.isfinite(read) else None
    return whole(int(text, 0)) if OTHER_BASES.fullmatch(text) else None


def absolute(_run: Run, value: Value) -> Value:
    """The number without its sign."""
    return value if value is UNDEFINED else abs(value)


def floor(_run: Run, value: Value) -> Value:
    """The largest whole number that is no larger."""
    return whole(math.floor(value)) if _is_finite(value) else value


def ceil(_run: Run, value: Value) -> Value:
    """The smallest whole number that is no smaller."""
    return whole(math.ceil(value)) if _is_finite(value) else value


def _is_finite(value: Value) -> bool:
    return value is not UNDEFINED and math.isfinite(value)


def rounded(_run: Run, value: Value, precision: Value) -> Value:
    """The number to so many decimal places; halves go to the even neighbour."""
    if not _is_finite(value):
        return value
    if precision is UNDEFINED:
        return rounded_to(value, 0)
    return rounded_to(value, int(precision)) if finite(precision) == int(precision) else math.nan


def rounded_to(value: Number, places: int) -> Number:
    """The number rounded as it is written in decimal, not as it is stored: 1.005 to two places is 1.0."""
    if type(value) is int and places >= 0:
        return value
    if not -400 < places < 400:
        return value if places > 0 else 0
    with localcontext() as context:
        context.prec = 1200
        exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        return whole(float(exact))


def sqrt(_run: Run, value: Value) -> Value:
    """The square root."""
    if value is UNDEFINED:
        return UNDEFINED
    if value < 0:
        raise JsonataError("D3060", value=value, index=1)
    return whole(math.sqrt(value))


def power(_run: Run, base: Value, exponent: Value) -> Value:
    """A number to the power of another."""
    if base is UNDEFINED:
        return UNDEFINED
    try:
        result = math.nan if exponent is UNDEFINED else math.pow(base, exponent)
    except (OverflowError, ValueError):
        result = math.inf
    if not math.isfinite(result):
        raise JsonataError("D3061", value=base, exp=exponent, index=1)
    return whole(result)


def format_base(_run: Run, value: Value, radix: Value) -> Value:
    """A whole number in another base."""
    if value is UNDEFINED:
        return UNDEFINED
    base = 10 if radix is UNDEFINED else int(rounded_to(finite(radix), 0))
    if not 2 <= base <= 36:
        raise JsonataError("D3100", value=base)
    rest, digits = abs(int(rounded_to(finite(value), 0))), ""
    while rest or not digits:
        rest, digit = divmod(rest, base)
        digits = DIGITS[digit] + digits
    return f"-{digits}" if value < 0 and digits != "0" else digits


# --- of many


def total(run: Run, values: Value) -> Value:
    """The sum."""
    if values is UNDEFINED:
        return UNDEFINED
    run.pay_copy(len(values))
    result: Number = 0
    for value in values:  # one by one, for sum() is more exact than JavaScript
        result += value
    return whole(result)


def maximum(run: Run, values: Value) -> Value:
    """The largest."""
    if values is UNDEFINED or not values:
        return UNDEFINED
    run.pay_copy(len(values))
    return max(values)


def minimum(run: Run, values: Value) -> Value:
    """The smallest."""
    if values is UNDEFINED or not values:
        return UNDEFINED
    run.pay_copy(len(values))
    return min(values)


def average(run: Run, values: Value) -> Value:
    """The mean."""
    if values is UNDEFINED or not values:
        return UNDEFINED
    return whole(total(run, values) / len(values))


FUNCTIONS: Final[Mapping[str, Native]] = {
    "number": Native(number, "<(nsb)-:n>"),
    "abs": Native(absolute, "<n-:n>"),
    "floor": Native(floor, "<n-:n>"),
    "ceil": Native(ceil, "<n-:n>"),
    "round": Native(rounded, "<n-n?:n>", arity=2),
    "sqrt": Native(sqrt, "<n-:n>"),
    "power": Native(power, "<n-n:n>", arity=2),
    "formatBase": Native(format_base, "<n-n?:s>", arity=2),
    "sum": Native(total, "<a<n>:n>"),
    "max": Native(maximum, "<a<n>:n>"),
    "min": Native(minimum, "<a<n>:n>"),
    "average": Native(average, "<a<n>:n>"),
}
