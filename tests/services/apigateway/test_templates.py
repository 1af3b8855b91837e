"""Mapping templates: which values stand where, and what is text."""

import pytest

from penstock.services.apigateway.templates import Inputs, check, rendered

INPUTS = Inputs(
    body=b'{"a": {"b": [1, "x"]}, "text": "hi"}',
    parameter=lambda name: f"<{name}>",
    context={"stage": "prod", "identity": {"sourceIp": "10.0.0.1", "user": None}},
    variables={"who": "me"},
)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("$input.json('$.a')!", '{"b":[1,"x"]}!'),
        ('$input.json("$.text")', '"hi"'),
        ("$input.path('$.text')", "hi"),
        ("$input.path('$.a.b[0]'), $!{input.path('$.nothing')}.", "1, ."),
        ("$input.params('q')/${context.stage}s", "<q>/prods"),
        ("$context.identity.sourceIp. $context.identity.user;$context.none", "10.0.0.1. ;"),
        ("$stageVariables.who $stageVariables.nobody", "me "),
        ("[$input.body]", '[{"a": {"b": [1, "x"]}, "text": "hi"}]'),
        ("costs $5, #1 #colour", "costs $5, #1 #colour"),
    ],
)
def test_a_template_is_text_with_values_in_it(template: str, text: str) -> None:
    check(template)

    assert rendered(template, INPUTS) == text


def test_a_body_that_is_no_json_has_no_values() -> None:
    assert rendered("<$input.json('$.a')>", Inputs(body=b"1,2;")) == "<>"
