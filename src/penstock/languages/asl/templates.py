"""Templates: JSON with expressions in it. Parameters, ResultSelector, Assign; Arguments, Output.

In JSONPath a key that ends in `.$` has a path or an intrinsic call for its value; in JSONata any string from `{%` to
`%}` is an expression, at any depth. A template is walked once, when the definition is read: what has no expression in
it is a constant and shared by all values made from it, so nobody may change a value.
"""

from collections.abc import Callable, Iterable
from typing import Final

from penstock.languages.asl import calls
from penstock.languages.asl.intrinsics import compile_intrinsic
from penstock.languages.asl.jsonata import compile_jsonata, is_jsonata, json_type
from penstock.languages.asl.jsonpath import compact, compile_path
from penstock.languages.asl.tree import QueryLanguage
from penstock.languages.asl.view import Compiled, Expression, Json, Literal, View

DEEPEST: Final = 100

Find = Callable[[View], Json]
Compile = Callable[[Json, str, int], Expression]  # value, field, depth


def compile_template(value: Json, language: QueryLanguage, *, field: str) -> Expression:
    """Raises `ValueError` where an expression in it is wrong."""
    return (_jsonata if language == "JSONata" else _jsonpath)(value, field, 1)


# what both share


def _deeper(depth: int) -> int:
    if depth >= DEEPEST:
        raise ValueError(f"A template nests at most {DEEPEST} deep")
    return depth + 1


def _object(value: Json, members: Iterable[tuple[str, Expression]]) -> Expression:
    """An object of members; those that change are put into a copy of those that do not."""
    fixed: dict[str, Json] = {}
    changing: list[tuple[str, Find]] = []
    variables: set[str] = set()
    for key, member in members:
        if isinstance(member, Literal):
            fixed[key] = member.constant
        else:
            fixed[key] = None
            changing.append((key, member.value))
            variables |= member.variables
    if not changing:
        return Literal(fixed)

    def find(view: View) -> Json:
        made = fixed.copy()
        for key, find_member in changing:
            made[key] = find_member(view)
        return made

    return Compiled(compact(value), find, frozenset(variables))


def _array(value: Json, items: list[Expression]) -> Expression:
    if all(isinstance(item, Literal) for item in items):
        return Literal([item.constant for item in items if isinstance(item, Literal)])
    finds = [item.value for item in items]
    variables = frozenset[str]().union(*(item.variables for item in items))
    return Compiled(compact(value), lambda view: [find(view) for find in finds], variables)


# JSONPath


def _jsonpath(value: Json, field: str, depth: int) -> Expression:
    if isinstance(value, dict):
        inner = _deeper(depth)
        return _object(value, (_member(key, member, field, inner) for key, member in value.items()))
    if isinstance(value, list):
        inner = _deeper(depth)
        return _array(value, [_jsonpath(item, field, inner) for item in value])
    return Literal(value)


def _member(key: str, value: Json, field: str, depth: int) -> tuple[str, Expression]:
    if not key.endswith(".$"):
        return key, _jsonpath(value, field, depth)
    return key[:-2], compile_query(value, field=key)


def compile_query(text: Json, *, field: str) -> Expression:
    """A path or an intrinsic call, by its look. Raises `ValueError` with AWS's sentence, caused by the reason."""
    sentence = f"The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call"
    if not isinstance(text, str):
        kind = json_type(text).upper()
        raise ValueError(
            f"The value for the field '{field}' must be a STRING that contains a JSONPath but was an {kind}"
        )
    try:
        return compile_intrinsic(text, field=field) if calls.is_call(text) else compile_path(text, field=field)
    except ValueError as error:
        raise ValueError(sentence) from error


# JSONata


def _jsonata(value: Json, field: str, depth: int) -> Expression:
    if is_jsonata(value):
        return compile_jsonata(value, field=field, expect=None)
    if isinstance(value, dict):
        inner = _deeper(depth)
        return _object(value, ((key, _jsonata(member, f"{field}/{key}", inner)) for key, member in value.items()))
    if isinstance(value, list):
        inner = _deeper(depth)
        return _array(value, [_jsonata(item, f"{field}[{place}]", inner) for place, item in enumerate(value)])
    return Literal(value)
