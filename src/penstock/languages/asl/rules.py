"""Choice rules by the look of them: which fields there are, and what stands in them.

What a rule means is compiled by `choices`; here every mistake gets its place.
"""

from typing import Final

from penstock.languages.asl import fields
from penstock.languages.asl.choices import OPERATORS
from penstock.languages.asl.entry import Entry, not_a_reference
from penstock.languages.asl.jsonata import is_jsonata
from penstock.languages.asl.jsonpath import compile_single_path
from penstock.languages.asl.mistakes import jsonata_mistake

_COMBINERS: Final = ("And", "Or", "Not")
_KINDS: Final = ("And", "Or", "Not", "Variable", "Condition")
_OUTER: Final = frozenset({"Next", "Comment", "Assign", "Output"})
_ORDER: Final = (  # in which AWS names the operators
    "StringEquals", "IsBoolean", "StringLessThan", "IsNumeric", "BooleanEquals", "StringLessThanEqualsPath",
    "NumericLessThan", "NumericGreaterThan", "NumericLessThanPath", "StringMatches", "TimestampLessThanEqualsPath",
    "NumericEquals", "TimestampGreaterThan", "StringGreaterThanEqualsPath", "TimestampGreaterThanEqualsPath",
    "TimestampLessThanEquals", "NumericLessThanEqualsPath", "TimestampEquals", "BooleanEqualsPath", "IsTimestamp",
    "StringLessThanEquals", "NumericLessThanEquals", "StringLessThanPath", "TimestampGreaterThanPath",
    "StringGreaterThan", "StringGreaterThanPath", "IsString", "StringEqualsPath", "TimestampEqualsPath",
    "TimestampLessThan", "StringGreaterThanEquals", "NumericGreaterThanPath", "NumericGreaterThanEquals",
    "NumericEqualsPath", "TimestampLessThanPath", "IsNull", "IsPresent", "TimestampGreaterThanEquals",
    "NumericGreaterThanEqualsPath",
)  # fmt: skip
_TOGETHER: Final = frozenset({*OPERATORS, *_COMBINERS})
MOST_DEEP: Final = 100


def check_rule(rule: Entry) -> None:
    """Tell of all that is wrong with one of the `Choices`."""
    fields.check_language(rule)
    if rule.language == "JSONata":
        rule.require("Condition", "Next")
        rule.supports(_OUTER | {"Condition"})
        _check_condition(rule)
    else:
        rule.require("Next")
        rule.supports(_OUTER | _TOGETHER | {"Variable", "Condition"})
        if not rule.has("Condition"):  # of which the language has been told already
            _check_comparison(rule, 1)


def _check_condition(rule: Entry) -> None:
    condition = rule.members.get("Condition")
    if not rule.has("Condition") or isinstance(condition, bool):
        return
    if not isinstance(condition, str) or not is_jsonata(condition):
        rule.wrong("The value must be a JSONata expression or a boolean", "Condition")
        return
    mistake = jsonata_mistake(condition, "Condition")
    if mistake is not None:
        rule.wrong(mistake.message, mistake.place, code=mistake.code)


def _check_comparison(rule: Entry, depth: int) -> None:
    found = [name for name in rule.members if name in _KINDS]
    if len(found) != 1:
        rule.wrong(f"The object must have only one of the following fields, [{', '.join(_KINDS)}]")
    elif depth >= MOST_DEEP:
        rule.wrong(f"Choice rules may be nested {MOST_DEEP} deep")
    elif found[0] == "Variable":
        _check_operators(rule)
    else:
        _check_combined(rule, found[0], depth)


def _check_combined(rule: Entry, name: str, depth: int) -> None:
    inner = [rule.inner(name)] if name == "Not" else list(rule.entries(name))
    for each in inner:
        if each is not None:
            each.supports(_TOGETHER | {"Variable", "Comment"})
            _check_comparison(each, depth + 1)


def _check_operators(rule: Entry) -> None:
    _check_path(rule, "Variable")
    rule.exactly_one(*_ORDER)
    for name in rule.members:
        if name in OPERATORS:
            _check_operator(rule, name)


def _check_operator(rule: Entry, name: str) -> None:
    if name.endswith("Path"):
        _check_path(rule, name)
    elif not OPERATORS[name].kind.accepts(rule.members[name]):
        rule.wrong(f"The value must be {OPERATORS[name].kind.told}", name)


def _check_path(rule: Entry, name: str) -> None:
    text = rule.text(name)
    if text is None:
        return
    try:
        compile_single_path(text, field=rule.inside(name))
    except ValueError as error:
        rule.wrong(not_a_reference(text, error), name)
