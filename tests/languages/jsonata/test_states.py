"""JSONata as Step Functions has it: its functions, what ends an expression, and what an expression refers to."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from penstock.languages.jsonata import UNDEFINED, JsonataError, compile_expression

PLAIN = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=20,
)


def value(text: str, **bindings: Any) -> Any:
    return compile_expression(text).evaluate(bindings, now=0.0, chance=lambda: random.Random(7))


def failure(text: str, **bindings: Any) -> JsonataError:
    with pytest.raises(JsonataError) as found:
        value(text, **bindings)
    return found.value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$partition([1..5], 2)", [[1, 2], [3, 4], [5]]),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"),
        ("$hash('a', 'SHA-1')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("$parse('-0')", 0),
        ("$parse('{\"a\": [1.0, null]}')", {"a": [1, None]}),
        ("$random(5) = $random(5)", True),
        ("$random() = $random()", False),
        ("$length($uuid())", 36),
        ("$now()", "1970-01-01T00:00:00.000Z"),
        ("$millis()", 0),
    ],
)
def test_step_functions_adds_functions(text: str, result: Any) -> None:
    assert value(text) == result


def test_an_evaluation_repeated_with_the_same_chance_gives_the_same() -> None:
    assert value("[$random(), $uuid(), $shuffle([1..9])]") == value("[$random(), $uuid(), $shuffle([1..9])]")


@pytest.mark.parametrize("text", ["$eval('1')", "$randomSeeded(1)"])
def test_a_function_that_step_functions_lacks_cannot_be_called(text: str) -> None:
    assert str(failure(text)) == "T1006: Attempted to invoke a non-function"


def test_whole_numbers_read_as_such() -> None:
    assert json.dumps(value("[1.5 * 2, 6 / 2, $sum([0.5, 0.5]), 1e3, 0.1]")) == "[3, 3, 1, 1000, 0.1]"


@pytest.mark.parametrize("text", ["$sum", "/a/", "function($x) { $x }"])
def test_a_function_is_no_result(text: str) -> None:
    assert value(text) is UNDEFINED


@pytest.mark.parametrize(
    "text",
    [
        "($f := function($n) { $f($n) }; $f(1))",
        "($f := function($n) { 1 + $f($n) }; $f(1))",
        "$reduce([1..1e7], function($a, $b) { $a + $b })",
        "$pad('x', 1e9)",
        "$reduce([1..60], function($a, $b) { $a & $a }, 'x')",
        '$reduce([1..60], function($a, $b) { {"a": $a, "b": $a} }, {})',
        '$string($reduce([1..60], function($a, $b) { {"a": $a, "b": $a} }, {}))',
        "$contains($pad('', 30, 'a') & '!', /^(a+)+$/)",
        "$contains($pad('', 200000, 'a'), /a*a*a*b/)",
        "$range(1, 1e9, 1)",
        "(" * 3000 + "1" + ")" * 3000,
    ],
)
def test_an_expression_that_does_not_end_is_ended(text: str) -> None:
    assert failure(text).code == "U1001"


def test_recursion_may_be_a_thousand_calls_deep() -> None:
    assert value("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(1000))") == 1000


def test_recursion_at_the_end_of_a_function_needs_no_depth() -> None:
    assert value("($f := function($n) { $n = 0 ? 'done' : $f($n - 1) }; $f(20000))") == "done"


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("$states.input.a + $x", {"$states.input.a", "$x"}),
        ("$states.context.Execution.Id", {"$states.context.Execution.Id"}),
        ("($y := $x.a.b[0].c; $y & $z)", {"$x.a.b", "$z"}),
        ("$map($items, function($v) { $v * $rate })", {"$items", "$rate"}),
        ("$sum($.a)", set()),
    ],
)
def test_an_expression_tells_what_it_refers_to(text: str, paths: set[str]) -> None:
    expression = compile_expression(text)

    assert expression.paths == paths
    assert expression.variables == {path.removeprefix("$").partition(".")[0] for path in paths}


def test_what_an_expression_is_given_is_not_changed() -> None:
    given_value = {"a": [{"b": 1}], "e": []}

    value('[$x ~> |a|{"b": 2}|, $x.e{"k": $}, $x.a[]]', x=given_value)

    assert given_value == {"a": [{"b": 1}], "e": []}


@given(PLAIN)
def test_any_json_comes_back_as_it_was(anything: Any) -> None:
    assert value("$x", x=anything) == anything


@given(some.text(max_size=40))
def test_any_text_is_an_expression_or_is_refused_with_a_sentence(text: str) -> None:
    sentences = []
    try:
        value(text)
    except JsonataError as error:
        sentences.append(error.message)

    assert all(sentences)
