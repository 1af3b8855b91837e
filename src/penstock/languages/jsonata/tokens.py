"""Tokens: the words of an expression's text.

What a slash means depends on where it stands: after a value it divides, elsewhere it opens a regular expression; so
tokens are asked for one at a time, by a reader that says whether an operator may follow.
"""

import math
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.regex.pattern import Pattern
from penstock.languages.jsonata.values import Value, whole

SPACE: Final = re.compile(r"[ \t\n\r\v]*")
OPERATOR: Final = re.compile(r"\.\.|:=|!=|>=|<=|\*\*|~>|[.\[\]{}(),@#;:?+\-*/%|=<>^&!~]")
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?")
NAME: Final = re.compile(r"[^ \t\n\r\v.\[\]{}(),@#;:?+\-*/%|=<>^&!~]*")
HEX: Final = re.compile(r"[0-9a-fA-F]+")
SURROGATES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")

ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS: Final = {"true": True, "false": False, "null": None}


class Kind(Enum):
    """What sort of word a token is."""

    NAME = auto()
    VARIABLE = auto()
    OPERATOR = auto()
    STRING = auto()
    NUMBER = auto()
    VALUE = auto()  # true, false, null
    REGEX = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A word and where it begins (an operator or a string: where it ends, which is what errors of them tell)."""

    kind: Kind
    value: Value
    position: int


class Tokens:
    """An expression's text, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def next(self, *, after_value: bool) -> Token:
        """The next token; a slash divides after a value, and opens a regular expression elsewhere."""
        self._skip()
        if self.at >= len(self.text):
            return Token(Kind.END, "(end)", len(self.text))
        char = self.text[self.at]
        if char == "/" and not after_value:
            self.at += 1
            return self._token(Kind.REGEX, self._regex())
        if found := OPERATOR.match(self.text, self.at):
            self.at = found.end()
            return self._token(Kind.OPERATOR, found[0])
        if char in "\"'":
            return self._token(Kind.STRING, self._string(char))
        if found := NUMBER.match(self.text, self.at):
            return self._number(found)
        return self._quoted_name() if char == "`" else self._word()

    def _token(self, kind: Kind, value: Value) -> Token:
        return Token(kind, value, self.at)

    def _skip(self) -> None:
        while True:
            spaces = SPACE.match(self.text, self.at)
            self.at = spaces.end() if spaces else self.at
            if not self.text.startswith("/*", self.at):
                return
            end = self.text.find("*/", self.at + 2)
            if end < 0:
                raise JsonataError("S0106", position=self.at)
            self.at = end + 2

    def _number(self, found: re.Match[str]) -> Token:
        number = float(found[0])
        if math.isinf(number):
            raise JsonataError("S0102", position=self.at, token=found[0])
        self.at = found.end()
        return self._token(Kind.NUMBER, whole(number))

    def _quoted_name(self) -> Token:
        end = self.text.find("`", self.at + 1)
        if end < 0:
            raise JsonataError("S0105", position=len(self.text))
        name = self.text[self.at + 1 : end]
        self.at = end + 1
        return self._token(Kind.NAME, name)

    def _word(self) -> Token:
        found = NAME.match(self.text, self.at)
        word = found[0] if found else ""
        self.at += len(word)
        if word.startswith("$"):
            return self._token(Kind.VARIABLE, word[1:])
        if word in {"or", "in", "and"}:
            return self._token(Kind.OPERATOR, word)
        if word in WORDS:
            return self._token(Kind.VALUE, WORDS[word])
        return self._token(Kind.NAME, word)

    def _string(self, quote: str) -> str:
        pieces: list[str] = []
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == quote:
                self.at += 1
                return SURROGATES.sub(_joined, "".join(pieces))
            pieces.append(self._escape() if char == "\\" else char)
            self.at += 1
        raise JsonataError("S0101", position=self.at)

    def _escape(self) -> str:
        self.at += 1
        char = self.text[self.at : self.at + 1]
        if char in ESCAPES:
            return ESCAPES[char]
        if char != "u":
            raise JsonataError("S0103", position=self.at, token=char)
        digits = self.text[self.at + 1 : self.at + 5]
        if not HEX.fullmatch(digits):
            raise JsonataError("S0104", position=self.at)
        self.at += 4
        return chr(int(digits, 16))

    def _regex(self) -> Pattern:
        start, depth = self.at, 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                self.at += 1  # whatever is escaped neither closes the expression nor a bracket
            elif char == "/" and depth == 0:
                return self._pattern(start)
            elif char in "([{":
                depth += 1
            elif char in ")]}":
                depth -= 1
            self.at += 1
        raise JsonataError("S0302", position=len(self.text))

    def _pattern(self, start: int) -> Pattern:
        source = self.text[start : self.at]
        if not source:
            raise JsonataError("S0301", position=self.at)
        self.at += 1
        flags = self.at
        while self.text[self.at : self.at + 1] in ("i", "m"):
            self.at += 1
        return Pattern(source, self.text[flags : self.at])


def _joined(pair: re.Match[str]) -> str:
    high, low = map(ord, pair[0])
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
