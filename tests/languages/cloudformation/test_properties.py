"""What holds for every template: known scopes give known values, orders are orders, both forms read alike."""

import json
from typing import Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from penstock.languages.cloudformation import (
    Made,
    Template,
    TemplateError,
    dependencies,
    in_order,
    pseudo_parameters,
    read,
    resolve,
    scope_of,
    unknowns,
)
from penstock.languages.cloudformation.references import references
from penstock.languages.cloudformation.tree import Json

NAMES: Final = ("A", "B", "C", "D", "E")
PSEUDO: Final = pseudo_parameters(account="123456789012", region="us-east-1", stack_name="s", stack_id="i")
# U+0085 ends a line in YAML 1.1, and PyYAML writes it as if it did not.
words = some.text(some.characters(codec="utf-8", exclude_characters="${}\x85"), max_size=6)


def texts(names: tuple[str, ...]) -> some.SearchStrategy[Json]:
    """Values that come to texts, and take them from these resources."""
    of_a_resource = some.sampled_from(names).flatmap(
        lambda name: some.sampled_from(
            [{"Ref": name}, {"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}}}/${{{name}.Arn}}"}]
        )
    )
    plain = some.one_of(words, some.just({"Ref": "P"}), some.just({"Ref": "AWS::Region"}))
    return some.recursive(
        some.one_of(plain, of_a_resource) if names else plain,
        lambda inner: some.one_of(
            some.builds(lambda parts: {"Fn::Join": ["-", parts]}, some.lists(inner, max_size=3)),
            some.builds(lambda one, two: {"Fn::If": ["Is", one, two]}, inner, inner),
            some.builds(lambda one: {"Fn::Base64": one}, inner),
            some.builds(lambda one: {"Fn::Sub": ["x${Own}", {"Own": one}]}, inner),
            some.builds(lambda one: {"Fn::Select": [0, {"Fn::Split": ["/", one]}]}, inner),
        ),
        max_leaves=5,
    )


def properties(names: tuple[str, ...]) -> some.SearchStrategy[Json]:
    leaves = some.one_of(texts(names), some.booleans(), some.integers(-9, 9), some.just({"Ref": "AWS::NoValue"}))
    lists_or_objects = some.one_of(leaves, some.lists(leaves, max_size=3))
    return some.dictionaries(some.sampled_from(("P", "Q", "R")), lists_or_objects, max_size=3)


def documents(*, may_turn: bool = False) -> some.SearchStrategy[Json]:
    """Templates in which a resource refers to those before it, or to any."""

    def resource(place: int) -> some.SearchStrategy[Json]:
        others = NAMES if may_turn else NAMES[:place]
        return some.fixed_dictionaries(
            {
                "Type": some.just("T"),
                "Properties": properties(others),
                "DependsOn": some.lists(some.sampled_from(others), max_size=2) if others else some.just([]),
            }
        )

    return some.fixed_dictionaries(
        {
            "Parameters": some.just({"P": {"Type": "String", "Default": "p"}}),
            "Conditions": some.builds(
                lambda right: {"Is": {"Fn::Equals": [{"Ref": "P"}, right]}}, some.sampled_from("pq")
            ),
            "Resources": some.fixed_dictionaries({name: resource(place) for place, name in enumerate(NAMES)}),
        }
    )


def evaluated(template: Template, made: dict[str, Made]) -> dict[str, Json]:
    scope = scope_of(template, parameters={"P": "p"}, pseudo=PSEUDO, made=made)
    return {name: resolve(each.properties, scope) for name, each in template.resources.items()}


@settings(max_examples=60, deadline=None)
@given(documents())
def test_where_all_is_known_nothing_is_unknown(document: Json) -> None:
    template = read(json.dumps(document))

    known = evaluated(template, {name: Made(name.lower(), {"Arn": f"arn:{name}"}) for name in NAMES})

    assert not unknowns(known)
    json.dumps(known)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_what_is_unknown_waits_for_what_the_resource_needs_and_what_is_known_stays(document: Json) -> None:
    template = read(json.dumps(document))
    needs = dependencies(template, scope_of(template, parameters={"P": "p"}, pseudo=PSEUDO))

    before = evaluated(template, {})
    after = evaluated(template, {name: Made(name.lower(), {"Arn": f"arn:{name}"}) for name in NAMES})

    for name, value in before.items():
        assert {each.name for each in unknowns(value)} <= needs[name]
        for key, each in value.items():
            assert unknowns(each) or each == after[name][key]


@settings(max_examples=60, deadline=None)
@given(documents(may_turn=True))
def test_resources_come_in_order_or_turn_in_a_circle(document: Json) -> None:
    needs = {
        name: {each.name for each in references(resource["Properties"]) if each.name in NAMES}
        | {*resource["DependsOn"]}
        for name, resource in document["Resources"].items()
    }
    order = in_order(needs)
    template = read(json.dumps(document))
    if len(order) < len(NAMES):
        with pytest.raises(TemplateError, match=r"^Circular dependency between resources: \["):
            dependencies(template)
        return
    assert dependencies(template) == needs

    assert sorted(order) == list(NAMES)
    assert all(needs[name] <= set(order[:place]) for place, name in enumerate(order))


class ShortForms(yaml.SafeDumper):  # type: ignore[misc]
    """Writes functions as people do."""


def _short(dumper: yaml.SafeDumper, value: Json) -> yaml.Node:
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref":
            return dumper.represent_scalar("!Ref", argument, style="'")
        if name == "Fn::GetAtt":
            return dumper.represent_scalar("!GetAtt", ".".join(argument), style="'")
        if name.startswith("Fn::") and isinstance(argument, str):
            return dumper.represent_scalar(f"!{name[4:]}", argument, style='"')
        if name.startswith("Fn::") and isinstance(argument, list):
            return dumper.represent_sequence(f"!{name[4:]}", argument)
    return dumper.represent_dict(value)


ShortForms.add_representer(dict, _short)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_all_forms_of_a_template_read_alike(document: Json) -> None:
    template = read(json.dumps(document))

    assert read(yaml.safe_dump(document, allow_unicode=True)) == template
    assert read(yaml.dump(document, Dumper=ShortForms, allow_unicode=True)) == template
