"""A path as steps, and a filter as a tree of tests."""

from dataclasses import dataclass
from typing import Any, Literal

Json = Any


@dataclass(frozen=True, slots=True)
class Property:
    """`.a`, `['a']`; with several names, an object of them."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`[0]`, `[-1]`, `[0,2]`."""

    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """`[a:b]`, either end open."""

    start: int | None
    stop: int | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`.*`, `[*]`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?(…)]`."""

    test: "Test"
    text: str


@dataclass(frozen=True, slots=True)
class Scan:
    """`..` and the step after it, taken at every depth."""

    step: "Property | Index | Slice | Wildcard | Filter"


Step = Property | Index | Slice | Wildcard | Filter | Scan


@dataclass(frozen=True, slots=True)
class Constant:
    value: Json


@dataclass(frozen=True, slots=True)
class Pattern:
    """`/text/flags`."""

    text: str
    flags: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A path inside a filter, from the node (`@`) or the document (`$`)."""

    root: Literal["@", "$"]
    steps: tuple[Step, ...]


Operand = Constant | Pattern | Inner


@dataclass(frozen=True, slots=True)
class Exists:
    path: Inner


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Not:
    test: "Test"


@dataclass(frozen=True, slots=True)
class AllOf:
    tests: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
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
