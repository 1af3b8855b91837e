"""How items are bundled into batches."""

import pytest

from penstock.services.stepfunctions.interpreter.batching import batches
from penstock.wire.call import Json


def bundled(items: list[Json], *, batch_input: Json = None, max_items: int = 0, max_bytes: int = 0) -> list[list[Json]]:
    found = list(batches(items, batch_input=batch_input, max_items=max_items, max_bytes=max_bytes))
    assert all(batch.get("BatchInput") == batch_input for batch in found)
    return [batch["Items"] for batch in found]


@pytest.mark.parametrize(("most", "expected"), [(0, [[1, 2, 3]]), (1, [[1], [2], [3]]), (2, [[1, 2], [3]])])
def test_a_batch_has_as_many_items_as_it_may(most: int, expected: list[list[Json]]) -> None:
    assert bundled([1, 2, 3], max_items=most) == expected


def test_a_batch_is_no_larger_than_it_may_be_with_its_input() -> None:
    assert bundled(["a" * 10] * 3, batch_input={"b": 1}, max_bytes=60) == [["a" * 10] * 2, ["a" * 10]]


def test_an_item_too_large_for_any_batch_has_one_of_its_own() -> None:
    assert bundled(["a", "b" * 100, "c"], max_bytes=50) == [["a"], ["b" * 100], ["c"]]


def test_without_a_bound_of_its_own_a_batch_is_as_large_as_an_input_may_be() -> None:
    assert [len(batch) for batch in bundled(["a" * 100_000] * 3)] == [2, 1]


def test_no_items_are_in_no_batch() -> None:
    assert bundled([]) == []
