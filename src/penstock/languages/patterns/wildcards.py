"""Wildcards: a text with stars, found in time that grows with the lengths of both only."""

import re
from collections.abc import Callable
from typing import Final

_PART: Final = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?P<escaped>.?)", re.DOTALL)


class WrongWildcard(ValueError):
    """What is wrong with a text with stars, in EventBridge's words."""


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Whether a text is as the pattern says; raises `WrongWildcard`."""
    check(pattern)
    first, *others = literals(pattern)
    if not others:
        return lambda text: text == first
    *middle, last = others
    least = len(first) + len(last)

    def fits(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return fits


def check(pattern: str) -> None:
    # EventBridge counts from the quote before the text.
    for found in _ESCAPE.finditer(pattern):
        if found["escaped"] not in {"*", "\\"}:
            raise WrongWildcard(f"Invalid escape character at pos {found.start() + 1}")
    plain = _ESCAPE.sub("  ", pattern)
    if "**" in plain:
        raise WrongWildcard(f"Consecutive wildcard characters at pos {plain.index('**') + 1}")


def literals(pattern: str) -> list[str]:
    """What stands between the stars, with what was escaped as it is meant."""
    parts = [""]
    for escaped, star, plain in _PART.findall(pattern):
        if star:
            parts.append("")
        else:
            parts[-1] += escaped or plain
    return parts
