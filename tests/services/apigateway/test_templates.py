"""Mapping templates: which values stand where, and what is text."""

import json
import re

import pytest

from penstock.services.apigateway.templates import Inputs, check, rendered
from penstock.wire.call import ServiceError

INPUTS = Inputs(
    body=b'{"a": {"b": [1, "x"]}, "text": "hi"}',
    parameter=lambda name: f"<{name}>",
    context={"stage": "prod", "identity": {"sourceIp": "10.0.0.1", "user": None}},
    variables={"who": "me", "coded": "aGk="},
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
        ("$util.escapeJavaScript($input.json('$.a'))!", r"{\"b\":[1,\"x\"]}!"),
        ("$util.urlEncode($context.identity.sourceIp)/$util.base64Encode($input.path('$.text'))", "10.0.0.1/aGk="),
        ("$util.urlDecode($input.params('a+b'))$util.base64Decode($stageVariables.coded)", "<a b>hi"),
        ("costs $5, #1 #colour", "costs $5, #1 #colour"),
    ],
)
def test_a_template_is_text_with_values_in_it(template: str, text: str) -> None:
    check(template)

    assert rendered(template, INPUTS) == text


def test_a_text_is_escaped_as_javascript_has_it_and_single_quotes_need_not_be() -> None:
    inputs = Inputs(body='"it\'s ä\\n\\\\ a/b 😀"'.encode())

    assert rendered("$util.escapeJavaScript($input.path('$'))", inputs) == r"it\'s \u00E4\n\\ a\/b \uD83D\uDE00"
    template = r"""{"in": "$util.escapeJavaScript($input.path('$')).replaceAll("\\'","'")"}"""
    check(template)
    assert json.loads(rendered(template, inputs)) == {"in": "it's ä\n\\ a/b 😀"}


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("$util.parseJson($input.body)", "$util.parseJson"),
        ("$util.urlEncode($who)", "$util.urlEncode($who)"),
        ("$util.urlEncode($input.body.x)", "$util.urlEncode($input.body.x)"),
        ("#set($a = 1)", "#set"),
    ],
)
def test_what_is_not_read_is_refused_by_name(template: str, named: str) -> None:
    with pytest.raises(ServiceError, match=re.escape(f"templates with {named}:")):
        check(template)


def test_a_body_that_is_no_json_has_no_values() -> None:
    assert rendered("<$input.json('$.a')>", Inputs(body=b"1,2;")) == "<>"
