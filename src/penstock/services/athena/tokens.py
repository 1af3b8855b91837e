"""Tokens of a statement about tables, in Hive's language: names, texts, signs; comments are gone. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from penstock.services.athena.model import QueryFailed

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | '(?P<text>(?:[^'\\]|\\.|'')*)'
      | "(?P<quoted>(?:[^"\\]|\\.|"")*)"
      | `(?P<name>[^`]+)`
      | (?P<word>[\w$]+)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MEANT: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}

Kind = Literal["text", "quoted", "name", "word", "sign"]


_KINDS: Final[tuple[Kind, ...]] = ("text", "quoted", "name", "word", "sign")


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str

    def says(self, *words: str) -> bool:
        return self.kind in {"word", "sign"} and self.text.upper() in words


END: Final = Token("sign", "")


def tokens(statement: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(statement):
        for kind in _KINDS:
            if (text := found[kind]) is not None:
                escaped = kind in {"text", "quoted"}
                yield Token(kind, _ESCAPED.sub(lambda sign: _MEANT.get(sign[1], sign[1]), text) if escaped else text)


class Reading:
    """A statement, read from left to right; raises `QueryFailed` where something else was to come."""

    def __init__(self, statement: str) -> None:
        self._left = [*tokens(statement)]
        while self._left and self._left[-1].says(";"):
            self._left.pop()
        self._left.reverse()

    @property
    def next(self) -> Token:
        return self._left[-1] if self._left else END

    def take(self) -> Token:
        return self._left.pop() if self._left else END

    def has(self, *words: str) -> bool:
        """Take these words if they are what comes next."""
        ahead = self._left[-len(words) :][::-1]
        if len(ahead) < len(words) or not all(token.says(word) for token, word in zip(ahead, words, strict=True)):
            return False
        del self._left[-len(words) :]
        return True

    def expect(self, *words: str) -> None:
        if not self.has(*words):
            raise unexpected(self.next, " ".join(words))

    def name(self) -> str:
        token = self.take()
        if token.kind not in {"name", "word", "quoted"}:
            raise unexpected(token, "a name")
        return token.text

    def text(self) -> str:
        token = self.take()
        if token.kind not in {"text", "quoted"}:
            raise unexpected(token, "a text in quotes")
        return token.text

    def end(self) -> None:
        if self._left:
            raise unexpected(self.next, "the end")


def unexpected(token: Token, wanted: str) -> QueryFailed:
    return QueryFailed(f"SYNTAX_ERROR: mismatched input '{token.text or '<EOF>'}'. Expecting: {wanted}")
