"""Conditions, decided once for a template and its parameters; and the scope that its values are evaluated in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.languages.cloudformation.errors import TemplateError, no_condition
from penstock.languages.cloudformation.references import in_order, references
from penstock.languages.cloudformation.resolve import resolve, text_of
from penstock.languages.cloudformation.scope import Made, Scope
from penstock.languages.cloudformation.tree import Json, Template


@dataclass(frozen=True, slots=True)
class Deciding:
    """What truth is decided in: names stand for conditions, and these functions are there."""

    scope: Scope
    named: Callable[[str], bool]
    functions: Mapping[str, "Callable[[Any, Deciding], bool]"]


def scope_of(
    template: Template,
    *,
    parameters: Mapping[str, Json],
    pseudo: Mapping[str, Json],
    exports: Mapping[str, Json] | None = None,
    made: Mapping[str, Made] | None = None,
) -> Scope:
    """What the template's values are evaluated in, its conditions decided. `parameters` are as `values` gives them."""
    bare = Scope(parameters=parameters, pseudo=pseudo, mappings=template.mappings)
    conditions = decided(template, bare)
    return Scope(
        parameters=parameters,
        pseudo=pseudo,
        mappings=template.mappings,
        conditions=conditions,
        exports=exports or {},
        declared={
            name: each.type
            for name, each in template.resources.items()
            if holds(each.condition, conditions, "Resources")
        },
        made=made or {},
    )


def holds(condition: str, conditions: Mapping[str, bool], block: str) -> bool:
    """Whether what carries this condition's name (or none) is there."""
    if condition and condition not in conditions:
        raise no_condition(condition, block)
    return not condition or conditions[condition]


def decided(template: Template, scope: Scope) -> dict[str, bool]:
    """Every condition of a template, true or false."""
    needs = {name: set(_names(each)) for name, each in template.conditions.items()}
    for name in sorted(set().union(*needs.values()) - needs.keys()):
        raise no_condition(name, "Conditions")
    order = in_order(needs)
    if len(order) < len(needs):
        circle = ", ".join(sorted(needs.keys() - set(order)))
        raise TemplateError(f"Template error: Found circular condition dependency between [{circle}]")
    outcomes: dict[str, bool] = {}
    deciding = Deciding(scope, outcomes.__getitem__, FUNCTIONS)
    for name in order:
        outcomes[name] = decide(template.conditions[name], deciding)
    return {name: outcomes[name] for name in template.conditions}


def _names(value: Json) -> Iterator[str]:
    """The conditions that a condition names."""
    for name, each in value.items() if isinstance(value, dict) else ():
        if name == "Condition" and isinstance(each, str):
            yield each
        yield from _names(each)
    for each in value if isinstance(value, list) else ():
        yield from _names(each)


def decide(value: Json, deciding: Deciding) -> bool:
    """Whether a condition's value is true."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        function = deciding.functions.get(name)
        if function is not None:
            return function(argument, deciding)
    if isinstance(value, bool):
        return value
    raise TemplateError(
        "Template format error: Conditions can only be boolean operations on parameters and other conditions"
    )


def _condition(name: Json, deciding: Deciding) -> bool:
    if not isinstance(name, str):
        raise TemplateError("Template format error: Every Condition member must be a string.")
    return deciding.named(name)


def _equals(argument: Json, deciding: Deciding) -> bool:
    if not isinstance(argument, list) or len(argument) != 2:
        raise TemplateError("Template error: every Fn::Equals object requires a list of two string parameters.")
    left, right = (plain(each, deciding.scope) for each in argument)
    return bool(left == right)


def plain(value: Json, scope: Scope) -> Json:
    """A condition's operand: texts, numbers and truth values compare as texts."""
    _refuse_resources(value, scope)
    found = resolve(value, scope)
    text = text_of(found)
    return found if text is None else text


def _refuse_resources(value: Json, scope: Scope) -> None:
    for each in references(value):
        if each.name not in scope.parameters and each.name not in scope.pseudo:
            raise TemplateError(
                f"Template format error: Unresolved dependencies [{each.name}]. Cannot reference resources in the "
                "Conditions block of the template"
            )


def _not(argument: Json, deciding: Deciding) -> bool:
    if not isinstance(argument, list) or len(argument) != 1:
        raise TemplateError("Template error: every Fn::Not object requires one boolean parameter.")
    return not decide(argument[0], deciding)


def _and(argument: Json, deciding: Deciding) -> bool:
    return all(decide(each, deciding) for each in _several("And", argument))


def _or(argument: Json, deciding: Deciding) -> bool:
    return any(decide(each, deciding) for each in _several("Or", argument))


def _several(name: str, argument: Json) -> list[Json]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
        raise TemplateError(
            f"Template error: every Fn::{name} object requires a list of at least 2 and at most 10 boolean parameters."
        )
    return argument


FUNCTIONS: Final[Mapping[str, Callable[[Any, Deciding], bool]]] = {
    "Condition": _condition,
    "Fn::And": _and,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::Or": _or,
}
