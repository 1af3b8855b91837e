"""A path as steps, and a filter as a tree of tests."""

from typing import Any, Literal

import msgspec

Json = Any


class Property(msgspec.Struct, frozen=True):
    """`.a`, `['a']`; with several names, an object of them."""

    names: tuple[str, ...]


class Index(msgspec.Struct, frozen=True):
    """`[0]`, `[-1]`, `[0,2]`."""

    indexes: tuple[int, ...]


class Slice(msgspec.Struct, frozen=True):
    """`[a:b]`, either end open."""

    start: int | None
    stop: int | None


class Wildcard(msgspec.Struct, frozen=True):
    """`.*`, `[*]`."""


class Filter(msgspec.Struct, frozen=True):
    """`[?(…)]`."""

    test: "Test"
    text: str


class Scan(msgspec.Struct, frozen=True):
    """`..` and the step after it, taken at every depth."""

    step: "Property | Index | Slice | Wildcard | Filter"


Step = Property | Index | Slice | Wildcard | Filter | Scan


class Constant(msgspec.Struct, frozen=True):
    value: Json


class Pattern(msgspec.Struct, frozen=True):
    """`/text/flags`."""

    text: str
    flags: str


class Inner(msgspec.Struct, frozen=True):
    """A path inside a filter, from the node (`@`) or the document (`$`)."""

    root: Literal["@", "$"]
    steps: tuple[Step, ...]


Operand = Constant | Pattern | Inner


class Exists(msgspec.Struct, frozen=True):
    path: Inner


class Comparison(msgspec.Struct, frozen=True):
    left: Operand
    operator: str
    right: Operand


class Not(msgspec.Struct, frozen=True):
    test: "Test"


class AllOf(msgspec.Struct, frozen=True):
    tests: tuple["Test", ...]


class AnyOf(msgspec.Struct, frozen=True):
    tests: tuple["Test", ...]


Test = Exists | Comparison | Not | AllOf | AnyOf


def is_definite(steps: tuple[Step, ...]) -> bool:
    """Whether the path names one place at most; only such a path answers the value itself, not a list."""
    for position, step in enumerate(steps):
        is_last = position == len(steps) - 1
        match step:
            case Property(names) if len(names) == 1 or is_last:
                continue
            case Index(indexes) if len(indexes) == 1:
                continue
            case _:
                return False
    return True


def fragment(step: Step) -> str:
    """The step as Jayway's sentences write it."""
    match step:
        case Property(names):
            return "[" + ", ".join(f"'{name}'" for name in names) + "]"
        case Index(indexes):
            return "[" + ",".join(str(index) for index in indexes) + "]"
        case Slice(start, stop):
            return f"[{'' if start is None else start}:{'' if stop is None else stop}]"
        case Wildcard():
            return "[*]"
        case Filter(text=text):
            return f"[?({text})]"
        case Scan(inner):
            return ".." + fragment(inner)
