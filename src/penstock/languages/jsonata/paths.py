"""Paths: steps that lead from values to values, flattening as they go, and what is done with their results.

A step is taken from every item; arrays it leads to are flattened into one sequence. Where a step binds a variable
(`@$x`, `#$i`) or is somebody's parent (`%`), the path carries bindings (tuples) instead of values: dicts whose `@` is
the value.
"""

from collections.abc import Callable
from itertools import takewhile
from math import floor
from typing import Final

from penstock.languages.jsonata.arithmetic import is_numeric
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.functions.arrays import in_order
from penstock.languages.jsonata.run import Code, Frame
from penstock.languages.jsonata.tree import Group, Node, Stage, Term
from penstock.languages.jsonata.values import (
    UNDEFINED,
    Constructed,
    Sequence,
    Value,
    appended,
    collapsed,
    is_number,
    looked_up,
    truth,
)

Compile = Callable[[Node], Code]
Filter = Callable[[Value, Frame], Value]
VALUE: Final = "@"  # a binding's name for the value itself


def path(node: Node, compiled: Compile) -> Code:
    """The code of a path; the common one, a variable and plain names, has no more than it needs."""
    if _is_plain(node):
        return _plain(node, compiled)
    lead = _lead(node)
    steps = [_Step(step, compiled) for step in node.items[lead:]]
    group = grouping(node.group, compiled) if node.group else None
    origin = _from_variable(node.items[:lead], compiled) if lead else None

    def code(context: Value, frame: Frame) -> Value:
        tuples = None
        if origin is None:
            found, tuples = _walk(node, steps, context, frame)
        else:
            found = _on_from(origin(context, frame), steps, frame)
        if group:
            return group(found if tuples is None else tuples, frame)
        if tuples is not None:
            found = tuples if node.tuple else Sequence([each[VALUE] for each in tuples])
        return _kept(found) if node.keep_singleton else found

    return code


def path_alone(node: Node, compiled: Compile) -> Code | None:
    """The code of the commonest paths, their values collapsed: a name, or a variable and names; None of others."""
    if not _is_plain(node):
        return None
    first, *rest = node.items
    if first.kind == "name":
        return None if rest else _name_alone(first.value)
    origin, names = compiled(first), [step.value for step in rest]

    def code(context: Value, frame: Frame) -> Value:
        found = origin(context, frame)
        for place, name in enumerate(names):
            if type(found) is not dict:
                return collapsed(_down(found, names, place, frame))
            found = found.get(name, UNDEFINED)
        return found

    return code


def _name_alone(name: str) -> Code:
    def code(context: Value, frame: Frame) -> Value:
        if type(context) is dict:
            return context.get(name, UNDEFINED)
        return collapsed(_down(context, [name], 0, frame))

    return code


def _is_plain(node: Node) -> bool:
    if node.group or node.keep_singleton or node.tuple:
        return False
    first, *rest = node.items
    plain_start = first.kind == "variable" or (first.kind == "name" and not first.predicate and not first.group)
    return plain_start and not _has_more(first) and all(step.kind == "name" and not _is_busy(step) for step in rest)


def _has_more(step: Node) -> bool:
    return bool(step.stages or step.tuple or step.keep_array)


def _is_busy(step: Node) -> bool:
    return _has_more(step) or bool(step.predicate or step.group)


def _plain(node: Node, compiled: Compile) -> Code:
    if node.items[0].kind == "variable":
        return _from_variable(node.items, compiled)
    names = [step.value for step in node.items]
    return _single(names[0]) if len(names) == 1 else lambda context, frame: _down(context, names, 0, frame)


def _single(name: str) -> Code:
    """A name alone, which is looked for in an object most of the time."""

    def code(context: Value, frame: Frame) -> Value:
        return context.get(name, UNDEFINED) if type(context) is dict else _down(context, [name], 0, frame)

    return code


def _from_variable(steps: list[Node], compiled: Compile) -> Code:
    """A variable, and names from there."""
    origin, names = compiled(steps[0]), [step.value for step in steps[1:]]
    return lambda context, frame: _down(origin(context, frame), names, 0, frame)


def _lead(node: Node) -> int:
    """How many steps before the last are a variable and plain names, where no step binds anything."""
    first = node.items[0]
    # Not `$`, which a document that is an array is not flattened for.
    if first.kind != "variable" or not first.value or _has_more(first) or any(step.tuple for step in node.items):
        return 0
    names = takewhile(lambda step: step.kind == "name" and not _is_busy(step), node.items[1:-1])
    return 1 + sum(1 for _ in names) if len(node.items) > 1 else 0


def _down(value: Value, names: list[str], at: int, frame: Frame) -> Value:
    """Follow names through objects; from the first array on, through all of its items."""
    for place in range(at, len(names)):
        if type(value) is dict:
            value = value.get(names[place], UNDEFINED)
        elif isinstance(value, list):
            return _through(value, names[place:], frame)
        else:
            return UNDEFINED
    return value


def _through(items: list[Value], names: list[str], frame: Frame) -> Value:
    found: Value = items
    for place, name in enumerate(names):
        frame.run.pay(len(found))
        results = [value for item in found if (value := _field(item, name, frame)) is not UNDEFINED]
        found = _flattened(results, last=place == len(names) - 1)
        if not found:
            return found
    return found


def _field(item: Value, name: str, frame: Frame) -> Value:
    """What a name leads to from one item."""
    value = item.get(name, UNDEFINED) if type(item) is dict else looked_up(item, name, frame.run.pay)
    return collapsed(value) if type(value) is Sequence else value


def _flattened(results: list[Value], *, last: bool) -> Value:
    """The results of a step as one sequence; the only result of a last step stays the array it is."""
    if last and len(results) == 1 and isinstance(results[0], list) and not isinstance(results[0], Sequence):
        return results[0]
    flat = Sequence()
    for result in results:
        if not isinstance(result, list) or isinstance(result, Constructed):
            flat.append(result)
        else:
            flat.extend(result)
    return flat


class _Step:
    """A step of a path, compiled."""

    __slots__ = ("code", "node", "order", "stages")

    def __init__(self, node: Node, compiled: Compile) -> None:
        self.node = node
        self.order = ordering(node.terms, node.position, compiled) if node.kind == "sort" else None
        self.code = compiled(node) if self.order is None else None
        self.stages = [_stage(stage, compiled) for stage in node.stages]


def _walk(node: Node, steps: list[_Step], context: Value, frame: Frame) -> tuple[Value, list[Value] | None]:
    """Take the steps; the values found, and the bindings if a step makes any."""
    items: Value = context if isinstance(context, list) and node.items[0].kind != "variable" else Sequence([context])
    found: Value = UNDEFINED
    tuples: list[Value] | None = None
    streaming = False
    for place, step in enumerate(steps):
        streaming = streaming or step.node.tuple
        if place == 0 and step.node.constructed and step.code:
            found = step.code(items, frame)
            if not isinstance(found, list | str) and len(steps) > 1:
                return UNDEFINED, None  # what a filter has left of it has no items to go on from
        elif streaming:
            tuples = _tuple_step(step, items, tuples, frame)
        else:
            found = _value_step(step, items, frame, last=place == len(steps) - 1)
        if not streaming and (found is UNDEFINED or len(found) == 0):
            break
        if not step.node.focus:
            items = found
    return found, tuples


def _kept(found: Value) -> Value:
    if isinstance(found, Constructed):
        found = Sequence([found])
    if isinstance(found, Sequence):
        found.keep = True
    return found


def _value_step(step: _Step, items: list[Value], frame: Frame, *, last: bool) -> Value:
    frame.run.pay(len(items))
    if step.order:
        found = step.order(items, frame)
        for stage in step.stages:
            found = stage(found, frame)
        return found
    code = step.code
    assert code is not None
    results = []
    is_flat, copied = True, 0
    for item in items:
        value = code(item, frame)
        for stage in step.stages:
            value = stage(value, frame)
        if value is not UNDEFINED:
            if isinstance(value, list):
                is_flat = False
                copied += len(value)
            results.append(value)
    if is_flat:
        return Sequence(results)
    frame.run.pay_copy(copied)
    return _flattened(results, last=last)


def _on_from(value: Value, steps: list[_Step], frame: Frame) -> Value:
    """Take further steps from what the first ones have led to."""
    if value is UNDEFINED:
        return Sequence()
    found: Value = value if isinstance(value, list) and not isinstance(value, Constructed) else [value]
    for place, step in enumerate(steps, 1):
        if not found:
            return Sequence()
        found = _value_step(step, found, frame, last=place == len(steps))
    return found


# --- bindings


def _tuples() -> Sequence:
    stream = Sequence()
    stream.tuples = True
    return stream


def bound(frame: Frame, binding: dict[str, Value]) -> Frame:
    """A frame in which a binding's variables are known."""
    return Frame(dict(binding), frame, frame.run)


def _tuple_step(step: _Step, items: list[Value], tuples: list[Value] | None, frame: Frame) -> list[Value]:
    found = _sorted_tuples(step, items, tuples, frame) if step.order else _led_tuples(step, items, tuples, frame)
    for stage in step.stages:
        found = stage(found, frame)
    return found


def _sorted_tuples(step: _Step, items: list[Value], tuples: list[Value] | None, frame: Frame) -> list[Value]:
    assert step.order is not None
    if tuples is not None:
        result: list[Value] = step.order(tuples, frame)
        return result
    stream = _tuples()
    for place, item in enumerate(step.order(items, frame)):
        stream.append({VALUE: item, step.node.index: place})
    return stream


def _led_tuples(step: _Step, items: list[Value], tuples: list[Value] | None, frame: Frame) -> list[Value]:
    code = step.code
    assert code is not None
    stream = _tuples()
    origins = [{VALUE: item} for item in items] if tuples is None else tuples
    frame.run.pay(len(origins))
    for origin in origins:
        led = code(origin[VALUE], bound(frame, origin))
        if led is UNDEFINED:
            continue
        results = led if isinstance(led, list) else [led]
        frame.run.pay(len(results))
        if isinstance(results, Sequence) and results.tuples:
            stream.extend({**origin, **result} for result in results)
        else:
            stream.extend(_binding(step.node, origin, result, place) for place, result in enumerate(results))
    return stream


def _binding(node: Node, origin: dict[str, Value], result: Value, place: int) -> dict[str, Value]:
    binding = {**origin, (node.focus or VALUE): result}
    if node.index:
        binding[node.index] = place
    if node.ancestor:
        binding[node.ancestor.label] = origin[VALUE]
    return binding


# --- filters


def _stage(stage: Stage, compiled: Compile) -> Filter:
    if stage.expression is not None:
        return filtering(stage.expression, compiled)
    return lambda items, _: _numbered(items, stage.index)


def _numbered(items: list[Value], name: str) -> list[Value]:
    for place, binding in enumerate(items):
        binding[name] = place
    return items


def filtering(condition: Node, compiled: Compile) -> Filter:
    """The filter of a predicate: a number chooses by place, anything else by truth."""
    if condition.kind == "number":
        index = floor(condition.value)
        return lambda items, _: _at(items, index)
    code = compiled(condition)
    return lambda items, frame: _chosen(items, code, frame)


def _like(items: Value) -> Sequence:
    return _tuples() if isinstance(items, Sequence) and items.tuples else Sequence()


def _at(items: Value, index: int) -> Value:
    chosen = _like(items)
    if not isinstance(items, list):
        items = [items]
    place = index + len(items) if index < 0 else index
    if not 0 <= place < len(items) or items[place] is UNDEFINED:
        return chosen
    if isinstance(items[place], list):
        return items[place]
    chosen.append(items[place])
    return chosen


def _chosen(items: Value, code: Code, frame: Frame) -> Value:
    chosen = _like(items)
    if not isinstance(items, list):
        items = [items]
    frame.run.pay(len(items))
    for place, item in enumerate(items):
        answer = code(item[VALUE], bound(frame, item)) if chosen.tuples else code(item, frame)
        if answer is True:
            chosen.append(item)
        elif answer is not False:
            chosen.extend([item] * _times(answer, place, len(items), frame))
    return chosen


def _times(answer: Value, place: int, length: int, frame: Frame) -> int:
    """How often an item is chosen: once for each number that is its place, or once if the answer is true."""
    numbers = answer if isinstance(answer, list) else [answer]
    if all(map(is_numeric, numbers)):
        frame.run.pay(len(numbers))
        return sum(1 for number in numbers if floor(number) + (length if floor(number) < 0 else 0) == place)
    return 1 if truth(answer) else 0


# --- order


def ordering(terms: list[Term], position: int, compiled: Compile) -> Filter:
    """The order-by of a path."""
    keys = [compiled(term.expression) for term in terms]
    signs = [-1 if term.descending else 1 for term in terms]

    def compare(left: tuple[list[Value], Value], right: tuple[list[Value], Value]) -> int:
        for a, b, sign in zip(left[0], right[0], signs, strict=True):
            if order := _order(a, b, sign, position):
                return order
        return 0

    def code(items: list[Value], frame: Frame) -> Value:
        if len(items) <= 1:
            return Sequence(items) if type(items) is list else items
        frame.run.pay(len(items) * len(items).bit_length() // 4)
        streaming = isinstance(items, Sequence) and items.tuples
        keyed: list[tuple[list[Value], Value]] = [
            (_keys(item, keys, frame, streaming=streaming), item) for item in items
        ]
        return [item for _, item in in_order(keyed, lambda left, right: compare(left, right) > 0)]

    return code


def _keys(item: Value, keys: list[Code], frame: Frame, *, streaming: bool) -> list[Value]:
    if streaming:
        inner = bound(frame, item)
        return [key(item[VALUE], inner) for key in keys]
    return [key(item, frame) for key in keys]


def _order(left: Value, right: Value, sign: int, position: int) -> int:
    if left is UNDEFINED or right is UNDEFINED:
        return (left is UNDEFINED) - (right is UNDEFINED)  # what is missing comes last, whatever the direction
    for value in (left, right):
        if not isinstance(value, str) and not is_number(value):
            raise JsonataError("T2008", position=position, value=value)
    if isinstance(left, str) is not isinstance(right, str):
        raise JsonataError("T2007", position=position, value=left, value2=right)
    return (int(left > right) - int(left < right)) * sign


# --- groups


def grouping(group: Group, compiled: Compile) -> Filter:
    """The object of a grouping: items by key, then a value for the items of each."""
    pairs = [(compiled(name), compiled(value)) for name, value in group.pairs]

    def code(items: Value, frame: Frame) -> Value:
        streaming = isinstance(items, Sequence) and items.tuples and bool(items)
        if not isinstance(items, list):
            items = [items]
        groups = _groups(items or [UNDEFINED], pairs, frame, group.position, streaming=streaming)
        result = {}
        for key, (place, members) in groups.items():
            context, inner = _group_context(members, frame) if streaming else (members, frame)
            value = pairs[place][1](context, inner)
            if value is not UNDEFINED:
                result[key] = value
        return result

    return code


def _groups(
    items: list[Value], pairs: list[tuple[Code, Code]], frame: Frame, position: int, *, streaming: bool
) -> dict[str, tuple[int, Value]]:
    frame.run.pay(len(items) * len(pairs))
    groups: dict[str, tuple[int, Value]] = {}
    for item in items:
        context, inner = (item[VALUE], bound(frame, item)) if streaming else (item, frame)
        for place, (name, _) in enumerate(pairs):
            key = name(context, inner)
            if key is UNDEFINED:
                continue
            if not isinstance(key, str):
                raise JsonataError("T1003", position=position, value=key)
            if key not in groups:
                groups[key] = (place, item)
                continue
            known, members = groups[key]
            if known != place:
                raise JsonataError("D1009", position=position, value=key)
            groups[key] = (place, _joined(members, item))
    return groups


class _Members(list[Value]):
    """The members of a group, gathered here and so free to grow."""


def _joined(members: Value, item: Value) -> Value:
    joined = members if type(members) is _Members else _Members(members if isinstance(members, list) else [members])
    if item is not UNDEFINED:
        joined.extend(item if isinstance(item, list) else [item])
    return joined


def _group_context(members: Value, frame: Frame) -> tuple[Value, Frame]:
    """The context of a group of bindings: each variable with the values of all of them."""
    first, *others = members if isinstance(members, list) else [members]
    merged = dict(first)
    for binding in others:
        frame.run.pay(len(binding))
        for name, value in binding.items():
            merged[name] = appended(merged.get(name, UNDEFINED), value)
    return merged.pop(VALUE), bound(frame, merged)
