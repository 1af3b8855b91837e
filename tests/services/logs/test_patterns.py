"""Filter patterns: which messages each of them means."""

import json

import pytest

from penstock.services.logs.model import InvalidParameter
from penstock.services.logs.patterns import matcher


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR] 400", True),
        ("ERROR", "error", False),
        ("ERROR 400", "400 then ERROR", True),
        ("ERROR 400", "ERROR", False),
        ('"bad request"', "a bad request", True),
        ('"bad request"', "request bad", False),
        (r'"say \"hi\""', 'say "hi" now', True),
        ("?a1 ?b1", "only b1", True),
        ("?a1 ?b1", "none", False),
        ("ERROR -Exiting", "ERROR", True),
        ("ERROR -Exiting", "ERROR Exiting", False),
        ('-"a b"', "a b", False),
        ("ERROR ?other", "ERROR", True),
    ],
)
def test_terms(pattern: str, message: str, matches: bool) -> None:
    assert matcher(pattern)(message) is matches


EVENT = json.dumps(
    {"code": 404, "user": {"name": "anna", "tags": ["x", "y"]}, "ok": False, "none": None, "text": "404", "a-b": 1}
)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("{ $.code = 404 }", True),
        ("{ $.code != 404 }", False),
        ("{ $.code >= 400 && $.code < 500 }", True),
        ("{ $.code > 404 || $.user.name = anna }", True),
        ('{ $.user.name = "an*" }', True),
        ('{ $.user.name = "bo*" }', False),
        ('{ $.user.tags[1] = "y" }', True),
        ("{ $.user.tags[2] = y }", False),
        ("{ $.ok IS FALSE }", True),
        ("{ $.ok IS TRUE }", False),
        ("{ $.none IS NULL }", True),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.missing = 1 }", False),
        ("{ $.missing != 1 }", False),
        ('{ $.["a-b"] = 1 }', True),
        ("{ ($.code = 1 || $.code = 404) && $.ok IS FALSE }", True),
        ("{ $.code = 1 || $.code = 404 && $.ok IS TRUE }", False),
        ('{ $.text = "404" }', True),
    ],
)
def test_members_of_json(pattern: str, matches: bool) -> None:
    assert matcher(pattern)(EVENT) is matches


def test_a_message_that_is_no_json_has_no_members() -> None:
    assert matcher("{ $.a NOT EXISTS }")("plain text") is False


@pytest.mark.parametrize(
    "pattern",
    ["a.b", '"open', "{ $.a", "{ $.a = }", "{ $.a ~ 1 }", "{ a = 1 }", "{ $.a > x }", "[a, b]", "%x%", "{ ($.a = 1 }"],
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidParameter):
        matcher(pattern)
