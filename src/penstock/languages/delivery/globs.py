"""Globs of triggers: `*` within a part of a name, `**` across parts, `?`, `[a-z]`, `{one,other}`, `\\` before a sign.

`**/` stands for no folder, too: `**/README.md` is also the one at the top.
"""

import re
from functools import lru_cache
from typing import Final

_CLASS: Final = re.compile(r"\[(!?)((?:\\.|[^\]\\])+)\]")
_SIGNS: Final = {"*": "[^/]*", "?": "[^/]"}


class WrongGlob(Exception):
    """A pattern that cannot be read."""


def fits(pattern: str, name: str) -> bool:
    return _compiled(pattern).fullmatch(name) is not None


def check(pattern: str) -> None:
    """Raise `WrongGlob` unless the pattern can be read."""
    _compiled(pattern)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> "re.Pattern[str]":
    try:
        return re.compile(_translated(pattern), re.DOTALL)
    except re.error as error:
        raise WrongGlob(f"'{pattern}' is no glob pattern: {error.msg}") from None


def _translated(pattern: str) -> str:
    made, at, is_in_group = "", 0, False
    while at < len(pattern):
        sign = pattern[at]
        found = _CLASS.match(pattern, at)
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            made, at = f"{made}(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            made, at = f"{made}.*", at + 2
        elif found is not None:
            made, at = f"{made}(?!/)[{'^' if found[1] else ''}{_members(found[2])}]", found.end()
        elif sign in "[{" and (sign == "[" or is_in_group):
            raise WrongGlob(f"'{pattern}' is no glob pattern: the {sign} at {at} is not closed, or within another")
        elif sign == "\\" and at + 1 < len(pattern):
            made, at = made + re.escape(pattern[at + 1]), at + 2
        else:
            piece, is_in_group = _piece(sign, is_in_group=is_in_group)
            made, at = made + piece, at + 1
    if is_in_group:
        raise WrongGlob(f"'{pattern}' is no glob pattern: a {{ is not closed")
    return made


def _members(text: str) -> str:
    return re.sub(r"[\[\]^&~|]", r"\\\g<0>", text)


def _piece(sign: str, *, is_in_group: bool) -> tuple[str, bool]:
    """What a sign comes to, and whether a group is open behind it."""
    if sign == "{":
        return "(?:", True
    if is_in_group and sign in ",}":
        return ("|", True) if sign == "," else (")", False)
    return _SIGNS.get(sign, re.escape(sign)), is_in_group
