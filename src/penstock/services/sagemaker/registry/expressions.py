"""Search expressions: does a record satisfy them? Pure; a record is JSON as a Describe operation answers it.

A property is a dotted path. It passes through lists (any element may satisfy a filter) and into maps by key, and a
list of named values reads like a map of them, as on AWS:

    Tags.project               the value of the tag whose Key is "project"
    Tags.Key                   any tag's key
    Metrics.validation:rmse    the Value of the metric with that MetricName, or the last of its values
    metrics.rmse.max           the greatest of them (so AWS's notebooks sort trial components)
    HyperParameters.eta        numeric text, compared as a number
    Parameters.depth           a trial component's parameter, its NumberValue or StringValue

Members of the record and of a metric are found in any case; what customers name is not.

`Filters`, `NestedFilters` and `SubExpressions` of one expression are joined by its `Operator`, And if it has none.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from penstock.wire.call import Json, ValidationError

Expression = Mapping[str, Json]
MOST_CONDITIONS: Final = 50
_NAMES: Final = ("Key", "MetricName", "Name")  # what a list of named values names them by
_VALUES: Final = ("Value", "Last")  # … and where the value of one is
_PARAMETERS: Final = ("NumberValue", "StringValue")  # where that of a trial component's parameter is

_CONTAINED_OFTEN: Final[Mapping[str, tuple[str, ...]]] = {  # properties that may be in more than one Contains
    "Experiment": ("DisplayName", "ExperimentName", "Tags"),
    "ExperimentTrial": ("DisplayName", "TrialName", "Tags"),
    "ExperimentTrialComponent": (
        "DisplayName", "TrialComponentName", "Tags", "InputArtifacts", "OutputArtifacts",
    ),
}  # fmt: skip

_ORDERS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def must_make_sense(expression: Expression, resource: str) -> None:
    """Raise AWS's errors for an expression about a resource that says nothing or too much."""
    conditions = list(_conditions(expression))
    if len(conditions) > MOST_CONDITIONS:
        raise ValidationError(
            f"SearchExpression has {len(conditions)} Filters, NestedFilters and SubExpressions; "
            f"it can have at most {MOST_CONDITIONS} in all."
        )
    texts = [condition["Name"] for condition in conditions if condition.get("Operator") == "Contains"]
    if sum(not _is_contained_often(name, resource) for name in texts) > 1:
        raise ValidationError("'CONTAINS' operator usage limit of 1 exceeded.")
    for condition in conditions:
        if "Name" in condition and "Value" not in condition and _operator(condition) not in {"Exists", "NotExists"}:
            raise ValidationError(f"Filter on '{condition['Name']}' with {condition['Operator']} needs a Value.")


def _is_contained_often(name: str, resource: str) -> bool:
    return any(name == member or name.startswith(f"{member}.") for member in _CONTAINED_OFTEN.get(resource, ()))


def _conditions(expression: Expression) -> Iterator[Mapping[str, Json]]:
    """Every filter, nested filter and subexpression, however deep; raises where an expression has none."""
    nested, below = expression.get("NestedFilters", ()), expression.get("SubExpressions", ())
    if not (expression.get("Filters") or nested or below):
        raise ValidationError("A SearchExpression needs at least one of Filters, NestedFilters and SubExpressions.")
    yield from expression.get("Filters", ())
    for group in nested:
        yield {"NestedPropertyName": group["NestedPropertyName"]}
        yield from group["Filters"]
    for subexpression in below:
        yield {"SubExpression": True}
        yield from _conditions(subexpression)


def matches(expression: Expression, record: Json) -> bool:
    """True if the record satisfies the expression."""
    join = any if expression.get("Operator") == "Or" else all
    return join(_answers(expression, record))


def _answers(expression: Expression, record: Json) -> Iterator[bool]:
    for condition in expression.get("Filters", ()):
        yield satisfies(condition, values(record, condition["Name"]))
    for group in expression.get("NestedFilters", ()):
        yield _one_satisfies_all(group, record)
    for below in expression.get("SubExpressions", ()):
        yield matches(below, record)


def _one_satisfies_all(group: Mapping[str, Json], record: Json) -> bool:
    """A nested filter: one single object of the list satisfies every filter."""
    prefix = group["NestedPropertyName"] + "."
    return any(
        all(
            satisfies(condition, values(item, condition["Name"].removeprefix(prefix))) for condition in group["Filters"]
        )
        for item in values(record, group["NestedPropertyName"])
    )


def satisfies(condition: Mapping[str, Json], found: Sequence[Json]) -> bool:
    """True if what a property holds satisfies a filter; a negative one is the exact opposite of its positive."""
    wanted = condition.get("Value", "")
    match _operator(condition):
        case "Exists":
            return bool(found)
        case "NotExists":
            return not found
        case "Equals":
            return any(is_equal(value, wanted) for value in found)
        case "NotEquals":
            return not any(is_equal(value, wanted) for value in found)
        case "In":
            return any(is_equal(value, one.strip()) for value in found for one in wanted.split(","))
        case "Contains":
            return any(isinstance(value, str) and wanted in value for value in found)
        case order:
            return any(_in_order(order, value, wanted) for value in found)


def _operator(condition: Mapping[str, Json]) -> str:
    """The filter's operator; without one, a value is to be equal and a bare name to exist."""
    return str(condition.get("Operator") or ("Equals" if "Value" in condition else "Exists"))


def is_equal(value: Json, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted.lower()
    if isinstance(value, int | float):
        return number(wanted) == value
    return bool(value == wanted)


def _in_order(order: str, value: Json, wanted: str) -> bool:
    left, right = number(value), number(wanted)
    return left is not None and right is not None and _ORDERS[order](left, right)


def number(value: Json) -> float | None:
    """A number, numeric text, or a time (ISO 8601, in UTC unless it says otherwise) as seconds; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return _seconds(str(value))
    return None if math.isnan(found) else found


def _seconds(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def values(node: Json, path: str) -> list[Json]:
    """Everything that a dotted path leads to; lists are passed through, empty ones lead to nothing."""
    return list(_values(node, path, in_any_case=True))


def _values(node: Json, path: str, *, in_any_case: bool = False) -> Iterator[Json]:
    if isinstance(node, list | tuple):
        for item in node:
            yield from _named(item, path)
            yield from _values(item, path)
    elif not path:
        yield _held(node, _PARAMETERS)
    elif isinstance(node, Mapping):
        for head, rest in _splits(path):
            for key in _keys(node, head, in_any_case=in_any_case):
                yield from _values(node[key], rest)


def _keys(node: Mapping[str, Json], wanted: str, *, in_any_case: bool) -> list[str]:
    """The key, as it is written, else in another case."""
    if wanted in node or not in_any_case:
        return [wanted] if wanted in node else []
    return [key for key in node if key.lower() == wanted.lower()]


def _named(item: Json, path: str) -> Iterator[Json]:
    """What a path leads to from a list with an item of that name in it."""
    if path and isinstance(item, Mapping) and any(key in item for key in _VALUES):
        for head, rest in _splits(path):
            if any(item.get(name) == head for name in _NAMES):
                yield from _values(item, rest, in_any_case=True) if rest else [_held(item, _VALUES)]


def _held(node: Json, keys: Sequence[str]) -> Json:
    """The value that one of the keys holds; the node itself, if it is no such thing."""
    return next((node[key] for key in keys if key in node), node) if isinstance(node, Mapping) else node


def _splits(path: str) -> Iterator[tuple[str, str]]:
    """A path as a key and the rest, in every way: keys of maps and tags may have dots in them."""
    yield path, ""
    for at, letter in enumerate(path):
        if letter == ".":
            yield path[:at], path[at + 1 :]
