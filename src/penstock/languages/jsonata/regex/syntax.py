"""Syntax: the text of a JavaScript regular expression as a tree.

Classes are kept as sets of code points (sorted ranges), so that the machine and the translation mean the same by `\\s`.
JavaScript's lenient corners are kept too: `{` that opens no count and `]` that closes nothing stand for themselves.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from penstock.languages.jsonata.errors import JsonataError

Ranges = tuple[tuple[int, int], ...]

LAST: Final = 0x10FFFF
DIGIT: Final[Ranges] = ((0x30, 0x39),)
WORD: Final[Ranges] = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
SPACE: Final[Ranges] = (
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
LINE_END: Final[Ranges] = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
CONTROLS: Final = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
COUNT: Final = re.compile(r"\{(\d{1,9})(,(\d{0,9}))?\}")
NAME: Final = re.compile(r"<([A-Za-z_$][\w$]*)>")


def complement(ranges: Ranges) -> Ranges:
    """All code points but those."""
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, LAST)) if start <= LAST else tuple(found)


CLASSES: Final = {
    "d": DIGIT,
    "w": WORD,
    "s": SPACE,
    "D": complement(DIGIT),
    "W": complement(WORD),
    "S": complement(SPACE),
}


class Chars(msgspec.Struct, frozen=True):
    """One character out of a set, or none of it."""

    ranges: Ranges
    inverted: bool = False


class Edge(msgspec.Struct, frozen=True):
    """A place between characters: ^, $, b or B."""

    sign: str


class Back(msgspec.Struct, frozen=True):
    """What a group matched, again."""

    group: int | str


class Group(msgspec.Struct, frozen=True):
    """A group that is remembered."""

    number: int
    inner: "Tree"


class Look(msgspec.Struct, frozen=True):
    """A look ahead or behind, which matches no characters."""

    inner: "Tree"
    ahead: bool
    wanted: bool


class Repeat(msgspec.Struct, frozen=True):
    """Something again and again."""

    inner: "Tree"
    least: int
    most: int | None
    greedy: bool


class Chain(msgspec.Struct, frozen=True):
    """One thing after the other."""

    parts: "tuple[Tree, ...]"


class Either(msgspec.Struct, frozen=True):
    """The first of several that fits."""

    choices: "tuple[Tree, ...]"


Tree = Chars | Edge | Back | Group | Look | Repeat | Chain | Either


class Reading(msgspec.Struct):
    """A regular expression as it is read."""

    source: str
    at: int = 0
    groups: int = 0
    names: dict[str, int] = msgspec.field(default_factory=dict)

    def read(self) -> Tree:
        """The whole of it."""
        tree = self._either()
        if self.at < len(self.source):
            raise self._wrong("Unmatched ')'")
        return tree

    def _wrong(self, what: str) -> JsonataError:
        return JsonataError("S0303", message=f"Invalid regular expression: /{self.source}/: {what}")

    def _next(self, text: str) -> bool:
        """Whether the text is next; it is passed over."""
        found = self.source.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def _either(self) -> Tree:
        choices = [self._chain()]
        while self._next("|"):
            choices.append(self._chain())
        return choices[0] if len(choices) == 1 else Either(tuple(choices))

    def _chain(self) -> Tree:
        parts: list[Tree] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._repeated(self._one()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _repeated(self, inner: Tree) -> Tree:
        counts = self._counts()
        if counts is None:
            return inner
        if isinstance(inner, Edge) or (isinstance(inner, Look) and not inner.ahead):
            raise self._wrong("Nothing to repeat")
        least, most = counts
        if most is not None and most < least:
            raise self._wrong("numbers out of order in {} quantifier")
        return Repeat(inner, least, most, greedy=not self._next("?"))

    def _counts(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        for sign, counts in simple.items():
            if self._next(sign):
                return counts
        found = COUNT.match(self.source, self.at)
        if found is None:
            return None
        self.at = found.end()
        least = int(found[1])
        return least, least if found[2] is None else int(found[3]) if found[3] else None

    def _one(self) -> Tree:
        char = self.source[self.at]
        if char in "*+?" or COUNT.match(self.source, self.at):
            raise self._wrong("Nothing to repeat")
        self.at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escape()
        if char in "^$":
            return Edge(char)
        return Chars(LINE_END, inverted=True) if char == "." else _single(ord(char))

    def _group(self) -> Tree:
        if self._next("?:"):
            return self._closed(self._either())
        for opening, ahead, wanted in (
            ("?=", True, True),
            ("?!", True, False),
            ("?<=", False, True),
            ("?<!", False, False),
        ):
            if self._next(opening):
                return Look(self._closed(self._either()), ahead, wanted)
        self.groups += 1
        number = self.groups
        if self._next("?"):
            self._named(number)
        return Group(number, self._closed(self._either()))

    def _named(self, number: int) -> None:
        found = NAME.match(self.source, self.at)
        if found is None:
            raise self._wrong("Invalid group")
        if found[1] in self.names:
            raise self._wrong("Duplicate capture group name")
        self.names[found[1]] = number
        self.at = found.end()

    def _closed(self, inner: Tree) -> Tree:
        if not self._next(")"):
            raise self._wrong("Unterminated group")
        return inner

    def _escape(self) -> Tree:
        if self.at >= len(self.source):
            raise self._wrong("\\ at end of pattern")
        char = self.source[self.at]
        if char in CLASSES:
            self.at += 1
            return Chars(CLASSES[char])
        if char in "bB":
            self.at += 1
            return Edge(char)
        if char == "k" and (found := NAME.match(self.source, self.at + 1)):
            self.at = found.end()
            return Back(found[1])
        if char in "123456789" and (found := re.compile(r"\d+").match(self.source, self.at)):
            return self._numbered(found)
        return _single(self._character())

    def _numbered(self, found: re.Match[str]) -> Tree:
        if int(found[0]) <= _groups_of(self.source):
            self.at = found.end()
            return Back(int(found[0]))
        return _single(self._octal())

    def _octal(self) -> int:
        found = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?").match(self.source, self.at)
        if found is None:
            self.at += 1
            return ord(self.source[self.at - 1])
        self.at = found.end()
        return int(found[0], 8)

    def _character(self) -> int:
        """The code point that an escape stands for, its backslash passed."""
        char = self.source[self.at]
        for digits in (r"x([0-9A-Fa-f]{2})", r"u([0-9A-Fa-f]{4})"):
            if found := re.compile(digits).match(self.source, self.at):
                self.at = found.end()
                return int(found[1], 16)
        if found := re.compile(r"c([A-Za-z])").match(self.source, self.at):
            self.at = found.end()
            return ord(found[1]) % 32
        if char in "01234567":
            return self._octal()
        self.at += 1
        return CONTROLS.get(char, ord(char))

    def _set(self) -> Chars:
        inverted = self._next("^")
        ranges: list[tuple[int, int]] = []
        while not self._next("]"):
            ranges.extend(self._range())
        return Chars(tuple(_merged(ranges)), inverted)

    def _range(self) -> Ranges:
        low = self._member()
        if self.source[self.at : self.at + 1] != "-" or self.source[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self._member()
        if len(low) > 1 or len(high) > 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1]:
            return (*low, (0x2D, 0x2D), *high)  # a dash beside a class is a dash
        if high[0][0] < low[0][0]:
            raise self._wrong("Range out of order in character class")
        return ((low[0][0], high[0][0]),)

    def _member(self) -> Ranges:
        if self.at >= len(self.source):
            raise self._wrong("Unterminated character class")
        char = self.source[self.at]
        self.at += 1
        if char != "\\":
            return ((ord(char), ord(char)),)
        if self.at >= len(self.source):
            raise self._wrong("\\ at end of pattern")
        escaped = self.source[self.at]
        if escaped in CLASSES:
            self.at += 1
            return CLASSES[escaped]
        if escaped in "b-":
            self.at += 1
            code = 8 if escaped == "b" else 0x2D
        else:
            code = self._character()
        return ((code, code),)


def _single(code: int) -> Chars:
    return Chars(((code, code),))


def _merged(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for low, high in sorted(ranges):
        if current and low <= current[1] + 1:
            current = (current[0], max(current[1], high))
        else:
            if current:
                yield current
            current = (low, high)
    if current:
        yield current


def _groups_of(source: str) -> int:
    """How many groups an expression has, counted before it is read: a number may refer to one that follows."""
    plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", source, flags=re.DOTALL)
    return len(re.findall(r"\((?!\?)|\(\?<(?![=!])", plain))


def below(tree: Tree) -> tuple[Tree, ...]:
    """The parts of a tree."""
    match tree:
        case Group() | Look() | Repeat():
            return (tree.inner,)
        case Chain():
            return tree.parts
        case Either():
            return tree.choices
    return ()
