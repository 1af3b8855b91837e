"""Event patterns: what fits, and what is no pattern."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages.patterns import plain
from penstock.languages.patterns import Index, Pattern, WrongPattern, parse
from penstock.languages.patterns.wildcards import wildcard

EVENT = {
    "source": "me", "detail-type": "done", "resources": ["arn:1", "arn:2"], "account": "123456789012",
    "detail": {
        "name": "Data.CSV", "took": 1.5, "ok": True, "why": None, "ip": "10.1.2.3", "tags": ["a", ["b"]], "none": [],
        "parts": [{"n": 1, "state": "good"}, {"n": 2, "state": "bad"}],
    },
}  # fmt: skip

FITTING: list[tuple[dict[str, Any], bool]] = [
    ({"source": ["me"]}, True),
    ({"source": ["other", "me"], "detail-type": ["done"]}, True),
    ({"source": ["me"], "detail-type": ["begun"]}, False),
    ({"resources": ["arn:2"]}, True),
    ({"detail": {"tags": ["b"]}}, True),
    ({"detail": {"ok": [True]}}, True),
    ({"detail": {"ok": [1]}}, False),
    ({"detail": {"ok": ["true"]}}, False),
    ({"detail": {"why": [None]}}, True),
    ({"detail": {"took": [1.5]}}, True),
    ({"detail": {"name": [{"prefix": "Data"}]}}, True),
    ({"detail": {"name": [{"prefix": "data"}]}}, False),
    ({"detail": {"name": [{"prefix": {"equals-ignore-case": "data"}}]}}, True),
    ({"detail": {"name": [{"suffix": ".csv"}]}}, False),
    ({"detail": {"name": [{"suffix": {"equals-ignore-case": ".csv"}}]}}, True),
    ({"detail": {"name": [{"equals-ignore-case": "data.csv"}]}}, True),
    ({"detail": {"name": [{"wildcard": "D*.*"}]}}, True),
    ({"detail": {"name": [{"anything-but": "Data.CSV"}]}}, False),
    ({"detail": {"name": [{"anything-but": ["x", "y"]}]}}, True),
    ({"detail": {"name": [{"anything-but": {"prefix": "Data"}}]}}, False),
    ({"detail": {"name": [{"anything-but": {"suffix": [".txt", ".log"]}}]}}, True),
    ({"detail": {"name": [{"anything-but": {"equals-ignore-case": ["DATA.csv"]}}]}}, False),
    ({"detail": {"name": [{"anything-but": {"wildcard": "*.txt"}}]}}, True),
    ({"detail": {"took": [{"anything-but": [1.5]}]}}, False),
    ({"detail": {"took": [{"anything-but": "1.5"}]}}, True),
    ({"detail": {"tags": [{"anything-but": ["a"]}]}}, True),
    ({"detail": {"took": [{"numeric": [">", 1, "<=", 1.5]}]}}, True),
    ({"detail": {"took": [{"numeric": ["=", 2]}]}}, False),
    ({"detail": {"ok": [{"numeric": ["=", 1]}]}}, False),
    ({"detail": {"ip": [{"cidr": "10.1.0.0/16"}]}}, True),
    ({"detail": {"ip": [{"cidr": "10.2.0.0/16"}]}}, False),
    ({"detail": {"ip": [{"cidr": "2001:db8::/32"}]}}, False),
    ({"detail": {"name": [{"exists": True}]}}, True),
    ({"detail": {"why": [{"exists": True}]}}, True),
    ({"detail": {"error": [{"exists": False}]}}, True),
    ({"detail": {"none": [{"exists": False}]}}, True),
    ({"detail": {"parts": [{"exists": True}]}}, False),
    ({"detail": {"parts": [{"exists": False}]}}, True),
    ({"detail": {"deep": {"er": [{"exists": False}]}}}, True),
    ({"detail": {"deep": {"er": ["x"]}}}, False),
    ({"detail": {"error": [{"exists": False}, "x"]}}, True),
    ({"detail": {"error": [{"anything-but": "x"}]}}, False),
    ({"detail": {"parts": {"n": [2], "state": ["bad"]}}}, True),
    ({"detail": {"parts": {"n": [1], "state": ["bad"]}}}, False),
    ({"$or": [{"source": ["other"]}, {"detail-type": ["done"]}]}, True),
    ({"$or": [{"source": ["other"]}, {"detail-type": ["begun"]}]}, False),
    ({"detail": {"$or": [{"took": [{"numeric": ["<", 1]}]}, {"$or": [{"ok": [True]}, {"name": ["x"]}]}]}}, True),
    ({"source": ["other"], "$or": [{"account": ["123456789012"]}, {"detail-type": ["done"]}]}, False),
]


@pytest.mark.parametrize(("pattern", "fits"), FITTING)
def test_an_event_fits_or_not(pattern: dict[str, Any], fits: bool) -> None:
    read = parse(json.dumps(pattern))

    assert read.fits(EVENT) is fits
    assert Index([("rule", read)]).matching(EVENT) == (["rule"] if fits else [])


WRONG = [
    ("{", "Invalid JSON"),
    ("[" * 100_000, "Invalid JSON"),
    ("[]", "Filter is not an object"),
    ("{}", "Empty objects are not allowed"),
    ('{"detail": {}}', "Empty objects are not allowed"),
    ('{"source": []}', "Empty arrays are not allowed"),
    ('{"source": "me"}', '"source" must be an object or an array'),
    ('{"source": [["me"]]}', "Match value must be String, number, true, false, or null"),
    ('{"a": [{"like": "x"}]}', "Unrecognized match type like"),
    ('{"a": [{}]}', "Match expression name not found"),
    ('{"a": [{"prefix": "a", "suffix": "b"}]}', "Only one key allowed in match expression"),
    ('{"a": [{"exists": true, "suffix": "b"}]}', "Only one key allowed in match expression"),
    ('{"a": [{"prefix": 1}]}', "prefix match pattern must be a string"),
    ('{"a": [{"prefix": {"like": "a"}}]}', "Unsupported prefix pattern: like"),
    ('{"a": [{"suffix": null}]}', "suffix match pattern must be a string"),
    ('{"a": [{"equals-ignore-case": []}]}', "equals-ignore-case match pattern must be a string"),
    ('{"a": [{"wildcard": 1}]}', "wildcard match pattern must be a string"),
    ('{"a": [{"wildcard": "a**"}]}', "Consecutive wildcard characters at pos 2"),
    ('{"a": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 2"),
    ('{"a": [{"exists": "yes"}]}', "exists match pattern must be either true or false."),
    ('{"a": [{"cidr": "10.0.0.0"}]}', "Malformed CIDR, one '/' required"),
    ('{"a": [{"cidr": "10.0.0.0/x"}]}', "Malformed CIDR, mask bits must be an integer"),
    ('{"a": [{"cidr": "10.0.0.0/-1"}]}', "Malformed CIDR, mask bits must not be negative"),
    ('{"a": [{"cidr": "here/8"}]}', "Nonstandard IP address: here"),
    ('{"a": [{"cidr": "10.0.0.0/33"}]}', "IPv4 mask bits must be <= 32"),
    ('{"a": [{"numeric": 1}]}', "Value of numeric must be an array."),
    ('{"a": [{"numeric": []}]}', "Invalid member in numeric match: ]"),
    ('{"a": [{"numeric": [1]}]}', "Invalid member in numeric match: 1"),
    ('{"a": [{"numeric": ["~", 1]}]}', "Unrecognized numeric range operator: ~"),
    ('{"a": [{"numeric": ["=", "1"]}]}', "Value of equals must be numeric"),
    ('{"a": [{"numeric": ["<", true]}]}', "Value of < must be numeric"),
    ('{"a": [{"numeric": ["<", 1, ">", 0]}]}', "Too many elements in numeric expression"),
    ('{"a": [{"numeric": [">", 1, ">", 2]}]}', "Bad numeric range operator: >"),
    ('{"a": [{"numeric": [">", 1, 2]}]}', "Bad value in numeric range: 2"),
    ('{"a": [{"numeric": [">", 1, "<", 2, "<", 3]}]}', "Too many terms in numeric range expression"),
    ('{"a": [{"numeric": [">", 2, "<", 1]}]}', "Bottom must be less than top"),
    ('{"a": [{"numeric": [">", 1e10]}]}', "Value must be between -5.0E9 and 5.0E9, inclusive"),
    ('{"a": [{"anything-but": true}]}', "Value of anything-but must be an array or single string/number value."),
    ('{"a": [{"anything-but": [null]}]}', "Inside anything but list, start|null|boolean is not supported."),
    ('{"a": [{"anything-but": []}]}',
     "Inside anything but list, either all values are number or string, mixed type is not supported"),
    ('{"a": [{"anything-but": ["a", 1]}]}',
     "Inside anything but list, either all values are number or string, mixed type is not supported"),
    ('{"a": [{"anything-but": {}}]}', "Anything-But expression name not found"),
    ('{"a": [{"anything-but": {"numeric": ["=", 1]}}]}', "Unsupported anything-but pattern: numeric"),
    ('{"a": [{"anything-but": {"prefix": ""}}]}', "Null prefix/suffix not allowed"),
    ('{"a": [{"anything-but": {"prefix": 1}}]}', "prefix/suffix match pattern must be a string"),
    ('{"$or": {}}', "It must be an Array followed with $or."),
    ('{"$or": [{"a": [1]}]}', "There must have at least 2 Objects in $or relationship."),
    ('{"$or": [{"a": [1]}, 2]}', "Only JSON object is allowed in array of $or relationship."),
    ('{"$or": [{"a": [1]}, {"prefix": ["x"]}]}',
     "prefix is Ruler reserved fieldName which cannot be used inside $or."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_no_pattern_is_told_in_eventbridges_words(text: str, sentence: str) -> None:
    with pytest.raises(WrongPattern) as wrong:
        parse(text)

    assert str(wrong.value) == sentence


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("plain", "plain", True), ("plain", "plainer", False), ("*", "", True), ("a*", "b", False),
        ("a*a", "a", False), ("a*a", "aa", True), ("*/b/*", "a/b/c", True), ("*ab*b", "ab", False),
        (r"a\*b", "a*b", True), (r"a\*b", "axb", False), ("a" + "*a" * 50 + "b", "a" * 500, False),
    ],
)  # fmt: skip
def test_a_wildcard_stands_for_any_text(pattern: str, text: str, fits: bool) -> None:
    assert wildcard(pattern)(text) == fits


NAMES = st.sampled_from(["a", "b", "source", "detail-type"])
TEXTS = st.sampled_from(["", "a", "A", "ab", "aB", "10.0.0.1", "10.1.0.9", "::1", "a*", "true"])
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, 1.0, -2.5]))
VALUES = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
WILDCARDS = st.sampled_from(["a", "*", "a*", "*b", "*a*", r"a\*", "a*b*", "10.*"])


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


def keyed(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return values.map(lambda value: {name: value})


NUMERIC = st.one_of(
    st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), NUMBERS).map(list),
    st.tuples(st.sampled_from([">", ">="]), st.integers(-3, 0), st.sampled_from(["<", "<="]), st.integers(1, 3)).map(
        list
    ),
)
NOT_EMPTY = TEXTS.filter(bool)
MATCHERS = st.one_of(
    keyed("prefix", st.one_of(TEXTS, keyed("equals-ignore-case", TEXTS))),
    keyed("suffix", st.one_of(TEXTS, keyed("equals-ignore-case", TEXTS))),
    keyed("equals-ignore-case", TEXTS),
    keyed("wildcard", WILDCARDS),
    keyed("exists", st.booleans()),
    keyed("cidr", st.sampled_from(["10.0.0.0/8", "10.0.0.0/24", "::/0"])),
    keyed("numeric", NUMERIC),
    keyed(
        "anything-but",
        st.one_of(
            some(TEXTS), some(NUMBERS), keyed("prefix", some(NOT_EMPTY)), keyed("suffix", some(NOT_EMPTY)),
            keyed("equals-ignore-case", some(TEXTS)), keyed("wildcard", some(WILDCARDS)),
        ),
    ),
)  # fmt: skip
LEAVES = st.lists(st.one_of(VALUES, MATCHERS), min_size=1, max_size=3)


def extended(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    objects = members.filter(lambda node: True)
    ways = st.lists(objects, min_size=2, max_size=3)
    return st.one_of(objects, st.tuples(objects, ways).map(lambda two: {**two[0], "$or": two[1]}))


PATTERNS = st.dictionaries(NAMES, st.recursive(LEAVES, extended, max_leaves=6), min_size=1, max_size=3)
DETAILS = st.recursive(
    VALUES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
EVENTS = st.tuples(st.dictionaries(NAMES, DETAILS, max_size=4), TEXTS, TEXTS).map(
    lambda three: {**three[0], "source": three[1], "detail-type": three[2]}
)


EXACT = st.dictionaries(
    NAMES, st.one_of(st.lists(TEXTS, min_size=1, max_size=2), keyed("a", st.lists(TEXTS, min_size=1))), min_size=1
)


@given(
    st.one_of(st.lists(PATTERNS, min_size=1, max_size=5), st.lists(EXACT | PATTERNS, min_size=8, max_size=16)), EVENTS
)
def test_an_index_finds_what_a_plain_evaluator_finds(patterns: list[dict[str, Any]], event: dict[str, Any]) -> None:
    index = Index(enumerate(parse(json.dumps(pattern)) for pattern in patterns))

    found = [number for number, pattern in enumerate(patterns) if plain.fits(pattern, event)]

    assert sorted(index.matching(event)) == found
    assert [n for n, pattern in enumerate(patterns) if parse(json.dumps(pattern)).fits(event)] == found


def test_a_thousand_patterns_of_one_source_are_not_all_asked() -> None:
    asked: list[int] = []

    def pattern(number: int) -> Pattern:
        wanted = {"source": ["s"], "detail": {"bucket": [f"b{number}"], "state": ["done"]}}
        read = parse(json.dumps(wanted))

        def rest(event: Mapping[str, Any]) -> bool:
            asked.append(number)
            return read.rest(event)

        return replace(read, rest=rest)

    index = Index((number, pattern(number)) for number in range(1_000))

    detail = {"bucket": ["b7", "b8"], "state": "done"}
    assert sorted(index.matching({"source": "s", "detail-type": "t", "detail": detail})) == [7, 8]
    assert index.matching({"source": "s", "detail-type": "t", "detail": {"bucket": "b1000", "state": "done"}}) == []
    assert sorted(asked) == [7, 8]
