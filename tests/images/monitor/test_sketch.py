"""The sketch stands for all that was added, never by chance, and as exactly as the library that others use."""

import datasketches
import numpy as np
import pytest

from penstock_image.monitor.sketch import Distribution, K, Sketch


def sketched(numbers: np.ndarray[tuple[int], np.dtype[np.float64]], by: int) -> Sketch:
    sketch = Sketch()
    for first in range(0, len(numbers), by):
        sketch.add(numbers[first : first + by])
    return sketch


def test_few_numbers_are_kept_as_they_came() -> None:
    sketch = sketched(np.array([3.0, 1.0, 2.0]), by=1)

    assert sketch.written() == {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[3.0, 1.0, 2.0]]}


@pytest.mark.parametrize("size", [K, K + 1, 99_999, 500_000])
def test_a_sketch_stands_for_as_many_numbers_as_were_added(size: int) -> None:
    sketch = sketched(np.arange(size, dtype=float), by=70_001)

    assert Distribution.of(sketch.levels).total == size
    assert sum(map(len, sketch.levels)) < 4 * K


def test_the_same_numbers_give_the_same_sketch() -> None:
    numbers = np.random.default_rng(1).normal(size=300_000)

    assert sketched(numbers, by=131_072).written() == sketched(numbers, by=131_072).written()


@pytest.mark.parametrize("order", ["drawn", "rising", "falling", "waves"])
def test_ranks_are_as_exact_as_those_of_datasketches(order: str) -> None:
    numbers = np.random.default_rng(2).normal(size=1_000_000)
    if order != "drawn":
        numbers.sort()
    if order == "falling":
        numbers = numbers[::-1].copy()
    if order == "waves":
        numbers = numbers.reshape(1000, 1000).T.flatten()
    points = np.quantile(numbers, np.linspace(0.01, 0.99, 99))

    told = Distribution.of(sketched(numbers, by=131_072).levels).up_to(points) / len(numbers)

    theirs = datasketches.kll_doubles_sketch.get_normalized_rank_error(K, False)
    assert np.abs(told - np.linspace(0.01, 0.99, 99)).max() < theirs


def test_buckets_hold_their_lower_bound_and_the_last_holds_both() -> None:
    distribution = Distribution.of([np.array([0.0, 1.0, 1.0, 9.0, 10.0])])

    buckets = distribution.buckets(0.0, 10.0)

    assert [bucket["count"] for bucket in buckets] == [1, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (buckets[0]["lower_bound"], buckets[9]["upper_bound"]) == (0.0, 10.0)


def test_buckets_of_one_value_hold_it_in_the_last() -> None:
    assert [bucket["count"] for bucket in Distribution.of([np.array([5.0, 5.0])]).buckets(5.0, 5.0)] == [0] * 9 + [2]
