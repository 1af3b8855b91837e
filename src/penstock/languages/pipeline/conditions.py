"""Conditions: what a condition step tests.

Numbers are compared as numbers (a string that reads as one counts as one beside a number), strings by their
characters, and a boolean equals the strings ``true`` and ``false`` in any case. Only equality is asked of other pairs.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, assert_never, get_args

from penstock.languages.pipeline import expressions
from penstock.languages.pipeline.expressions import Sources, Unresolvable, resolve
from penstock.languages.pipeline.tree import Comparison, DefinitionError, Expression, In, Not, Operator, Or, Test
from penstock.languages.pipeline.values import written

Json = Any


def read(entry: Json, where: str) -> Test:
    """A condition. Raises `DefinitionError`."""
    if not isinstance(entry, dict) or not isinstance(entry.get("Type"), str):
        raise DefinitionError(f"A condition of {where} must be an object with a Type.")
    kind = entry["Type"]
    where = f"{kind} in {where}"
    operator: Operator | None = next((known for known in get_args(Operator) if known == kind), None)
    if operator is not None:
        return Comparison(operator, _operand(entry, "LeftValue", where), _operand(entry, "RightValue", where))
    if kind == "In":
        return In(
            _operand(entry, "QueryValue", where),
            tuple(expressions.read(v, where) for v in _list(entry, "Values", where)),
        )
    if kind == "Not":
        if not isinstance(entry.get("Condition"), dict):
            raise DefinitionError(f"Condition of {where} must be a condition.")
        return Not(read(entry["Condition"], where))
    if kind == "Or":
        return Or(tuple(read(inner, where) for inner in _list(entry, "Conditions", where)))
    known = ", ".join((*get_args(Operator), "In", "Not", "Or"))
    raise DefinitionError(f"'{kind}' is not a type of condition: there are {known}. ({where})")


def _operand(entry: Mapping[str, Json], key: str, where: str) -> Expression:
    if key not in entry:
        raise DefinitionError(f"{key} of {where} is missing.")
    return expressions.read(entry[key], where)


def _list(entry: Mapping[str, Json], key: str, where: str) -> list[Json]:
    value = entry.get(key)
    if not isinstance(value, list) or not value:
        raise DefinitionError(f"{key} of {where} must be a list with at least one element.")
    return value


def operands(test: Test) -> Iterator[Expression]:
    """Every expression that a condition compares."""
    match test:
        case Comparison():
            yield from (test.left, test.right)
        case In():
            yield from (test.query, *test.values)
        case Not():
            yield from operands(test.test)
        case Or():
            for inner in test.tests:
                yield from operands(inner)
        case _:
            assert_never(test)


def holds(test: Test, sources: Sources) -> bool:
    """Whether a condition is true. Raises `Unresolvable`."""
    match test:
        case Comparison():
            return _COMPARE[test.operator](resolve(test.left, sources), resolve(test.right, sources))
        case In():
            query = resolve(test.query, sources)
            return any(_equal(query, resolve(value, sources)) for value in test.values)
        case Not():
            return not holds(test.test, sources)
        case Or():
            return any(holds(inner, sources) for inner in test.tests)
        case _:
            assert_never(test)


def _equal(left: Json, right: Json) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return written(left).lower() == written(right).lower()
    if isinstance(left, str) != isinstance(right, str):
        numbers = _numbers(left, right)
        return numbers is not None and numbers[0] == numbers[1]
    return bool(left == right)


def _order(left: Json, right: Json) -> int:
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    numbers = _numbers(left, right)
    if numbers is None:
        raise Unresolvable(
            f"{written(left)!r} and {written(right)!r} cannot be put in order: they must both be numbers."
        )
    return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])


def _numbers(left: Json, right: Json) -> tuple[float, float] | None:
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    try:
        return _number(left), _number(right)
    except (TypeError, ValueError):
        return None


def _number(value: Json) -> float:
    return value if isinstance(value, int) else float(value)


_COMPARE: Final[Mapping[Operator, Callable[[Json, Json], bool]]] = {
    "Equals": _equal,
    "GreaterThan": lambda left, right: _order(left, right) > 0,
    "GreaterThanOrEqualTo": lambda left, right: _order(left, right) >= 0,
    "LessThan": lambda left, right: _order(left, right) < 0,
    "LessThanOrEqualTo": lambda left, right: _order(left, right) <= 0,
}
