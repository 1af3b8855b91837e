"""Functions that look for something in a text: a part of it, a regular expression, or whatever a function finds.

A regular expression is a function from a text to its first match, an object whose `next` is the function to the
following one. Users may write such functions themselves; for our own the matches are taken directly.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.jsonata.arithmetic import finite
from penstock.languages.jsonata.calls import Native, call
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.regex.pattern import Found, Pattern
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Function, Sequence, Value, is_number


@dataclass(frozen=True, slots=True)
class Match:
    """A match: what was found, where, and its groups (undefined where a group took no part)."""

    text: Value
    start: Value
    end: Value
    groups: Value


class Matcher(Native):
    """A regular expression as a function."""

    __slots__ = ("pattern", "position")

    def __init__(self, pattern: Pattern, position: int) -> None:
        super().__init__(self._first, arity=2)
        self.pattern = pattern
        self.position = position

    def _first(self, run: Run, text: Value, start: Value) -> Value:
        if not isinstance(text, str):
            return UNDEFINED
        return self._described(text, self.pattern.search(text, start if type(start) is int else 0, run.pay))

    def _described(self, text: str, found: Found | None) -> Value:
        if found is None:
            return UNDEFINED
        match = _match(text, found)
        following = Native(lambda later: self._following(later, text, found), arity=0)
        return {
            "match": match.text,
            "start": match.start,
            "end": match.end,
            "groups": match.groups,
            "next": following,
        }

    def _following(self, run: Run, text: str, found: Found) -> Value:
        return self._described(text, self.after(run, text, found))

    def after(self, run: Run, text: str, found: Found) -> Found | None:
        """The match after another; one of no characters would be found for ever, and is an error."""
        if found.end >= len(text):
            return None
        following = self.pattern.search(text, found.end, run.pay)
        if following is not None and following.start == following.end:
            raise JsonataError("D1004", position=self.position, value=self.pattern.source)
        return following

    def matches(self, run: Run, text: str) -> Iterator[Match]:
        """All matches in a text, one after the other."""
        found = self.pattern.search(text, 0, run.pay)
        while found is not None:
            run.pay(1)
            yield _match(text, found)
            found = self.after(run, text, found)


def _match(text: str, found: Found) -> Match:
    groups = [UNDEFINED if group is None else group for group in found.groups]
    return Match(text[found.start : found.end], found.start, found.end, groups)


def _matches(run: Run, matcher: Function, text: str) -> Iterator[Match]:
    """What a matcher finds, be it ours or the user's."""
    if isinstance(matcher, Matcher):
        yield from matcher.matches(run, text)
        return
    found = _checked(call(run, matcher, [text]))
    while found is not UNDEFINED:
        yield Match(*(found.get(name, UNDEFINED) for name in ("match", "start", "end", "groups")))
        found = _checked(call(run, found.get("next", UNDEFINED), [UNDEFINED]))


def _checked(found: Value) -> Value:
    """What a user's matcher gave, if it is a match or nothing."""
    if found is UNDEFINED:
        return found
    fits = isinstance(found, dict) and (
        is_number(found.get("start"))
        or isinstance(found.get("groups"), list)
        or isinstance(found.get("next"), Function)
    )
    if not fits:
        raise JsonataError("T1010")
    return found


def _limit(limit: Value, code: str, index: int) -> float:
    if limit is UNDEFINED:
        return math.inf
    if limit < 0:
        raise JsonataError(code, value=limit, index=index)
    return float(math.ceil(finite(limit)))


def contains(run: Run, text: Value, sought: Value) -> Value:
    """Whether a text has a part, or a match."""
    if text is UNDEFINED:
        return UNDEFINED
    if isinstance(sought, str):
        return sought in text
    return next(_matches(run, sought, text), None) is not None


def match(run: Run, text: Value, matcher: Function, limit: Value) -> Value:
    """All matches in a text, with where they are and their groups."""
    if text is UNDEFINED:
        return UNDEFINED
    most = _limit(limit, "D3040", 3)
    found = Sequence()
    if most > 0:
        for each in _matches(run, matcher, text):
            found.append({"match": each.text, "index": each.start, "groups": each.groups})
            if len(found) >= most:
                break
    return found


def split(run: Run, text: Value, separator: Value, limit: Value) -> Value:
    """The parts of a text between separators."""
    if text is UNDEFINED:
        return UNDEFINED
    most = _limit(limit, "D3020", 3)
    run.pay_text(len(text))
    if most == 0:
        return []
    if isinstance(separator, str):
        parts = text.split(separator) if separator else list(text)
        run.pay_copy(len(parts))
        return parts if most == math.inf else parts[: int(limit)]
    return _split_at_matches(run, text, separator, most)


def _split_at_matches(run: Run, text: str, matcher: Function, most: float) -> list[str]:
    parts: list[str] = []
    start = 0
    for found in _matches(run, matcher, text):
        parts.append(text[start : found.start])
        start = found.end
        if len(parts) >= most:
            return parts
    return [*parts, text[start:]]


def replace(run: Run, text: Value, sought: Value, replacement: Value, limit: Value) -> Value:
    """A text with parts of it, or its matches, replaced."""
    if text is UNDEFINED:
        return UNDEFINED
    if sought == "":
        raise JsonataError("D3010", value=sought, index=2)
    most = _limit(limit, "D3011", 4)
    if most == 0:
        return text
    if isinstance(sought, str):
        return _replaced_text(run, text, sought, replacement, most)
    return _replaced_matches(run, text, sought, _replacer(run, replacement), most)


def _replaced_text(run: Run, text: str, sought: str, replacement: Value, most: float) -> str:
    times = min(text.count(sought), most)
    instead = replacement if isinstance(replacement, str) else ""
    run.pay_text(len(text) + int(times) * len(instead))
    return text.replace(sought, instead, int(times))


def _replaced_matches(run: Run, text: str, matcher: Function, replacer: Callable[[Match], Value], most: float) -> str:
    pieces: list[str] = []
    position = 0
    for count, found in enumerate(_matches(run, matcher, text), 1):
        instead = replacer(found)
        if not isinstance(instead, str):
            raise JsonataError("D3012", value=instead)
        pieces += [text[position : found.start], instead]
        run.pay_text(len(instead))
        position = found.start + len(found.text)
        if count >= most:
            break
    run.pay_text(len(text))
    return "".join([*pieces, text[position:]])


def _replacer(run: Run, replacement: Value) -> Callable[[Match], Value]:
    if isinstance(replacement, str):
        return lambda found: _filled(replacement, found)
    return lambda found: call(run, replacement, [_as_object(found)])


def _as_object(found: Match) -> dict[str, Value]:
    return {"match": found.text, "start": found.start, "end": found.end, "groups": found.groups}


def _filled(replacement: str, found: Match) -> str:
    """The replacement with $0, $1 and so on filled in; $$ is a dollar."""
    pieces: list[str] = []
    position = 0
    while (dollar := replacement.find("$", position)) >= 0:
        pieces.append(replacement[position:dollar])
        piece, position = _reference(replacement, dollar + 1, found)
        pieces.append(piece)
    return "".join([*pieces, replacement[position:]])


def _reference(replacement: str, at: int, found: Match) -> tuple[str, int]:
    """What stands for a dollar and what follows it, and where the text goes on."""
    following = replacement[at : at + 1]
    if following == "$":
        return "$", at + 1
    if following == "0":
        return found.text, at + 1
    digits = _leading_digits(replacement, at, len(str(len(found.groups))))
    if len(digits) > 1 and int(digits) > len(found.groups):
        digits = digits[:-1]  # $12 where there are fewer groups is $1 and a 2
    if not digits:
        return "$", at
    number = int(digits)
    group = found.groups[number - 1] if 0 < number <= len(found.groups) else ""
    return ("" if group is UNDEFINED else group), at + len(str(number))


def _leading_digits(text: str, at: int, most: int) -> str:
    end = at
    while end < min(len(text), at + most) and text[end] in "0123456789":
        end += 1
    return text[at:end]


FUNCTIONS: Final[Mapping[str, Native]] = {
    "contains": Native(contains, "<s-(sf):b>", arity=2),
    "match": Native(match, "<s-f<s:o>n?:a<o>>", arity=3),
    "split": Native(split, "<s-(sf)n?:a<s>>", arity=3),
    "replace": Native(replace, "<s-(sf)(sf)n?:s>", arity=4),
}
