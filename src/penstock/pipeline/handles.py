"""Handles: what a pipeline's function has in hand instead of values that only a run will know.

To a type checker a handle is the value: `prepare(raw).train` is a DataFrame. It can be passed on, looked into, and
compared in `when`; whatever else is tried with it is a `Mistake` that says where that belongs.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal, NoReturn, get_args

from penstock.pipeline import kinds
from penstock.pipeline.graph import (
    Both,
    Comparison,
    Either,
    Given,
    Item,
    Known,
    Many,
    Not,
    OneOf,
    Output,
    Property,
    Range,
    Reference,
    Test,
    Transformed,
)
from penstock.pipeline.kinds import Type
from penstock.pipeline.mistakes import Mistake, perhaps

REMEDY: Final = "is known only when the pipeline runs"


class Handle:
    """Stands for the value of a reference."""

    __slots__ = ("_reference",)
    __hash__ = object.__hash__

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Handle(member(self._reference, name, written=f".{name}"))

    def __getitem__(self, key: str | int) -> Any:
        if not isinstance(key, str | int):
            raise Mistake(f"{described(self._reference)} {REMEDY}; it has [name] and [number], no slices.")
        return Handle(member(self._reference, key, written=f"[{key!r}]"))

    def __iter__(self) -> Iterator[Any]:
        kind = kinds.plain(type_of(self._reference))
        if not kinds.is_named_tuple(kind):
            raise Mistake(f"{described(self._reference)} {REMEDY}: write `for item in each(…)` to go through it.")
        return iter([Handle(member(self._reference, name, written=name)) for name in kind._fields])

    def __eq__(self, other: object) -> Any:
        return Condition(Comparison("Equals", self._reference, operand(other)))

    def __ne__(self, other: object) -> Any:
        return Condition(Not(Comparison("Equals", self._reference, operand(other))))

    def __gt__(self, other: object) -> Any:
        return Condition(Comparison("GreaterThan", self._reference, operand(other)))

    def __ge__(self, other: object) -> Any:
        return Condition(Comparison("GreaterThanOrEqualTo", self._reference, operand(other)))

    def __lt__(self, other: object) -> Any:
        return Condition(Comparison("LessThan", self._reference, operand(other)))

    def __le__(self, other: object) -> Any:
        return Condition(Comparison("LessThanOrEqualTo", self._reference, operand(other)))

    def __and__(self, other: object) -> "Condition":
        return Condition(Both((test_of(self), test_of(other))))

    def __or__(self, other: object) -> "Condition":
        return Condition(Either((test_of(self), test_of(other))))

    def __bool__(self) -> bool:
        raise Mistake(f"{described(self._reference)} {REMEDY}: write `with when(…):` instead of `if`.")

    def __format__(self, form: str) -> str:
        raise Mistake(f"{described(self._reference)} {REMEDY}, so it cannot be put into a text: pass it by itself.")

    def __repr__(self) -> str:
        return f"<{described(self._reference)}>"


class Condition:
    """A comparison of what is not known yet: `&`, `|` and `not_` combine them."""

    __slots__ = ("test",)

    def __init__(self, test: Test) -> None:
        self.test = test

    def __and__(self, other: object) -> "Condition":
        return Condition(Both((self.test, test_of(other))))

    def __or__(self, other: object) -> "Condition":
        return Condition(Either((self.test, test_of(other))))

    def __invert__(self) -> "Condition":
        return Condition(Not(self.test))

    def __bool__(self) -> bool:
        raise Mistake(
            f"A comparison {REMEDY}: write `with when(…):` instead of `if`, and `&`, `|`, `not_` instead of "
            "`and`, `or`, `not` (with brackets around each comparison)."
        )


def _unknown(self: Handle, *_: object) -> NoReturn:
    raise Mistake(f"{described(self._reference)} {REMEDY}, so nothing can be computed with it here: do it in a step.")


for _operation in (
    "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__", "__neg__",
    "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__pow__", "__rpow__", "__matmul__", "__rmatmul__",
    "__abs__", "__pos__", "__round__", "__float__", "__int__", "__index__", "__len__", "__contains__", "__call__",
    "__setitem__",
):  # fmt: skip
    setattr(Handle, _operation, _unknown)


def type_of(reference: Reference) -> Type:
    match reference:
        case Known():
            return kinds.type_of(reference.value)
        case Property():
            return str
        case Given() | Output() | Item():
            return reference.type
        case Many(keys=None):
            return list
        case Many():
            return dict
    return Any


def described(reference: Reference) -> str:
    """A reference in the words of error messages."""
    match reference:
        case Given():
            return f"parameter '{reference.name}'"
        case Output():
            whole = "".join([f".{reference.name}" if reference.name else "", *map(_part, reference.path)])
            return f"what step '{reference.call.name}' returns{f' ({whole})' if whole else ''}"
        case Item():
            return "the item of `each`"
        case Transformed():
            return f"the folder that transform '{reference.node.name}' leaves"
        case Property():
            return f"the {reference.name} of '{reference.node.name}'"
        case Known():
            return repr(reference.value)
    return "this"


def _part(part: str | int) -> str:
    return f".{part}" if isinstance(part, str) else f"[{part}]"


def member(reference: Reference, key: str | int, *, written: str) -> Reference:
    """What a path leads to. Raises `Mistake` where the type says that nothing is there."""
    kind = kinds.plain(type_of(reference))
    if isinstance(reference, Output) and not reference.name and kinds.is_named_tuple(kind):
        fields = list(kind._fields)
        name = fields[key] if isinstance(key, int) and -len(fields) <= key < len(fields) else key
        hints = kinds.fields_of(kind) or {}
        if name not in hints:
            raise Mistake(f"step '{reference.call.name}' has no output '{key}': {perhaps(str(key), fields)}")
        return Output(reference.call, str(name), hints[str(name)])
    if not isinstance(reference, Output | Item | Given) or not kinds.is_json(kind):
        raise Mistake(f"{described(reference)} is {kinds.name(kind)}, and {written} of it {REMEDY}: use it in a step.")
    inner = _inner(reference, kind, key)
    match reference:
        case Output():
            return Output(reference.call, reference.name, inner, (*reference.path, key))
        case Item():
            return Item(reference.loop, inner, (*reference.path, key))
    raise Mistake(f"{described(reference)} is passed on as a whole: {written} of it {REMEDY}.")


def _inner(reference: Reference, kind: Type, key: str | int) -> Type:
    if (members := kinds.fields_of(kind)) is not None:
        if isinstance(key, int) and kinds.is_named_tuple(kind):
            raise Mistake(f"{described(reference)}: write the name instead of [{key}]: it has {', '.join(members)}.")
        if key not in members:
            raise Mistake(f"{described(reference)} has no '{key}': {perhaps(str(key), members)}")
        return members[str(key)]
    outer, inner = kinds.origin(kind) or kind, get_args(kind)
    if outer is dict and isinstance(key, str):
        return inner[1] if inner else Any
    if outer in (list, tuple) and isinstance(key, int) and key >= 0:
        return inner[0] if outer is list and inner else Any
    if kind in (Any, object):
        return Any
    raise Mistake(f"{described(reference)} is {kinds.name(kind)}, which has no '{key}'.")


def reference_of(value: object) -> Reference:
    """The reference that a value in a pipeline's function means."""
    if isinstance(value, Handle):
        return value._reference
    if isinstance(value, Condition):
        raise Mistake("a comparison can only be asked by `when`: compare in a step to have the answer as a value.")
    if isinstance(value, list | tuple) and not kinds.is_named_tuple(type(value)):
        items = tuple(map(reference_of, value))
        return Known(value) if all(isinstance(item, Known) for item in items) else Many(items)
    if isinstance(value, dict):
        items = tuple(map(reference_of, value.values()))
        known = all(isinstance(item, Known) for item in items)
        return Known(value) if known else Many(items, tuple(map(str, value)))
    return Known(value)


def operand(value: object) -> Reference:
    """One side of a comparison. Raises `Mistake` unless it is a single value."""
    reference = reference_of(value)
    if isinstance(reference, Many | Range) or (
        isinstance(reference, Known) and not isinstance(reference.value, str | int | float | bool)
    ):
        raise Mistake(f"{value!r} cannot be compared in a pipeline: text, numbers and booleans can.")
    comparable(reference)
    return reference


def comparable(reference: Reference) -> None:
    """Raises `Mistake` for what is known to be no single value."""
    kind = kinds.plain(type_of(reference))
    is_open = kind in (Any, object) or kinds.is_union(kind) or kinds.origin(kind) is Literal
    if not is_open and kind not in kinds.SCALARS:
        raise Mistake(f"{described(reference)} is {kinds.name(kind)}: text, numbers and booleans can be compared.")


def test_of(value: object) -> Test:
    """The test that `when` and its kin are given. Raises `Mistake` for what is known already."""
    if isinstance(value, Condition):
        return value.test
    if isinstance(value, Handle):
        kind = kinds.plain(type_of(value._reference))
        if kind in (bool, Any):
            return Comparison("Equals", value._reference, Known(True))
        raise Mistake(f"{described(value._reference)} is {kinds.name(kind)}: compare it with something.")
    raise Mistake(f"{value!r} is known already: use `if` for what is known when the pipeline is written.")


def one_of(value: object, values: object) -> Condition:
    if not isinstance(value, Handle):
        raise Mistake(f"{value!r} is known already: use Python's own `in` and `if`.")
    comparable(value._reference)
    assert isinstance(values, list | tuple | set)
    return Condition(OneOf(value._reference, tuple(map(operand, values))))
