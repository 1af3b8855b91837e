"""References: which variables an expression speaks of, read off its tree before it is shaped.

A variable is free unless an enclosing block bound it before (`:=`), a lambda takes it as a parameter, or it is the name
of a function of the language. A reference is followed as far as it is plain: `$states.input.a[0].b` is told as
`$states.input.a`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from penstock.languages.jsonata.functions import NATIVES
from penstock.languages.jsonata.tree import Node

# What is on their right is evaluated in the values of what is on their left.
NARROWING: Final = frozenset({".", "[", "{", "^"})


@dataclass(frozen=True, slots=True)
class References:
    """The free variables of an expression, and the paths that begin with them."""

    variables: frozenset[str]
    paths: frozenset[str]
    names: tuple[str, ...]  # those of the document that the expression as a whole is evaluated in, as they come


def references(tree: Node) -> References:
    """What the expression of a tree refers to."""
    search = _Search()
    search.visit(tree, set())
    return References(frozenset(search.variables), frozenset(search.paths), tuple(dict.fromkeys(_names(tree))))


class _Search:
    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.paths: set[str] = set()

    def visit(self, node: Node, known: set[str]) -> None:
        """Note what a node refers to; what it binds is known to those behind it."""
        if (plain := _plain_path(node)) is not None:
            self._note(plain, known)
            return
        if (filtered := _filtered_path(node)) is not None:
            self._note(filtered, known)
            assert node.right is not None
            assert node.right.right is not None
            self.visit(node.right.right, known)
            return
        if node.kind == "block":
            known = set(known)
        elif node.kind == "lambda":
            known = known | {parameter.value for parameter in node.items}
        elif node.kind == "binary" and node.value in (":=", "@", "#") and node.left and node.right:
            self._visit_binding(node, known)
            return
        for part in _parts(node):
            self.visit(part, known)

    def _visit_binding(self, node: Node, known: set[str]) -> None:
        assert node.left is not None
        assert node.right is not None
        value, name = (node.right, node.left) if node.value == ":=" else (node.left, node.right)
        if node.value == ":=" and value.kind == "lambda":
            known.add(name.value)  # it may call itself
        self.visit(value, known)
        known.add(name.value)

    def _note(self, plain: list[str], known: set[str]) -> None:
        name = plain[0]
        if name in known or name in NATIVES or name in ("", "$"):
            return
        self.variables.add(name)
        self.paths.add("$" + ".".join(plain))


def _names(node: Node) -> Iterator[str]:
    """The names that are looked for in the outermost document: not those behind a dot, or in a predicate."""
    if node.kind == "name":
        yield node.value
    elif node.kind == "transform":
        return
    elif node.kind == "binary" and node.value in NARROWING:
        if node.left:
            yield from _names(node.left)
    else:
        for part in _parts(node):
            yield from _names(part)


def _plain_path(node: Node) -> list[str] | None:
    """The names of a reference that begins with a variable, or nothing if the node is something else."""
    if node.kind == "variable":
        return [node.value]
    if node.kind != "binary" or node.value != "." or not node.left or not node.right:
        return None
    if node.right.kind not in ("name", "string"):
        return None
    before = _plain_path(node.left)
    return None if before is None else [*before, node.right.value]


def _filtered_path(node: Node) -> list[str] | None:
    """The names up to a last one that a predicate follows: brackets bind more tightly than dots."""
    last = node.right
    if node.kind != "binary" or node.value != "." or not node.left or not last or last.value != "[" or not last.right:
        return None
    if last.kind != "binary" or not last.left or last.left.kind != "name":
        return None
    before = _plain_path(node.left)
    return None if before is None else [*before, last.left.value]


def _parts(node: Node) -> Iterator[Node]:
    """The parts of a node in the order they are evaluated; a lambda's parameters are none."""
    if node.left:
        yield node.left
    for pair in node.pairs:
        yield from pair
    for part in (node.right, node.other):
        if part:
            yield part
    if node.kind != "lambda":
        yield from node.items
    yield from (term.expression for term in node.terms)
