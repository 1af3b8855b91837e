"""What `States.*` calls come to, and what they say where they come to nothing.

What AWS answers where its documentation says nothing, or something else (fractions are cut off, the order of
`ArrayUnique`, seeds, the sentences of failures), is known from answers of AWS that gabrielmoreira/tiny-asl-machine has
recorded (`tests/conformance/cases/.snapshots/aws`).
"""

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages.asl.scene import cases, seen, written
from penstock.languages.asl.functions import LONGEST_TEXT
from penstock.languages.asl.intrinsics import compile_intrinsic
from penstock.languages.asl.view import Failure, View

Json = Any
INTRINSICS = cases("intrinsics")


def value(call: str, document: Json = None) -> Json:
    return compile_intrinsic(call, field="x.$").value(seen(document or INTRINSICS["document"]))


@pytest.mark.parametrize(("call", "expected"), INTRINSICS["cases"])
def test_a_call_comes_to(call: str, expected: Json) -> None:
    assert written(value(call)) == written(expected)


@pytest.mark.parametrize(("call", "why"), INTRINSICS["failing"])
def test_a_call_that_has_no_answer_fails_at_run_time_with_a_cause_that_names_it(call: str, why: str) -> None:
    with pytest.raises(Failure) as failure:
        value(call)

    assert failure.value.error == "States.Runtime"
    assert failure.value.cause == f"There was an error while evaluating the intrinsic function: {call}. {why}"


def test_a_text_may_have_so_many_characters_and_no_more() -> None:
    most = {"t": "a" * LONGEST_TEXT, "more": "a" * (LONGEST_TEXT + 1)}

    assert len(value("States.Hash($.t, 'MD5')", most)) == 32
    for call in ("States.Hash($.more, 'MD5')", "States.Base64Encode($.more)", "States.Base64Decode($.more)"):
        with pytest.raises(Failure, match="Invalid arguments in States"):
            value(call, most)


@pytest.mark.parametrize(("call", "why"), INTRINSICS["wrong"])
def test_what_is_no_call_is_refused(call: str, why: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the reason is the case's
        compile_intrinsic(call, field="x.$")

    assert why in str(refusal.value)


def test_a_path_in_a_call_that_finds_nothing_is_told_of_the_whole_call() -> None:
    with pytest.raises(Failure) as failure:
        value("States.Array(States.Array($.nope))", {"a": 1})

    assert failure.value.error == "States.Runtime"
    assert failure.value.cause == (
        "The function 'States.Array(States.Array($.nope))' had the following error: The JsonPath argument for the "
        "field '$.nope' could not be found in the input '{\"a\":1}'"
    )


def test_calls_nest_ten_deep_and_no_deeper() -> None:
    ten = "States.Array(" * 10 + ")" * 10

    assert written(value(ten)) == "[" * 10 + "]" * 10
    with pytest.raises(ValueError, match="nest at most 10 deep"):
        value(f"States.Array({ten})")


def test_a_call_knows_the_variables_in_all_of_its_arguments() -> None:
    call = compile_intrinsic("States.Format('{}{}', $a, States.Array($b.c, $.d, '$e'))", field="x.$")

    assert call.variables == {"a", "b"}


def test_luck_comes_from_the_view() -> None:
    assert value("States.UUID()") == value("States.UUID()")
    assert UUID(value("States.UUID()")).version == 4
    assert value("States.MathRandom(1, 999999)") == value("States.MathRandom(1, 999999)")


def test_a_seed_decides_a_random_number_whatever_the_luck() -> None:
    def drawn(chance: Callable[[], Random]) -> Json:
        view = View(document={}, variables={}, context=dict, at=0.0, chance=chance)
        return compile_intrinsic("States.MathRandom(1, 999999, 5)", field="x.$").value(view)

    assert drawn(lambda: Random(1)) == drawn(lambda: Random(2))


@given(st.integers(-1000, 1000), st.integers(1, 1000))
def test_a_random_number_is_from_the_start_up_to_but_not_including_the_end(start: int, width: int) -> None:
    number = value(f"States.MathRandom({start}, {start + width})")

    assert start <= number < start + width


@given(st.text(max_size=100))
def test_base64_there_and_back_is_the_same_text(text: str) -> None:
    assert value("States.Base64Decode(States.Base64Encode($.t))", {"t": text}) == text


@given(st.lists(st.integers() | st.text(max_size=5) | st.booleans() | st.none(), max_size=30), st.integers(1, 9))
def test_partitions_together_are_the_array(array: list[Json], size: int) -> None:
    parts = value(f"States.ArrayPartition($.a, {size})", {"a": array})

    assert [item for part in parts for item in part] == array
    assert all(len(part) == size for part in parts[:-1])


@given(st.text(max_size=40))
def test_a_text_in_quotes_is_itself_once_escaped(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("{", "\\{").replace("}", "\\}")

    assert value(f"States.Format('{escaped}')") == text
    assert value(f"States.ArrayGetItem(States.Array('{escaped}'), 0)") == text


@given(st.text(st.sampled_from("States.Format('{}', $.a)ArrayUUID()\\ 01"), max_size=30))
def test_any_text_is_a_call_or_is_refused_with_a_value_error(text: str) -> None:
    try:
        call = compile_intrinsic("States." + text, field="x.$")
    except ValueError:
        return
    with suppress(Failure):
        call.value(seen({"a": 1}))
