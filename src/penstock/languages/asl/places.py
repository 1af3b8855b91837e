"""Where in a definition's text a diagnostic's place is: the line, the column and the JSON pointer of what it names.

A diagnostic says `/States/Hello/Choices[0]/Next`. Names may have slashes and brackets themselves, so a place can be
read only along the document. What is missing is found at the object that should have it.
"""

import re
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_UNREADABLE: Final = re.compile(r"\[Source: .*; line: (?P<line>\d+), column: (?P<column>\d+)\]")
_INDEX: Final = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that an editor can go to; the pointer is empty for the whole document."""

    line: int
    column: int
    pointer: str


@dataclass(slots=True)
class _Node:
    at: int
    inside: dict[str, "_Node"] = field(default_factory=dict)  # members by their name, items by their number
    is_array: bool = False


def find(text: str, place: str | None) -> Spot:
    """The spot of a diagnostic's place; of the whole document where it has none."""
    if place is None:
        return Spot(1, 1, "")
    if unreadable := _UNREADABLE.fullmatch(place):
        return Spot(int(unreadable["line"]), int(unreadable["column"]), "")
    node, pointer = _root(text), ""
    rest = place
    while (step := _step(node, rest)) is not None:
        name, rest = step
        node = node.inside[name]
        pointer += "/" + name.replace("~", "~0").replace("/", "~1")
    line = text.count("\n", 0, node.at) + 1
    return Spot(line, node.at - text.rfind("\n", 0, node.at), pointer)


def _step(node: _Node, rest: str) -> tuple[str, str] | None:
    """The member or item that comes next, and what is left of the place then."""
    if node.is_array:
        index = _INDEX.match(rest)
        return (index[1], rest[index.end() :]) if index is not None and index[1] in node.inside else None
    fitting = [
        name for name in node.inside if rest.startswith(f"/{name}") and rest[len(name) + 1 : len(name) + 2] in "/["
    ]
    if not fitting:
        return None
    longest = max(fitting, key=len)
    return longest, rest[len(longest) + 1 :]


def _root(text: str) -> _Node:
    """Where everything begins in a text that is JSON."""
    root = _Node(0)
    around: list[_Node] = []
    name: tuple[str, int] | None = None
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in {"}", "]"}:
            around.pop()
        elif sign in {":", ","}:
            continue
        elif around and not around[-1].is_array and name is None:
            name = _unquoted(sign), token.start()
        else:
            node = _Node(token.start() if name is None else name[1], is_array=sign == "[")
            if around:
                place = name[0] if name is not None else str(len(around[-1].inside))
                around[-1].inside[place] = node
            else:
                root = node
            if sign in {"{", "["}:
                around.append(node)
            name = None
    return root


def _unquoted(token: str) -> str:
    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _escape, token[1:-1])


def _escape(found: re.Match[str]) -> str:
    escape = found[1]
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _ESCAPES.get(escape, escape)


_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
