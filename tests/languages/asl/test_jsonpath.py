"""What paths find, how a miss is told, and where a result path puts a value."""

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from languages.asl.scene import cases, seen, written
from penstock.languages.asl import jayway
from penstock.languages.asl.jsonpath import compile_path, compile_reference
from penstock.languages.asl.view import Failure

Json = Any
PATHS = cases("paths")
MISSES = cases("misses")


@pytest.mark.parametrize(("path", "expected"), PATHS["cases"])
def test_a_path_finds(path: str, expected: Json) -> None:
    found = compile_path(path, field="InputPath").value(seen(PATHS["document"]))

    assert written(found) == written(expected)


@pytest.mark.parametrize(("path", "expected"), PATHS["wrong"])
def test_what_is_no_path_is_refused_with_what_was_expected(path: str, expected: str) -> None:
    with pytest.raises(ValueError, match="not a valid JSONPath") as refusal:
        compile_path(path, field="InputPath")

    assert expected in str(refusal.value)


@pytest.mark.parametrize(("field", "path", "cause"), MISSES["cases"])
def test_each_field_tells_a_miss_in_its_own_words(field: str, path: str, cause: str) -> None:
    with pytest.raises(Failure) as failure:
        compile_path(path, field=field).value(seen(MISSES["document"]))

    assert (failure.value.error, failure.value.cause) == ("States.Runtime", cause)


def test_a_path_knows_the_variable_that_it_reads() -> None:
    assert compile_path("$answer.x", field="InputPath").variables == {"answer"}
    assert compile_path("$.answer", field="InputPath").variables == frozenset()
    assert compile_path("$$.answer", field="InputPath").variables == frozenset()


def test_a_variable_without_a_value_is_told_by_name() -> None:
    with pytest.raises(Failure, match=r"The variable '\$nobody' in the path '\$nobody.x'"):
        compile_path("$nobody.x", field="InputPath").value(seen({}))


def test_filters_and_paths_nest_only_so_deep() -> None:
    with pytest.raises(ValueError, match="nests at most"):
        jayway.compile_path("$[?(" + "(" * 99 + "@.a" + ")" * 99 + ")]")


def test_a_path_that_multiplies_what_it_visits_is_stopped() -> None:
    document: Json = 1
    for _ in range(60):
        document = [document]

    with pytest.raises(Failure, match="visits more than"):
        compile_path("$" + "..*" * 12, field="InputPath").value(seen(document))


def test_a_filter_that_compares_everything_with_everything_is_stopped() -> None:
    with pytest.raises(Failure, match="visits more than"):
        compile_path("$.a[?(@ in $.a)]", field="InputPath").value(seen({"a": list(range(2000))}))


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        ("$", {"a": 1}, "new"),
        ("$.b", {"a": 1}, {"a": 1, "b": "new"}),
        ("$.a", {"a": 1}, {"a": "new"}),
        ("$.b.c.d", {"a": 1}, {"a": 1, "b": {"c": {"d": "new"}}}),
        ("$.a.b", {"a": {"c": 1}}, {"a": {"c": 1, "b": "new"}}),
        ("$['a b']", {}, {"a b": "new"}),
        ("$.a[1]", {"a": [1, 2, 3]}, {"a": [1, "new", 3]}),
        ("$.a[0].b", {"a": [{}]}, {"a": [{"b": "new"}]}),
        ("$.a.b", {"a": None}, {"a": {"b": "new"}}),
        ("$.a", None, {"a": "new"}),
        ("$.a[0]", {}, {"a": ["new"]}),
        ("$.a[0].b", {"a": []}, {"a": [{"b": "new"}]}),
    ],
)
def test_a_result_path_puts_the_value_in_its_place(path: str, document: Json, expected: Json) -> None:
    before = copy.deepcopy(document)

    put = compile_reference(path, field="ResultPath").put(document, "new")

    assert put == expected
    assert document == before


def test_a_result_path_copies_only_what_lies_on_the_way() -> None:
    aside: Json = {"large": [1, 2, 3]}
    document = {"aside": aside, "way": {"aside": aside}}

    put = compile_reference("$.way.there", field="ResultPath").put(document, 1)

    assert put["aside"] is aside
    assert put["way"]["aside"] is aside


@pytest.mark.parametrize(
    ("path", "document"),
    [("$.a", "text"), ("$.a.b", {"a": [1]}), ("$.a[0]", {"a": {}}), ("$.a[1]", {"a": [1]}), ("$.a[1]", {})],
)
def test_a_place_that_cannot_be_is_a_result_path_match_failure(path: str, document: Json) -> None:
    with pytest.raises(Failure) as failure:
        compile_reference(path, field="ResultPath").put(document, 1)

    assert failure.value.error == "States.ResultPathMatchFailure"
    assert f"Unable to apply ReferencePath {path} to input " in str(failure.value.cause)


@pytest.mark.parametrize("path", ["$.a[*]", "$..a", "$.a[0,1]", "$.a[-1]", "$.a[1:]", "$['a','b']"])
def test_a_reference_path_names_one_place(path: str) -> None:
    with pytest.raises(ValueError, match="could name more than one place"):
        compile_reference(path, field="ResultPath")


@pytest.mark.parametrize("path", ["$$.a", "$variable", "$$"])
def test_a_reference_path_is_a_place_in_the_input(path: str) -> None:
    with pytest.raises(ValueError, match="does not name a place in the input"):
        compile_reference(path, field="ResultPath")


names = st.text(st.characters(codec="utf-8", exclude_characters="'\\"), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


def quoted(keys: list[str]) -> str:
    return "$" + "".join(f"['{key}']" for key in keys)


@given(st.dictionaries(names, documents, max_size=3), st.lists(names, min_size=1, max_size=4), documents)
def test_what_is_put_is_found_and_nothing_else_is_changed(document: Json, keys: list[str], value: Json) -> None:
    path = quoted(keys)
    before = copy.deepcopy(document)
    try:
        put = compile_reference(path, field="ResultPath").put(document, value)
    except Failure:
        reject()

    assert written(compile_path(path, field="x.$").value(seen(put))) == written(value)
    assert written(document) == written(before)
    assert all(written(put[key]) == written(document[key]) for key in document if key != keys[0])


@given(documents)
def test_a_scan_for_everything_finds_each_value_once(document: Json) -> None:
    def count(value: Json) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return sum(1 + count(one) for one in inner)

    assert len(compile_path("$..*", field="x.$").value(seen(document))) == count(document)


@given(st.text(st.sampled_from("$.[]()?@*'\"abc01,:&|=<>!~/- \\"), max_size=30))
def test_any_text_is_a_path_or_is_refused_with_a_value_error(text: str) -> None:
    try:
        path = jayway.compile_path("$" + text)
    except ValueError:
        return
    with suppress(jayway.NotFound):
        path.find({"a": [1, {"b": "c"}]})


@given(st.lists(st.integers(), max_size=8), st.integers(-10, 10))
def test_a_slice_open_at_one_end_is_what_is_before_or_behind(array: list[int], place: int) -> None:
    assert compile_path(f"$[{place}:]", field="x.$").value(seen(array)) == array[place:]
    assert compile_path(f"$[:{place}]", field="x.$").value(seen(array)) == array[:place]


@given(st.lists(st.integers(-5, 5) | st.booleans() | st.text(st.sampled_from("ab")), max_size=8), st.integers(-5, 5))
def test_a_filter_keeps_in_order_what_its_test_holds_for(array: list[Json], limit: int) -> None:
    kept = [value for value in array if type(value) is int and value > limit]
    others = [value for value in array if type(value) is not int or value <= limit]

    assert written(compile_path(f"$[?(@ > {limit})]", field="x.$").value(seen(array))) == written(kept)
    assert written(compile_path(f"$[?(!(@ > {limit}))]", field="x.$").value(seen(array))) == written(others)
