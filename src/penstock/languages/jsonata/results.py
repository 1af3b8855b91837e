"""Results: what an evaluation came to, as plain JSON.

Sequences become lists and whole numbers integers, so that JSON reads `3` and not `3.0`. A function has no JSON: alone
it is undefined, in an object its field is left out, and in an array it is null. A number that is not finite is an
error, for JSON has none.
"""

from decimal import Decimal
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import SAFE, UNDEFINED, Function, Number, Undefined, Value

_PLAIN: Final = frozenset({str, int, bool, type(None)})
A_VALUE: Final = 8  # steps for an object or array of the result, and one more for every four members
_AS_THEY_ARE: Final = _PLAIN | {Undefined}


def to_json(value: Value, run: Run) -> Value:
    """The value as plain JSON, or `UNDEFINED`; it is paid for, since its parts may be shared many times over."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is dict:
        run.left -= A_VALUE + len(value) // 4
        if run.left < 0:
            run.pay(0)
        if _PLAIN.issuperset(map(type, value.values())):
            return value
        return {
            name: told
            for name, item in value.items()
            if (told := item if type(item) in _PLAIN else to_json(item, run)) is not UNDEFINED
        }
    if isinstance(value, list):
        run.pay(A_VALUE + len(value) // 4)
        told_items = [item if type(item) in _PLAIN else to_json(item, run) for item in value]
        return [None if item is UNDEFINED else item for item in told_items]
    return UNDEFINED if isinstance(value, Function) else _number(value)


def _number(number: float) -> Number:
    if number - number != 0:
        raise JsonataError("D1001", value=number)
    if not number.is_integer() or abs(number) >= 1e21:
        return number
    return int(number) if abs(number) <= SAFE else int(Decimal(repr(number)))
