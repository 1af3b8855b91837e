"""Intrinsic calls: text → tree. `States.Format('{} of {}', $.a, States.ArrayLength($.b))`."""

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from penstock.languages.asl.view import Json

DEEPEST: Final = 10
LONGEST: Final = 10_000
_FUNCTION: Final = re.compile(r"States\.([A-Za-z0-9]+)\s*\(")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[\s,)]|$)")
_WORD: Final = re.compile(r"(true|false|null)(?=[\s,)]|$)")
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}
_NO_ESCAPE: Final = re.compile(r"(?:[^\\]|\\['{}\\])*\\[^'{}\\]", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Constant:
    value: Json


@dataclass(frozen=True, slots=True)
class Quoted:
    """A string in quotes, its escapes still in it: Format reads them its own way."""

    raw: str

    @property
    def value(self) -> str:
        return unescape(self.raw)


@dataclass(frozen=True, slots=True)
class Reference:
    path: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple["Argument", ...]
    text: str


Argument = Constant | Quoted | Reference | Call


def is_call(text: str) -> bool:
    return text.lstrip().startswith("States.")


def unescape(raw: str) -> str:
    """`\\'`, `\\{`, `\\}` and `\\\\` stand for what follows the backslash."""
    return _ESCAPE.sub(lambda escape: escape.group(1), raw) if "\\" in raw else raw


def parse(text: str) -> Call:
    """Raises `ValueError` saying what is wrong and where."""
    if len(text) > LONGEST:
        raise ValueError(f"an intrinsic function call is at most {LONGEST} characters long")
    reader = _Reader(text)
    reader.space()
    call = reader.call(1)
    reader.space()
    if reader.at != len(text):
        reader.fail("the end of the call")
    return call


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, expected: str) -> NoReturn:
        found = f"found '{self.text[self.at]}'" if self.at < len(self.text) else "the text ends"
        raise ValueError(f"expected {expected} at position {self.at}, but {found}")

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if (found := pattern.match(self.text, self.at)) is not None:
            self.at = found.end()
        return found

    def call(self, depth: int) -> Call:
        if depth > DEEPEST:
            raise ValueError(f"intrinsic functions nest at most {DEEPEST} deep")
        start = self.at
        if (name := self.match(_FUNCTION)) is None:
            self.fail("a function such as States.Format(")
        arguments: list[Argument] = []
        self.space()
        while not self.take(")"):
            if arguments:
                if not self.take(","):
                    self.fail("',' or ')'")
                self.space()
            arguments.append(self.argument(depth))
            self.space()
        return Call(name.group(1), tuple(arguments), self.text[start : self.at])

    def argument(self, depth: int) -> Argument:
        if self.take("'"):
            return self.quoted()
        if self.text.startswith("$", self.at):
            return self.reference()
        if self.text.startswith("States.", self.at):
            return self.call(depth + 1)
        return self.constant()

    def constant(self) -> Constant:
        if (word := self.match(_WORD)) is not None:
            return Constant(_WORDS[word.group(1)])
        if (number := self.match(_NUMBER)) is None:
            self.fail("a path, a number, a string in single quotes, true, false, null or a function")
        text = number.group()
        return Constant(float(text) if set(text) & set(".eE") else int(text))

    def quoted(self) -> Quoted:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] != "'":
            self.at += 2 if self.text[self.at] == "\\" else 1
        if self.at >= len(self.text):
            self.at = len(self.text)
            self.fail("a closing '")
        self.at += 1
        return Quoted(self.checked(start, self.at - 1))

    def checked(self, start: int, end: int) -> str:
        """A string without escapes other than `\\'`, `\\{`, `\\}` and `\\\\`, as AWS wants it."""
        raw = self.text[start:end]
        if (wrong := _NO_ESCAPE.match(raw)) is not None:
            self.at = start + wrong.end() - 1
            self.fail("one of ' { } \\ after a backslash")
        return raw

    def reference(self) -> Reference:
        """A path ends at the first comma or bracket that it has not opened itself, outside quotes."""
        start = self.at
        brackets = 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in "'\"":
                self.skip_quoted(character)
                continue
            if brackets == 0 and (character in ",)" or character.isspace()):
                break
            brackets += (character in "[(") - (character in "])")
            self.at += 1
        return Reference(self.text[start : self.at])

    def skip_quoted(self, quote: str) -> None:
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at = min(self.at + 1, len(self.text))
