"""Functions on arrays: those that call another for each item, and those that put items in another order."""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages.jsonata.arithmetic import is_numeric
from penstock.languages.jsonata.calls import Native, call, few
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Function, Sequence, Value, appended, size, truth


def mapped(run: Run, items: Value, function: Function) -> Value:
    """What a function makes of each item."""
    if items is UNDEFINED:
        return UNDEFINED
    results = (few(run, function, item, place, items) for place, item in enumerate(items))
    return Sequence(result for result in results if result is not UNDEFINED)


def filtered(run: Run, items: Value, function: Function) -> Value:
    """The items for which a function is true."""
    if items is UNDEFINED:
        return UNDEFINED
    return Sequence(item for place, item in enumerate(items) if truth(few(run, function, item, place, items)))


def single(run: Run, items: Value, function: Value) -> Value:
    """The only item for which a function is true; it is an error if there are none or more."""
    if items is UNDEFINED:
        return UNDEFINED
    found: list[Value] = []
    for place, item in enumerate(items):
        if function is UNDEFINED or truth(few(run, function, item, place, items)):
            if found:
                raise JsonataError("D3138", index=place)
            found.append(item)
    if not found:
        raise JsonataError("D3139")
    return found[0]


def reduced(run: Run, items: Value, function: Function, start: Value) -> Value:
    """All items taken together, two at a time."""
    if items is UNDEFINED:
        return UNDEFINED
    if function.arity < 2:
        raise JsonataError("D3050", index=1)
    begins = start is UNDEFINED and bool(items)
    result = items[0] if begins else start
    for place in range(1 if begins else 0, len(items)):
        arguments = [result, items[place], place, items][: max(2, function.arity)]
        result = call(run, function, arguments)
    return result


def zipped(run: Run, *arrays: Value) -> list[Value]:
    """The first items of all arrays, then the second, as long as the shortest goes."""
    shortest = min((len(array) if isinstance(array, list) else 0 for array in arrays), default=0)
    run.pay(shortest * len(arrays))
    return [[array[place] for array in arrays] for place in range(shortest)]


def count(_run: Run, items: Value) -> int:
    """How many items there are."""
    return 0 if items is UNDEFINED else len(items)


def append(run: Run, first: Value, second: Value) -> Value:
    """Two arrays as one."""
    run.pay_copy(sum(len(each) for each in (first, second) if isinstance(each, list)))
    return appended(first, second)


def reverse(run: Run, items: Value) -> Value:
    """The items from the last to the first."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.pay_copy(len(items))
    return items[::-1]


def shuffle(run: Run, items: Value) -> Value:
    """The items in an order left to chance."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    run.pay(len(items))
    shuffled = list(items)
    run.random().shuffle(shuffled)
    return shuffled


def distinct(run: Run, items: Value) -> Value:
    """The items without those that are equal to an earlier one."""
    if not isinstance(items, list) or len(items) <= 1:
        return items
    found: list[Value] = Sequence() if isinstance(items, Sequence) else []
    known: set[Value] = set()
    for item in items:
        run.pay(size(item, run.left))
        mark = _mark(item)
        if mark not in known:
            known.add(mark)
            found.append(item)
    return found


def _mark(value: Value) -> Value:
    """Something that can be kept in a set, and is equal for values that are."""
    if isinstance(value, list):
        return ("array", *map(_mark, value))
    if isinstance(value, dict):
        return ("object", frozenset((name, _mark(field)) for name, field in value.items()))
    return (type(value) is bool, value)


def sort(run: Run, items: Value, function: Value) -> Value:
    """The items in order: of their values, or with those behind for which a function of two is true."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    if function is not UNDEFINED:
        return in_order(list(items), lambda left, right: _is_set(call(run, function, [left, right])))
    if not all(map(is_numeric, items)) and not all(isinstance(item, str) for item in items):
        raise JsonataError("D3070", index=1)
    run.pay(len(items))
    return sorted(items)


def _is_set(answer: Value) -> bool:
    """What JavaScript takes for true, unlike JSONata: an empty array or object too."""
    return isinstance(answer, list | dict | Function) or (bool(answer) and answer == answer)  # noqa: PLR0124


def in_order(items: list[Value], goes_behind: Callable[[Value, Value], bool]) -> list[Value]:
    """Merge sort as the reference does it, so that the same two items are the first to be found at odds; it asks only
    whether the left item goes behind the right one."""
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = in_order(items[:middle], goes_behind), in_order(items[middle:], goes_behind)
    merged: list[Value] = []
    first = second = 0
    while first < len(left) and second < len(right):
        if goes_behind(left[first], right[second]):
            merged.append(right[second])
            second += 1
        else:
            merged.append(left[first])
            first += 1
    return merged + left[first:] + right[second:]


FUNCTIONS: Final[Mapping[str, Native]] = {
    "map": Native(mapped, "<af>", arity=2),
    "filter": Native(filtered, "<af>", arity=2),
    "single": Native(single, "<af?>", arity=2),
    "reduce": Native(reduced, "<afj?:j>", arity=3),
    "zip": Native(zipped, "<a+>", arity=0),
    "count": Native(count, "<a:n>"),
    "append": Native(append, "<xx:a>", arity=2),
    "reverse": Native(reverse, "<a:a>"),
    "shuffle": Native(shuffle, "<a:a>"),
    "distinct": Native(distinct, "<x:x>"),
    "sort": Native(sort, "<af?:a>", arity=2),
}
