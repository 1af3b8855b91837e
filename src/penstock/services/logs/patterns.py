"""Filter patterns: which messages a search means.

    ERROR "bad request" -debug          every term, and not that one
    ?ERROR ?WARN                        any of them
    { $.code >= 400 && $.user.name = "a*" }     members of a message that is JSON

A pattern is read once into a function of a message. Terms match anywhere in a message, case and all. Patterns for
space-delimited fields (`[a, b]`) and regular expressions (`%…%`) are refused, not guessed at.
"""

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from penstock.services.logs.model import InvalidParameter
from penstock.wire.call import Json

Matches = Callable[[str], bool]
OfValue = Callable[[Json], bool]

_TERM: Final = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))')
_PLAIN: Final = re.compile(r"\w+")
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<selector>\$(?:\.[\w@-]+|\[\d+\]|\.?\["[^"]+"\])+)|"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<sign>&&|\|\||!=|<=|>=|=|<|>|\(|\))|(?P<word>[\w.*+:/@-]+))""",
    re.VERBOSE,
)
_STEP: Final = re.compile(r'\.([\w@-]+)|\[(\d+)\]|\.?\["([^"]+)"\]')
_ABSENT: Final = object()


def matcher(pattern: str) -> Matches:
    """The function that says whether a message is meant; raises `InvalidParameter` where a pattern cannot be read."""
    text = pattern.strip()
    if not text:
        return lambda _: True
    if text[0] == "{":
        return json_matcher(text)
    if text[0] == "[" or text.startswith("%"):
        raise InvalidParameter(
            f"Invalid filter pattern: {text}: Penstock reads terms and {{ $.member }} patterns; "
            "write the fields of interest as terms."
        )
    return terms_matcher(text)


# ----------------------------------------------------------------------------------------------------------- terms


def terms_matcher(text: str) -> Matches:
    terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
    at = 0
    while at < len(text):
        found = _TERM.match(text, at)
        if found is None:
            raise InvalidParameter(f"Invalid filter pattern: an unclosed quote in: {text}")
        sign, quoted, word = found.groups()
        if quoted is None and not _PLAIN.fullmatch(word):
            raise InvalidParameter(f"Invalid character(s) in term '{word}': put it in double quotes.")
        terms[sign].append(word if quoted is None else unescaped(quoted))
        at = found.end() + len(text[found.end() :]) - len(text[found.end() :].lstrip())
    needed, any_of, unwanted = terms[""], terms["?"], terms["-"]
    if needed:
        any_of = []  # as on AWS: beside a term that must be there, optional ones say nothing

    def matches(message: str) -> bool:
        return (
            all(term in message for term in needed)
            and not any(term in message for term in unwanted)
            and (not any_of or any(term in message for term in any_of))
        )

    return matches


def unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


# ------------------------------------------------------------------------------------------------------------ JSON


def json_matcher(text: str) -> Matches:
    if not text.endswith("}"):
        raise InvalidParameter(f"Invalid filter pattern: no closing brace in: {text}")
    parser = _Parser(text[1:-1])
    test = parser.any_of()
    if parser.next is not None:
        raise parser.broken()

    def matches(message: str) -> bool:
        try:
            value = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeEncodeError):
            return False
        return isinstance(value, dict) and test(value)

    return matches


class _Parser:
    """Reads conditions: `||` of `&&` of comparisons or parentheses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.next: tuple[str, str] | None = None
        self._step()

    def any_of(self) -> OfValue:
        tests = [self._all_of()]
        while self._takes("||"):
            tests.append(self._all_of())
        return lambda value: any(test(value) for test in tests)

    def _all_of(self) -> OfValue:
        tests = [self._one()]
        while self._takes("&&"):
            tests.append(self._one())
        return lambda value: all(test(value) for test in tests)

    def _one(self) -> OfValue:
        if self._takes("("):
            inner = self.any_of()
            if not self._takes(")"):
                raise self.broken()
            return inner
        steps = steps_of(self._take("selector"))
        if self.next is not None and self.next[0] == "word":
            return self._worded(steps)
        sign = self._take("sign")
        if sign not in COMPARISONS or self.next is None or self.next[0] == "selector":
            raise self.broken()
        kind, wanted = self.next
        self._step()
        test = COMPARISONS[sign](wanted, kind == "quoted")
        return lambda value: (found := select(value, steps)) is not _ABSENT and test(found)

    def _worded(self, steps: list[str | int]) -> OfValue:
        """`IS NULL`, `IS TRUE`, `IS FALSE`, `NOT EXISTS`."""
        words = f"{self._take('word')} {self._take('word')}".upper()
        if words not in WORDED:
            raise self.broken()
        test = WORDED[words]
        return lambda value: test(select(value, steps))

    def _takes(self, sign: str) -> bool:
        if self.next != ("sign", sign):
            return False
        self._step()
        return True

    def _take(self, kind: str) -> str:
        if self.next is None or self.next[0] != kind:
            raise self.broken()
        text = self.next[1]
        self._step()
        return text

    def _step(self) -> None:
        if not self._text[self._at :].strip():
            self.next = None
            return
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup is None:
            raise self.broken()
        self._at = found.end()
        text = found[found.lastgroup]
        self.next = (found.lastgroup, unescaped(text) if found.lastgroup == "quoted" else text)

    def broken(self) -> InvalidParameter:
        return InvalidParameter(
            f"Invalid filter pattern: it cannot be read from here on: {self._text[self._at :].strip()}"
        )


def steps_of(selector: str) -> list[str | int]:
    return [int(index) if index else name or quoted for name, index, quoted in _STEP.findall(selector)]


def select(value: Json, steps: list[str | int]) -> Json:
    """What a selector finds; `_ABSENT` where there is nothing."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return _ABSENT
            value = value[step]
        elif not isinstance(value, dict) or step not in value:
            return _ABSENT
        else:
            value = value[step]
    return value


def equal_to(wanted: str, is_quoted: bool) -> OfValue:
    """Numbers are compared as numbers; in texts, `*` stands for anything."""
    number = None if is_quoted else as_number(wanted)
    glob = wanted.replace("[", "[[]").replace("?", "[?]")

    def test(found: Json) -> bool:
        if isinstance(found, bool) or found is None or isinstance(found, dict | list):
            return False
        if number is not None and isinstance(found, int | float):
            return found == number
        return fnmatchcase(str(found), glob)

    return test


def compared(holds: Callable[[float, float], bool]) -> Callable[[str, bool], OfValue]:
    def comparison(wanted: str, is_quoted: bool) -> OfValue:
        number = None if is_quoted else as_number(wanted)
        if number is None:
            raise InvalidParameter(f"Invalid filter pattern: only numbers have an order, and '{wanted}' is none.")
        least = number
        return lambda found: (
            isinstance(found, int | float) and not isinstance(found, bool) and holds(float(found), least)
        )

    return comparison


def as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


COMPARISONS: Final[Mapping[str, Callable[[str, bool], OfValue]]] = {
    "=": equal_to,
    "!=": lambda wanted, is_quoted: lambda found: not equal_to(wanted, is_quoted)(found),
    "<": compared(lambda found, wanted: found < wanted),
    "<=": compared(lambda found, wanted: found <= wanted),
    ">": compared(lambda found, wanted: found > wanted),
    ">=": compared(lambda found, wanted: found >= wanted),
}
WORDED: Final[Mapping[str, OfValue]] = {
    "IS NULL": lambda found: found is None,
    "IS TRUE": lambda found: found is True,
    "IS FALSE": lambda found: found is False,
    "NOT EXISTS": lambda found: found is _ABSENT,
}
