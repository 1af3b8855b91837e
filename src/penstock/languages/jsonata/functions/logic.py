"""Functions on values as such: their truth and type, and errors on purpose."""

from collections.abc import Mapping
from typing import Final

from penstock.languages.jsonata.arithmetic import is_numeric
from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Function, Value, truth


def boolean(_run: Run, value: Value) -> Value:
    """Whether the value counts as true."""
    return value if value is UNDEFINED else truth(value)


def negation(_run: Run, value: Value) -> Value:
    """Whether the value counts as false."""
    return value if value is UNDEFINED else not truth(value)


def exists(_run: Run, value: Value) -> bool:
    """Whether there is a value at all."""
    return value is not UNDEFINED


def kind(_run: Run, value: Value) -> Value:
    """The name of the value's type."""
    if value is UNDEFINED:
        return UNDEFINED
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if is_numeric(value):
        return "number"
    names = {str: "string", list: "array", Function: "function"}
    return next((name for each, name in names.items() if isinstance(value, each)), "object")


def error(_run: Run, message: Value) -> Value:
    """Fail, with the message."""
    raise JsonataError("D3137", message=message or "$error() function evaluated")


def assertion(_run: Run, condition: Value, message: Value) -> Value:
    """Fail, with the message, unless the condition is true."""
    if condition is not True:
        raise JsonataError("D3141", message=message or "$assert() statement failed")
    return UNDEFINED


FUNCTIONS: Final[Mapping[str, Native]] = {
    "boolean": Native(boolean, "<x-:b>"),
    "not": Native(negation, "<x-:b>"),
    "exists": Native(exists, "<x:b>"),
    "type": Native(kind, "<x:s>"),
    "error": Native(error, "<s?:x>"),
    "assert": Native(assertion, "<bs?:x>", arity=2),
}
