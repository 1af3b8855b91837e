"""Text to tree. What binds tighter stands lower: OR, AND, comparisons, + and -, * and /, ^, the sign."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>()\[\],])"
    r"|(?P<rest>\S))",
    re.ASCII,
)
# What finds metrics by itself, in a language of its own.
_LOOKS_UP: Final = re.compile(r"\s*(?:\w+\s*\(\s*)?(SEARCH\s*(?=\()|SELECT(?=\s))", re.IGNORECASE)
LEVELS: Final = (("OR", "||"), ("AND", "&&"), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/"), ("^",))
SPELLED: Final = {"||": "OR", "&&": "AND"}
DEEPEST: Final = 50


class WrongExpression(ValueError):
    """What cannot be read or computed; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The id of another query."""

    id: str


@dataclass(frozen=True, slots=True)
class Operation:
    sign: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Array:
    items: tuple["Tree", ...]


Tree = Number | Name | Operation | Function | Array


def parse(text: str) -> Tree:
    """Raises `WrongExpression`."""
    if found := _LOOKS_UP.match(text):
        raise WrongExpression(f"{found[1].upper()} is not one that Penstock computes; name each metric by a MetricStat")
    reader = _Reader(text)
    tree = reader.expression()
    if reader.coming:
        raise WrongExpression(f"'{reader.coming}' is not expected in the expression '{text}'")
    return tree


def names(tree: Tree) -> Iterator[str]:
    """The ids that a tree speaks of."""
    match tree:
        case Name(id):
            yield id
        case Operation(_, left, right):
            yield from names(left)
            yield from names(right)
        case Function(_, several) | Array(several):
            for each in several:
                yield from names(each)
        case Number():
            pass


class _Reader:
    """Recursive descent; `coming` is the next token, empty at the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [(found.lastgroup, found[found.lastgroup]) for found in _TOKEN.finditer(text) if found.lastgroup]
        self._at = 0
        self._depth = 0

    @property
    def coming(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def expression(self, level: int = 0) -> Tree:
        if level == len(LEVELS):
            return self._signed()
        if level == 0:
            self._depth += 1
            if self._depth > DEEPEST:
                raise WrongExpression(f"the expression is nested more than {DEEPEST} deep")
        tree = self.expression(level + 1)
        while self.coming.upper() in LEVELS[level]:
            sign = self._take().upper()
            tree = Operation(SPELLED.get(sign, sign), tree, self.expression(level + 1))
        self._depth -= level == 0
        return tree

    def _signed(self) -> Tree:
        if self.coming == "-":
            self._take()
            return Operation("-", Number(0.0), self.expression(len(LEVELS)))
        return self._primary()

    def _primary(self) -> Tree:
        kind, token = self._tokens[self._at] if self.coming else ("", "")
        self._at += 1
        match kind, token:
            case "number", _:
                return Number(float(token))
            case "name", _ if self.coming == "(":
                self._take()
                return Function(token.upper(), self._several(")"))
            case "name", _:
                return Name(token)
            case "sign", "(":
                tree = self.expression()
                self._expect(")")
                return tree
            case "sign", "[":
                return Array(self._several("]"))
        wrong = f"has '{token}' where a value" if token else "ends where a value"
        raise WrongExpression(f"the expression '{self._text}' {wrong} is expected")

    def _several(self, end: str) -> tuple[Tree, ...]:
        items: list[Tree] = []
        while self.coming != end:
            items.append(self.expression())
            if self.coming != end:
                self._expect(",")
        self._take()
        return tuple(items)

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _expect(self, token: str) -> None:
        if self.coming != token:
            raise WrongExpression(f"'{token}' is missing in the expression '{self._text}'")
        self._take()
