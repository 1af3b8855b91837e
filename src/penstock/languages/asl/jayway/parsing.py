"""Text → steps. What cannot be read raises `ValueError` saying what was expected and where.

Both a path and the filters inside it are read here, by one cursor; paths nest in filters and filters in paths, so the
depth is bounded.
"""

import json
import re
from typing import Final, NoReturn

from penstock.languages.asl.jayway.tree import (
    AllOf,
    AnyOf,
    Comparison,
    Constant,
    Exists,
    Filter,
    Index,
    Inner,
    Json,
    Not,
    Operand,
    Pattern,
    Property,
    Scan,
    Slice,
    Step,
    Test,
    Wildcard,
)

DEEPEST: Final = 32
LONGEST: Final = 16_384
_NAME: Final = re.compile(r"[^.\[\]()\s'\"*?,@&|=<>!]+(?:\([^()\[\]'\"]*\))?")
_WORD: Final = re.compile(r"[A-Za-z]+")
_INTEGER: Final = re.compile(r"-?\d{1,9}")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_OPERATOR: Final = re.compile(
    r"===|!==|==|!=|<=|>=|=~|<|>|(?:in|nin|subsetof|anyof|noneof|sizeof|size|empty|contains|all|type|matches)\b",
    re.IGNORECASE,
)
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def parse(text: str) -> tuple[Step, ...]:
    """The steps of a path that begins with `$`."""
    if len(text) > LONGEST:
        raise ValueError(f"a path is at most {LONGEST} characters long")
    cursor = _Cursor(text)
    cursor.expect("$")
    steps = cursor.steps()
    if cursor.at != len(text):
        cursor.fail("'.' or '['")
    return steps


class _Cursor:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self, expected: str) -> NoReturn:
        found = f"found '{self.text[self.at]}'" if self.at < len(self.text) else "the path ends"
        raise ValueError(f"expected {expected} at position {self.at}, but {found}")

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def sees(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def take(self, token: str) -> bool:
        if self.sees(token):
            self.at += len(token)
            return True
        return False

    def expect(self, token: str) -> None:
        self.space()
        if not self.take(token):
            self.fail(f"'{token}'")

    def match(self, pattern: re.Pattern[str]) -> str | None:
        if (found := pattern.match(self.text, self.at)) is None:
            return None
        self.at = found.end()
        return found.group()

    # steps

    def steps(self) -> tuple[Step, ...]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"a path nests at most {DEEPEST} deep")
        found: list[Step] = []
        while (step := self.step()) is not None:
            found.append(step)
        self.depth -= 1
        return tuple(found)

    def step(self) -> Step | None:
        if self.take(".."):
            return Scan(self.bracket() if self.sees("[") else self.dotted())
        if self.take("."):
            return self.dotted()
        return self.bracket() if self.sees("[") else None

    def dotted(self) -> Property | Wildcard:
        if self.take("*"):
            return Wildcard()
        name = self.match(_NAME)
        if name is None:
            self.fail("a name or '*'")
        return Property((name,))

    def bracket(self) -> Property | Index | Slice | Wildcard | Filter:
        self.expect("[")
        self.space()
        if self.take("*"):
            self.expect("]")
            return Wildcard()
        if self.take("?"):
            return self.filter()
        if self.sees("'") or self.sees('"'):
            return self.names()
        return self.numbers()

    def names(self) -> Property:
        names = [self.quoted()]
        self.space()
        while self.take(","):
            self.space()
            names.append(self.quoted())
            self.space()
        self.expect("]")
        return Property(tuple(names))

    def numbers(self) -> Index | Slice:
        start = self.integer()
        self.space()
        if self.take(":"):
            self.space()
            stop = self.integer()
            self.expect("]")
            if start is None and stop is None:
                self.fail("a number on one side of ':'")
            return Slice(start, stop)
        if start is None:
            self.fail("a quoted name, a number, '*' or '?'")
        indexes = [start]
        while self.take(","):
            self.space()
            if (index := self.integer()) is None:
                self.fail("a number")
            indexes.append(index)
            self.space()
        self.expect("]")
        return Index(tuple(indexes))

    def integer(self) -> int | None:
        digits = self.match(_INTEGER)
        return None if digits is None else int(digits)

    def quoted(self) -> str:
        quote = self.text[self.at : self.at + 1]
        if quote not in {"'", '"'}:
            self.fail("a quoted name")
        start = self.at = self.at + 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            self.at += 2 if self.text[self.at] == "\\" else 1
        if self.at >= len(self.text):
            self.at = len(self.text)
            self.fail(f"a closing {quote}")
        self.at += 1
        return _ESCAPE.sub(_unescape, self.text[start : self.at - 1])

    # filters

    def filter(self) -> Filter:
        self.expect("(")
        start = self.at
        test = self.any_of()
        self.expect(")")
        text = self.text[start : self.at - 1].strip()
        self.expect("]")
        return Filter(test, text)

    def any_of(self) -> Test:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"a filter nests at most {DEEPEST} deep")
        tests = [self.all_of()]
        self.space()
        while self.take("||"):
            tests.append(self.all_of())
            self.space()
        self.depth -= 1
        return tests[0] if len(tests) == 1 else AnyOf(tuple(tests))

    def all_of(self) -> Test:
        tests = [self.test()]
        self.space()
        while self.take("&&"):
            tests.append(self.test())
            self.space()
        return tests[0] if len(tests) == 1 else AllOf(tuple(tests))

    def test(self) -> Test:
        self.space()
        negations = 0
        while self.take("!"):
            negations += 1
            self.space()
        test = self.group() if self.take("(") else self.comparison()
        return Not(test) if negations % 2 else test

    def group(self) -> Test:
        test = self.any_of()
        self.expect(")")
        return test

    def comparison(self) -> Test:
        left = self.operand()
        self.space()
        operator = self.match(_OPERATOR)
        if operator is None:
            if not isinstance(left, Inner):
                self.fail("a comparison")
            return Exists(left)
        return Comparison(left, operator.lower(), self.operand())

    def operand(self) -> Operand:
        self.space()
        if self.sees("@") or self.sees("$"):
            root = self.text[self.at]
            self.at += 1
            return Inner("@" if root == "@" else "$", self.steps())
        if self.sees("'") or self.sees('"'):
            return Constant(self.quoted())
        if self.take("/"):
            return self.pattern()
        if self.sees("[") or self.sees("{"):
            return Constant(self.document())
        if (number := self.match(_NUMBER)) is not None:
            return Constant(json.loads(number))
        return self.word()

    def word(self) -> Constant:
        start = self.at
        word = self.match(_WORD)
        if word not in {"true", "false", "null"}:
            self.at = start
            self.fail("a path, a string, a number, true, false or null")
        return Constant({"true": True, "false": False, "null": None}[word])

    def pattern(self) -> Pattern:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] != "/":
            self.at += 2 if self.text[self.at] == "\\" else 1
        text = self.text[start : self.at].replace("\\/", "/")
        self.expect("/")
        return Pattern(text, self.match(_WORD) or "")

    def document(self) -> Json:
        """A JSON array or object, whose strings may have single quotes."""
        start = self.at
        open_brackets = 0
        parts: list[str] = []
        while not parts or open_brackets:
            if self.at >= len(self.text):
                self.fail("the end of a JSON value")
            character = self.text[self.at]
            if character in "'\"":
                parts.append(json.dumps(self.quoted()))
                continue
            parts.append(character)
            self.at += 1
            open_brackets += (character in "[{") - (character in "]}")
        try:
            return json.loads("".join(parts))
        except (ValueError, RecursionError):
            raise ValueError(f"expected a JSON value at position {start}") from None


def _unescape(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)
