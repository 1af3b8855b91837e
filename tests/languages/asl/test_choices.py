"""Which rules hold, and which are no rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages.asl.scene import cases, seen
from penstock.languages.asl.choices import compile_rule, compile_wildcard
from penstock.languages.asl.view import Failure

Json = Any
CHOICES = cases("choices")


@pytest.mark.parametrize(("rule", "expected"), CHOICES["cases"])
def test_a_rule_holds_or_not(rule: Json, expected: bool) -> None:
    condition = compile_rule({**rule, "Next": "There"}, "JSONPath", field="Choices[0]")

    assert condition.holds(seen(CHOICES["document"])) is expected


@pytest.mark.parametrize(("rule", "why"), CHOICES["wrong"])
def test_what_is_no_rule_is_refused(rule: Json, why: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the reason is the case's
        compile_rule(rule, "JSONPath", field="Choices[0]")

    assert why in str(refusal.value)


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$.missing", "NumericEquals": 1},
        {"Variable": "$.n", "NumericEqualsPath": "$.missing"},
        {"Variable": "$.missing", "IsNull": True},
        {"Not": {"Variable": "$.missing", "IsString": True}},
    ],
)
def test_a_variable_that_is_not_there_is_a_runtime_error(rule: Json) -> None:
    with pytest.raises(Failure) as failure:
        compile_rule(rule, "JSONPath", field="Choices[0]").holds(seen(CHOICES["document"]))

    assert failure.value.error == "States.Runtime"
    assert failure.value.cause == (
        "Invalid path '$.missing': The choice state's condition path references an invalid value."
    )


def test_a_rule_knows_the_variables_of_both_sides() -> None:
    rule = {"And": [{"Variable": "$a", "IsNull": True}, {"Not": {"Variable": "$b.x", "NumericEqualsPath": "$c"}}]}

    assert compile_rule(rule, "JSONPath", field="Choices[0]").variables == {"a", "b", "c"}


def test_a_jsonata_condition_is_a_boolean_expression() -> None:
    condition = compile_rule({"Condition": "{% $states.input.n > 1 %}"}, "JSONata", field="Choices[0]")

    assert condition.holds(seen({}, input={"n": 2})) is True
    assert condition.holds(seen({}, input={"n": 0})) is False


def test_a_jsonata_condition_that_is_not_a_boolean_is_told_with_its_value() -> None:
    condition = compile_rule({"Condition": "{% $states.input.n %}"}, "JSONata", field="Choices[0]")

    with pytest.raises(Failure) as failure:
        condition.holds(seen({}, input={"n": 2}))

    assert failure.value.location == "Choices[0]/Condition"
    assert str(failure.value.cause).endswith("Expected 'boolean', but was 'number' for value: 2")


def test_rules_nest_only_so_deep() -> None:
    rule: Json = {"Variable": "$.n", "IsNull": True}
    for _ in range(120):
        rule = {"Not": rule}

    with pytest.raises(ValueError, match="nests more than 100 deep"):
        compile_rule(rule, "JSONPath", field="Choices[0]")


@given(st.text(max_size=20))
def test_an_escaped_text_matches_itself_alone(text: str) -> None:
    matches = compile_wildcard(text.replace("\\", "\\\\").replace("*", "\\*"))

    assert matches(text)
    assert not matches(text + "x")


@given(st.lists(st.text(st.sampled_from("ab"), max_size=3), min_size=2, max_size=5), st.text(st.sampled_from("ab")))
def test_texts_joined_by_anything_match_the_same_texts_joined_by_asterisks(parts: list[str], between: str) -> None:
    assert compile_wildcard("*".join(parts))(between.join(parts))


@given(st.text(st.sampled_from("ab"), max_size=12), st.text(st.sampled_from("ab*"), max_size=8))
def test_an_asterisk_stands_for_any_text(text: str, pattern: str) -> None:
    def slowly(text: str, pattern: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return any(slowly(text[skipped:], pattern[1:]) for skipped in range(len(text) + 1))
        return text[:1] == pattern[0] and slowly(text[1:], pattern[1:])

    assert compile_wildcard(pattern)(text) is slowly(text, pattern)
