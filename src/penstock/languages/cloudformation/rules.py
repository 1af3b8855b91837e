"""Rules: what a template asserts about its parameters, before anything is made."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.languages.cloudformation import conditions
from penstock.languages.cloudformation.conditions import Deciding, decide, plain
from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.scope import Scope
from penstock.languages.cloudformation.tree import Json, Template

OF_NETWORKS: Final = frozenset({"Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"})


def check_rules(template: Template, scope: Scope) -> None:
    """Raises `TemplateError` where an assertion of a rule does not hold."""
    deciding = Deciding(scope, _no_condition, FUNCTIONS)
    for rule in template.rules:
        _refuse_networks([rule.condition, *(each.condition for each in rule.assertions)])
        if rule.condition is not None and not decide(rule.condition, deciding):
            continue
        for assertion in rule.assertions:
            if not decide(assertion.condition, deciding):
                raise TemplateError(f"Rule {rule.name} is not met: {assertion.description or 'an assertion fails'}")


def _refuse_networks(value: Json) -> None:
    if isinstance(value, dict) and value.keys() & OF_NETWORKS:
        raise TemplateError(f"{', '.join(sorted(OF_NETWORKS))} are not supported: they are about networks of EC2.")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_networks(each)


def _no_condition(name: str) -> bool:
    raise TemplateError(f"Template error: a rule cannot name a condition, and one names {name}")


def _contains(argument: Json, deciding: Deciding) -> bool:
    texts, text = _pair("Contains", argument, deciding)
    return text in _list("Contains", texts)


def _each_member_equals(argument: Json, deciding: Deciding) -> bool:
    texts, text = _pair("EachMemberEquals", argument, deciding)
    return all(each == text for each in _list("EachMemberEquals", texts))


def _each_member_in(argument: Json, deciding: Deciding) -> bool:
    texts, allowed = _pair("EachMemberIn", argument, deciding)
    return all(each in _list("EachMemberIn", allowed) for each in _list("EachMemberIn", texts))


def _pair(function: str, argument: Json, deciding: Deciding) -> list[Json]:
    if not isinstance(argument, list) or len(argument) != 2:
        raise TemplateError(f"Template error: every Fn::{function} object requires a list of two parameters.")
    return [plain(each, deciding.scope) for each in argument]


def _list(function: str, value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TemplateError(f"Template error: every Fn::{function} object requires a list of strings.")
    return value


FUNCTIONS: Final[Mapping[str, Callable[[Any, Deciding], bool]]] = {
    **conditions.FUNCTIONS,
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_member_equals,
    "Fn::EachMemberIn": _each_member_in,
}
