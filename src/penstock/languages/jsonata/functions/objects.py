"""Functions on objects: their keys, their fields, and objects made of others."""

from collections.abc import Mapping
from typing import Final

from penstock.languages.jsonata.arithmetic import as_text
from penstock.languages.jsonata.calls import Native, few
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.text import fifteen_digits
from penstock.languages.jsonata.values import (
    UNDEFINED,
    Function,
    Sequence,
    Value,
    is_number,
    looked_up,
    truth,
    whole,
)


def keys(run: Run, value: Value) -> Sequence:
    """The keys of an object, or those of all objects in an array, each once."""
    if isinstance(value, list):
        run.pay(len(value))
        return Sequence(dict.fromkeys(key for item in value for key in keys(run, item)))
    return Sequence(value if isinstance(value, dict) else ())


def lookup(run: Run, value: Value, name: str) -> Value:
    """The field of an object, or those of all objects in an array."""
    return looked_up(value, name, run.pay)


def spread(run: Run, value: Value) -> Value:
    """An object as objects of one field each; of an array, all of its items'."""
    if isinstance(value, dict):
        run.pay(len(value))
        return Sequence({name: field} for name, field in value.items())
    if not isinstance(value, list):
        return value
    spreads = [spread(run, item) for item in value]
    run.pay(len(spreads))
    items = (each if isinstance(each, list) else [each] for each in spreads if each is not UNDEFINED)
    found = [item for each in items for item in each]
    return found or Sequence()


def merge(run: Run, values: Value) -> Value:
    """The fields of all objects in one, later ones replacing earlier."""
    if values is UNDEFINED:
        return UNDEFINED
    merged: dict[str, Value] = {}
    for value in values:
        run.pay_copy(len(value))
        merged.update(value)
    return merged


def each(run: Run, value: Value, function: Function) -> Sequence:
    """What a function makes of each field."""
    fields = value.items() if isinstance(value, dict) else ()
    results = (few(run, function, field, name, value) for name, field in fields)
    return Sequence(result for result in results if result is not UNDEFINED)


def sift(run: Run, value: Value, function: Function) -> Value:
    """The object with only those fields for which a function is true."""
    fields = value.items() if isinstance(value, dict) else ()
    kept = {name: field for name, field in fields if truth(few(run, function, field, name, value))}
    return kept or UNDEFINED


def clone(run: Run, value: Value) -> Value:
    """A copy that may be changed; as if by way of text, so a function becomes an empty one."""
    run.pay_copy(1)
    if isinstance(value, list):
        run.pay(len(value))
        return [None if item is UNDEFINED else clone(run, item) for item in value]
    if isinstance(value, dict):
        run.pay(len(value))
        return {name: clone(run, field) for name, field in value.items() if field is not UNDEFINED}
    if isinstance(value, Function):
        return as_text(run, value)
    return whole(fifteen_digits(value)) if is_number(value) else value


FUNCTIONS: Final[Mapping[str, Native]] = {
    "keys": Native(keys, "<x-:a<s>>"),
    "lookup": Native(lookup, "<x-s:x>", arity=2),
    "spread": Native(spread, "<x-:a<o>>"),
    "merge": Native(merge, "<a<o>:o>"),
    "each": Native(each, "<o-f:a>", arity=2),
    "sift": Native(sift, "<o-f?:o>", arity=2),
    "clone": Native(clone, "<(oa)-:o>"),
}
