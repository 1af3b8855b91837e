"""Tree: an expression as it was read, and as it will be evaluated.

One class of node serves both, since most of a tree is the same before and after: `reader` makes it from tokens, and
`shape` turns chains of dots, predicates and bindings into paths with steps.
"""

from dataclasses import dataclass, field
from typing import Self

from penstock.languages.jsonata.signature import Signature
from penstock.languages.jsonata.values import Value


@dataclass(slots=True, eq=False)
class Slot:
    """Where the parent (%) of a step will be kept: a name, and how many steps up it is still to be found."""

    label: str
    level: int = 1


@dataclass(slots=True, eq=False)
class Term:
    """One key of an order-by."""

    expression: "Node"
    descending: bool


@dataclass(slots=True, eq=False)
class Stage:
    """What is done with the results of a step: a filter, or numbering them as a variable."""

    expression: "Node | None" = None
    index: str = ""


@dataclass(slots=True, eq=False)
class Group:
    """The pairs of a grouping ({key: value}) behind an expression."""

    pairs: list[tuple["Node", "Node"]]
    position: int


@dataclass(slots=True, eq=False)
class Node:
    """A node: what kind it is, its parts, and what `shape` found out about it.

    `left`, `right` and `other` are the operands: of a condition its test, then and else; of a transform its pattern,
    update and delete; of a call or a lambda `left` is what is called, or the body.
    """

    kind: str
    position: int
    value: Value = None
    left: Self | None = None
    right: Self | None = None
    other: Self | None = None
    items: list[Self] = field(default_factory=list)  # arguments, members, statements, steps
    pairs: list[tuple[Self, Self]] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    signature: Signature | None = None

    keep_array: bool = False  # written with []
    keep_singleton: bool = False  # a path of which some step is
    constructed: bool = False
    tail: bool = False  # a call that is the last thing its lambda does
    predicate: list[Stage] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    group: Group | None = None
    focus: str = ""
    index: str = ""
    tuple: bool = False
    ancestor: Slot | None = None
    slot: Slot | None = None
    seeking: list[Slot] = field(default_factory=list)
