"""Selecting: the part of JSONPath that `InputFilter` and `OutputFilter` are written in.

    $    .name    ['name']    ['one', 'other']    [2]    [-1]    [0, 5:]    [1:]    *

A row of CSV is a list of texts. Several names select an object with just these, several places a list.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.services.sagemaker.transform.model import UnfitData
from penstock.wire.call import ValidationError

Json = Any

_PART: Final = re.compile(r"\.?\[(?P<bracket>[^\]]*)\]|\.(?P<name>[^.\[\]'\"*\s]+|\*)")
_QUOTED: Final = re.compile(r"""\s*(?:'([^']+)'|"([^"]+)")\s*(,|$)""")
_PLACE: Final = re.compile(r"\s*(?:(-?\d+)|(-?\d+)?\s*:\s*(-?\d+)?)\s*(,|$)")


@dataclass(frozen=True, slots=True)
class Names:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Indexes, and slices."""

    places: tuple[int | slice, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """``*``"""


Part = Names | Places | Everything
Path = tuple[Part, ...]


def read(text: str, member: str) -> Path:
    """The parts of a path. Raises `ValidationError` naming the request's member."""
    parts: list[Part] = []
    at = 1
    while text.startswith("$") and at < len(text):
        found = _PART.match(text, at)
        part = None if found is None else _part(found["name"], found["bracket"])
        if found is None or part is None or (parts and isinstance(parts[-1], Names) and len(parts[-1].names) > 1):
            break
        parts.append(part)
        at = found.end()
    if not text.startswith("$") or at < len(text):
        raise ValidationError(
            f"{member} '{text}' is not a JSONPath expression that batch transform knows, such as $, $[1:], $[0,-1], "
            f"$.features or $['id','SageMakerOutput']: see character {at if text.startswith('$') else 0}."
        )
    return tuple(parts)


def _part(name: str | None, bracket: str | None) -> Part | None:
    if name is not None:
        return Everything() if name == "*" else Names((name,))
    assert bracket is not None
    if bracket.strip() == "*":
        return Everything()
    if names := _listed(_QUOTED, bracket):
        return Names(tuple(single or double for single, double, _ in names))
    if places := _listed(_PLACE, bracket):
        return Places(tuple(_place(index, start, end) for index, start, end, _ in places))
    return None


def _listed(pattern: re.Pattern[str], text: str) -> list[tuple[str, ...]]:
    """The groups of each entry of a list with commas; nothing where the text is none."""
    entries: list[tuple[str, ...]] = []
    at = 0
    while at < len(text):
        found = pattern.match(text, at)
        if found is None:
            return []
        entries.append(tuple(group or "" for group in found.groups()))
        at = found.end()
    return [] if not entries or entries[-1][-1] else entries


def _place(index: str, start: str, end: str) -> int | slice:
    return int(index) if index else slice(int(start) if start else None, int(end) if end else None)


def select(value: Json, path: Path) -> Json:
    """What stands at a path. Raises `UnfitData` where there is nothing."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    match part:
        case Names(names):
            members = _members(value, names)
            return members if len(names) > 1 else select(members[names[0]], rest)
        case Places((int(place),)):
            return select(_element(value, place), rest)
        case Places(places):
            return [select(each, rest) for each in _elements(value, places)]
        case Everything():
            return [select(each, rest) for each in (value.values() if isinstance(value, Mapping) else _list(value))]


def _members(value: Json, names: tuple[str, ...]) -> dict[str, Json]:
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            raise UnfitData(f"there is no attribute '{name}' to be selected")
    return {name: value[name] for name in names}


def _elements(value: Json, places: tuple[int | slice, ...]) -> list[Json]:
    found: list[Json] = []
    for place in places:
        found += _list(value)[place] if isinstance(place, slice) else [_element(value, place)]
    return found


def _element(value: Json, place: int) -> Json:
    try:
        return _list(value)[place]
    except IndexError:
        raise UnfitData(f"there is no index {place} in {len(value)} elements") from None


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise UnfitData("what indexes select from is not a list")
    return value
