"""Choice rules: what decides which way a machine goes.

A comparison of the wrong kind of value is false, never an error; a variable that is not there is one, except for
IsPresent. Python's bool is an int, so kinds are told by exact type.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from penstock.languages.asl.jsonata import compile_jsonata
from penstock.languages.asl.jsonpath import compile_single_path
from penstock.languages.asl.tree import QueryLanguage
from penstock.languages.asl.view import Failure, Json, View

DEEPEST: Final = 100
_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
_ORDER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
Holds = Callable[[View], bool]
Find = Callable[[View], Json]


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition that a closure decides."""

    holds: Holds
    variables: frozenset[str] = frozenset()


def compile_rule(rule: Mapping[str, Json], language: QueryLanguage, *, field: str) -> CompiledCondition:
    """The condition of one choice rule; `field` says which (`Choices[0]`). Raises `ValueError`."""
    variables: set[str] = set()
    _check_fields(rule, _FIELDS[language])
    if language == "JSONata":
        holds = _jsonata(rule.get("Condition"), f"{field}/Condition", variables)
    else:
        holds = _rule(rule, field, variables, 1)
    return CompiledCondition(holds, frozenset(variables))


def _check_fields(rule: Mapping[str, Json], fields: frozenset[str]) -> None:
    for name in rule:
        if name not in fields:
            raise ValueError(f"Field '{name}' is not supported")


def _jsonata(condition: Json, field: str, variables: set[str]) -> Holds:
    if isinstance(condition, bool):
        return lambda _view: condition
    if not isinstance(condition, str):
        raise ValueError(f"The field '{field}' must be a JSONata expression or a boolean")
    expression = compile_jsonata(condition, field=field, expect="boolean")
    variables |= expression.variables
    return expression.value


# rules of rules


def _rule(rule: Json, field: str, variables: set[str], depth: int) -> Holds:
    if not isinstance(rule, Mapping):
        raise ValueError(f"The choice rule at {field} must be an object")
    if depth > DEEPEST:
        raise ValueError(f"The choice rule at {field} nests more than {DEEPEST} deep")
    found = [key for key in rule if key in _COMBINERS or key in OPERATORS]
    if len(found) != 1:
        told = " and ".join(found) or "none"
        raise ValueError(
            f"The choice rule at {field} must have exactly one comparison operator, And, Or or Not; it has {told}"
        )
    (name,) = found
    if depth > 1:
        _check_fields(rule, _INNER_FIELDS)
    if name in _COMBINERS:
        return _COMBINERS[name](rule[name], f"{field}/{name}", variables, depth + 1)
    return _comparison(rule, name, field, variables)


def _both(rules: Json, field: str, variables: set[str], depth: int) -> Holds:
    conditions = _rules(rules, field, variables, depth)
    return lambda view: all(holds(view) for holds in conditions)


def _either(rules: Json, field: str, variables: set[str], depth: int) -> Holds:
    conditions = _rules(rules, field, variables, depth)
    return lambda view: any(holds(view) for holds in conditions)


def _rules(rules: Json, field: str, variables: set[str], depth: int) -> list[Holds]:
    if not isinstance(rules, list) or not rules:
        raise ValueError(f"{field} must be a non-empty array of choice rules")
    return [_rule(rule, f"{field}[{place}]", variables, depth) for place, rule in enumerate(rules)]


def _opposite(rule: Json, field: str, variables: set[str], depth: int) -> Holds:
    holds = _rule(rule, field, variables, depth)
    return lambda view: not holds(view)


_COMBINERS: Final = {"And": _both, "Or": _either, "Not": _opposite}


# comparisons


def _comparison(rule: Mapping[str, Json], name: str, field: str, variables: set[str]) -> Holds:
    if "Variable" not in rule:
        raise ValueError(f"The choice rule at {field} must have a Variable")
    variable = compile_single_path(rule["Variable"], field="Variable")
    variables |= variable.variables
    operation, operand = OPERATORS[name], rule[name]
    if name.endswith("Path"):
        other = compile_single_path(operand, field=name)
        variables |= other.variables
        return operation.compile(variable.value, other.value)
    if not operation.kind.accepts(operand):
        raise ValueError(f"The value of {name} at {field} must be {operation.kind.told}")
    return operation.compile(variable.value, operand)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an operand must be; `read` makes a value of it that can be compared, None of anything else."""

    told: str
    read: Callable[[Json], Any]

    def accepts(self, value: Json) -> bool:
        return self.read(value) is not None


@dataclass(frozen=True, slots=True)
class Operator:
    """`compile` takes how the variable is found, and the operand (how that is found, for a name that ends in Path)."""

    kind: Kind
    compile: Callable[[Find, Any], Holds]


def _number(value: Json) -> Json:
    return value if type(value) is int or type(value) is float else None


def _string(value: Json) -> Json:
    return value if type(value) is str else None


def _boolean(value: Json) -> Json:
    return value if type(value) is bool else None


def timestamp(value: Json) -> datetime | None:
    """The moment that an RFC 3339 text with date, time and offset names."""
    if type(value) is not str or _TIMESTAMP.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _compared(kind: Kind, compare: Callable[[Any, Any], Any]) -> Operator:
    read = kind.read

    def compiled(variable: Find, operand: Json) -> Holds:
        constant = read(operand)

        def holds(view: View) -> bool:
            value = read(variable(view))
            return value is not None and compare(value, constant)

        return holds

    return Operator(kind, compiled)


def _compared_with_path(kind: Kind, compare: Callable[[Any, Any], Any]) -> Operator:
    read = kind.read

    def compiled(variable: Find, operand: Find) -> Holds:
        def holds(view: View) -> bool:
            value, other = read(variable(view)), read(operand(view))
            return value is not None and other is not None and compare(value, other)

        return holds

    return Operator(kind, compiled)


def _tested(test: Callable[[Json], bool]) -> Operator:
    """Is…: whether the value is so, compared with true or false."""

    def compiled(variable: Find, operand: bool) -> Holds:
        return lambda view: test(variable(view)) is operand

    return Operator(_KINDS["Boolean"], compiled)


def _is_present(variable: Find, operand: bool) -> Holds:
    def holds(view: View) -> bool:
        try:
            variable(view)
        except Failure:
            return not operand
        return operand

    return holds


def _string_matches(variable: Find, operand: str) -> Holds:
    matches = compile_wildcard(operand)

    def holds(view: View) -> bool:
        value = variable(view)
        return type(value) is str and matches(value)

    return holds


def compile_wildcard(pattern: str) -> Callable[[str], bool]:
    """StringMatches: `*` stands for any text, `\\*` for an asterisk and `\\\\` for a backslash. Takes linear time."""
    parts = [""]
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            if pattern[at + 1 : at + 2] not in {"*", "\\"}:
                raise ValueError("In StringMatches a backslash can only come before * or another backslash")
            parts[-1] += pattern[at + 1]
            at += 2
            continue
        if pattern[at] == "*":
            parts.append("")
        else:
            parts[-1] += pattern[at]
        at += 1
    return _wildcard(parts)


def _wildcard(parts: list[str]) -> Callable[[str], bool]:
    first, *middle = parts
    if not middle:
        return lambda text: text == first
    last = middle.pop()

    def matches(text: str) -> bool:
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            if (found := text.find(part, at, end)) < 0:
                return False
            at = found + len(part)
        return True

    return matches


_KINDS: Final = {
    "String": Kind("a string", _string),
    "Numeric": Kind("a number", _number),
    "Boolean": Kind("true or false", _boolean),
    "Timestamp": Kind("an RFC 3339 timestamp", timestamp),
}
_TESTS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not None,
    "IsString": lambda value: type(value) is str,
    "IsBoolean": lambda value: type(value) is bool,
    "IsTimestamp": lambda value: timestamp(value) is not None,
}


def _operators() -> dict[str, Operator]:
    found = {name: _tested(test) for name, test in _TESTS.items()}
    found["IsPresent"] = Operator(_KINDS["Boolean"], _is_present)
    found["StringMatches"] = Operator(_KINDS["String"], _string_matches)
    for name, kind in _KINDS.items():
        for order, compare in _ORDER.items():
            if name == "Boolean" and order != "Equals":
                continue
            found[name + order] = _compared(kind, compare)
            found[f"{name}{order}Path"] = _compared_with_path(kind, compare)
    return found


OPERATORS: Final[Mapping[str, Operator]] = _operators()
_INNER_FIELDS: Final = frozenset({*OPERATORS, *_COMBINERS, "Variable", "Comment"})
_FIELDS: Final[Mapping[QueryLanguage, frozenset[str]]] = {
    "JSONPath": _INNER_FIELDS | {"Next", "Assign"},
    "JSONata": frozenset({"Condition", "Next", "Assign", "Output", "Comment"}),
}
