"""Event patterns: what moto gets wrong of them.

It takes a matcher that it does not know for one that matches everything, and makes a regular expression of wildcards,
which a pattern with many stars can keep busy for ever.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from penstock.wire.call import Json, ServiceError

MATCHERS: Final = frozenset(
    {"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"}
)
_PART: Final = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)


def check(pattern: str) -> None:
    """Refuse a pattern with a matcher that is none; whether it is JSON at all is left to others."""
    try:
        tree = json.loads(pattern)
    except ValueError:
        return
    for name in matchers(tree):
        if name not in MATCHERS:
            raise ServiceError(
                f"Event pattern is not valid. Reason: Unrecognized match type {name}",
                code="InvalidEventPatternException", status=400,
            )  # fmt: skip


def matchers(pattern: Json) -> Iterator[str]:
    """The names of all matchers: the first key of every object that stands in a list (`$or` lists patterns)."""
    for name, node in pattern.items() if isinstance(pattern, dict) else ():
        if isinstance(node, dict):
            yield from matchers(node)
        elif isinstance(node, list):
            objects = [each for each in node if isinstance(each, dict)]
            if name == "$or":
                for each in objects:
                    yield from matchers(each)
            else:
                yield from (next(iter(each), "") for each in objects)


def matches_wildcard(item: object, pattern: str) -> bool:
    """Whether a text is as a pattern with stars says, in time that grows with both lengths only."""
    if not isinstance(item, str):
        return False
    first, *others = literals(pattern)
    if not others:
        return item == first
    if not item.startswith(first) or len(item) < len(first) + len(others[-1]) or not item.endswith(others[-1]):
        return False
    at, end = len(first), len(item) - len(others[-1])
    for part in others[:-1]:
        found = item.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def literals(pattern: str) -> list[str]:
    """What stands between the stars, with what was escaped as it is meant."""
    parts = [""]
    for escaped, star, plain in _PART.findall(pattern):
        if star:
            parts.append("")
        else:
            parts[-1] += escaped or plain
    return parts
