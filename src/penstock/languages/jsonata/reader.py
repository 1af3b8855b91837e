"""Reader: text to tree, operators by how tightly they bind.

Each operator has a binding power; reading an expression takes operands as long as the operator that follows binds more
tightly than the one before. What the tree means (paths, predicates, parents) is found out in `shape`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.signature import Signature
from penstock.languages.jsonata.tokens import Kind, Token, Tokens
from penstock.languages.jsonata.tree import Node, Term

POWER: Final[Mapping[str, int]] = {
    "[": 80,
    "(": 80,
    "@": 80,
    "#": 80,
    ".": 75,
    "{": 70,
    "*": 60,
    "/": 60,
    "%": 60,
    "+": 50,
    "-": 50,
    "&": 50,
    "=": 40,
    "<": 40,
    ">": 40,
    "^": 40,
    "!=": 40,
    "<=": 40,
    ">=": 40,
    "~>": 40,
    "in": 40,
    "and": 30,
    "or": 25,
    "?": 20,
    ":=": 10,
}
WORDS: Final = {"and", "or", "in"}
LAMBDAS: Final = {"function", "λ"}
LITERALS: Final = {
    Kind.NAME: "name",
    Kind.VARIABLE: "variable",
    Kind.STRING: "string",
    Kind.NUMBER: "number",
    Kind.VALUE: "value",
    Kind.REGEX: "regex",
}
LONELY: Final = {"*": "wildcard", "**": "descendant", "%": "parent"}


def read(text: str) -> Node:
    """The tree of an expression; `JsonataError` where the text is none."""
    reader = Reader(text)
    tree = reader.expression(0)
    if reader.token.kind is not Kind.END:
        raise JsonataError("S0201", position=reader.token.position, token=reader.token.value)
    return tree


class Reader:
    """A text, and the token that is next."""

    def __init__(self, text: str) -> None:
        self.tokens = Tokens(text)
        self.token = self.tokens.next(after_value=False)

    def expression(self, power: int) -> Node:
        """An expression up to the first operator that binds no more tightly than `power`."""
        token = self.token
        self._advance(after_value=True)
        left = self._first(token)
        while self._power() > power:
            token = self.token
            self._advance()
            left = MORE.get(token.value, Reader._binary)(self, left, token)
        return left

    def _power(self) -> int:
        return POWER.get(self.token.value, 0) if self.token.kind is Kind.OPERATOR else 0

    def _is(self, operator: str) -> bool:
        return self.token.kind is Kind.OPERATOR and self.token.value == operator

    def _advance(self, *, after_value: bool = False) -> None:
        self.token = self.tokens.next(after_value=after_value)

    def _expect(self, operator: str, *, after_value: bool = False) -> None:
        if not self._is(operator):
            code = "S0203" if self.token.kind is Kind.END else "S0202"
            raise JsonataError(code, position=self.token.position, value=operator, token=self.token.value)
        self._advance(after_value=after_value)

    def _taken(self, operator: str) -> bool:
        """Whether the operator is next; it is passed over."""
        found = self._is(operator)
        if found:
            self._advance()
        return found

    # --- what an expression begins with

    def _first(self, token: Token) -> Node:
        if token.kind is Kind.END:
            return Node("(end)", token.position, token.value)
        if token.kind is not Kind.OPERATOR:
            return Node(LITERALS[token.kind], token.position, token.value)
        if token.value in WORDS:
            return Node("name", token.position, token.value)  # keywords are names where an operand is due
        if token.value in LONELY:
            return Node(LONELY[token.value], token.position, token.value)
        opening = FIRST.get(token.value)
        if opening is None:
            raise JsonataError("S0211", position=token.position, token=token.value)
        return opening(self, token)

    def _negation(self, token: Token) -> Node:
        return Node("unary", token.position, "-", left=self.expression(70))

    def _block(self, token: Token) -> Node:
        block = Node("block", token.position)
        while not self._is(")"):
            block.items.append(self.expression(0))
            if not self._taken(";"):
                break
        self._expect(")", after_value=True)
        return block

    def _array(self, token: Token) -> Node:
        array = Node("unary", token.position, "[")
        if not self._is("]"):
            array.items.append(self._member())
            while self._taken(","):
                array.items.append(self._member())
        self._expect("]", after_value=True)
        return array

    def _member(self) -> Node:
        item = self.expression(0)
        if not self._is(".."):
            return item
        member = Node("binary", self.token.position, "..", left=item)
        self._advance()
        member.right = self.expression(0)
        return member

    def _object(self, token: Token) -> Node:
        return Node("unary", token.position, "{", pairs=self._pairs())

    def _pairs(self) -> list[tuple[Node, Node]]:
        pairs: list[tuple[Node, Node]] = []
        more = not self._is("}")
        while more:
            name = self.expression(0)
            self._expect(":")
            pairs.append((name, self.expression(0)))
            more = self._taken(",")
        self._expect("}", after_value=True)
        return pairs

    def _transform(self, token: Token) -> Node:
        node = Node("transform", token.position, left=self.expression(0))
        self._expect("|")
        node.right = self.expression(0)
        if self._taken(","):
            node.other = self.expression(0)
        self._expect("|")
        return node

    # --- what may follow

    def _binary(self, left: Node, token: Token) -> Node:
        return Node("binary", token.position, token.value, left=left, right=self.expression(POWER[token.value]))

    def _bind(self, left: Node, token: Token) -> Node:
        if left.kind != "variable":
            raise JsonataError("S0212", position=left.position, token=left.value)
        return Node("binary", token.position, ":=", left=left, right=self.expression(POWER[":="] - 1))

    def _name_results(self, left: Node, token: Token) -> Node:
        node = self._binary(left, token)
        if node.right is None or node.right.kind != "variable":
            raise JsonataError("S0214", position=self.token.position, token=token.value)
        return node

    def _condition(self, left: Node, token: Token) -> Node:
        node = Node("condition", token.position, left=left, right=self.expression(0))
        if self._taken(":"):
            node.other = self.expression(0)
        return node

    def _grouped(self, left: Node, token: Token) -> Node:
        return Node("binary", token.position, "{", left=left, pairs=self._pairs())

    def _filter(self, left: Node, token: Token) -> Node:
        if self._is("]"):
            step = left
            while step.kind == "binary" and step.value == "[" and step.left:
                step = step.left
            step.keep_array = True
            self._advance()
            return left
        node = Node("binary", token.position, "[", left=left, right=self.expression(0))
        self._expect("]", after_value=True)
        return node

    def _ordered(self, left: Node, token: Token) -> Node:
        node = Node("binary", token.position, "^", left=left)
        self._expect("(")
        more = True
        while more:
            descending = not self._taken("<") and self._taken(">")
            node.terms.append(Term(self.expression(0), descending))
            more = self._taken(",")
        self._expect(")")
        return node

    def _call(self, left: Node, token: Token) -> Node:
        node = Node("function", token.position, token.value, left=left)
        more = not self._is(")")
        while more:
            node.items.append(self._argument(node))
            more = self._taken(",")
        self._expect(")", after_value=True)
        return self._lambda(node) if left.kind == "name" and left.value in LAMBDAS else node

    def _argument(self, node: Node) -> Node:
        if not self._is("?"):
            return self.expression(0)
        node.kind = "partial"
        blank = Node("blank", self.token.position, "?")
        self._advance()
        return blank

    def _lambda(self, node: Node) -> Node:
        for place, parameter in enumerate(node.items, 1):
            if parameter.kind != "variable":
                position, token = parameter.position, parameter.value
                raise JsonataError("S0208", position=position, token=token, value=place)
        node.kind = "lambda"
        if self._is("<"):
            node.signature = self._signature()
        self._expect("{")
        node.left = self.expression(0)
        self._expect("}")
        return node

    def _signature(self) -> Signature:
        start, depth, text = self.token.position, 1, "<"
        while depth > 0 and not self._is("{") and self.token.kind is not Kind.END:
            self._advance()
            depth += self._is("<") - self._is(">")
            text += str(self.token.value)
        self._expect(">")
        try:
            return Signature(text)
        except JsonataError as error:
            error.position = start + error.facts["offset"]
            raise


FIRST: Final[Mapping[str, Callable[[Reader, Token], Node]]] = {
    "-": Reader._negation,
    "(": Reader._block,
    "[": Reader._array,
    "{": Reader._object,
    "|": Reader._transform,
}
MORE: Final[Mapping[str, Callable[[Reader, Node, Token], Node]]] = {
    ":=": Reader._bind,
    "@": Reader._name_results,
    "#": Reader._name_results,
    "?": Reader._condition,
    "{": Reader._grouped,
    "[": Reader._filter,
    "^": Reader._ordered,
    "(": Reader._call,
}
