"""Paths into JSON, as property references and ``Std:JsonGet`` write them: ``a.b[0]['c'].d``.

A name, dotted or in brackets, is a member of an object; where a list stands instead, it is the element that bears
that name: ``Outputs['train']`` is the output whose OutputName is ``train``.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from penstock.languages.pipeline.tree import Path

Json = Any

_PART: Final = re.compile(r"""\.?([^.\[\]'"]+)|\[\s*(-?\d+)\s*\]|\[\s*'((?:[^'])*)'\s*\]|\[\s*"((?:[^"])*)"\s*\]""")
_NAMES: Final = (
    "OutputName", "InputName", "ChannelName", "MetricName", "Name", "Key", "InstanceGroupName", "ContainerHostname"
)  # fmt: skip


class PathError(Exception):
    """A path that is not one, or that leads nowhere."""


def parse(text: str) -> Path:
    """The parts of a path. A leading ``$`` or ``$.`` is let through. Raises `PathError`."""
    rest = text.removeprefix("$")
    parts: list[str | int] = []
    at = 0
    while at < len(rest):
        found = _PART.match(rest, at)
        if found is None or (at == 0 and rest[0] == "." and rest is text):
            raise PathError(
                f"'{text}' is not a path such as a.b[0]['c']: see character {at + 1 + len(text) - len(rest)}"
            )
        name, index, quoted, double_quoted = found.groups()
        parts.append(int(index) if index is not None else name or quoted or double_quoted or "")
        at = found.end()
    if not parts:
        raise PathError(f"'{text}' is not a path such as a.b[0]['c']: it names nothing")
    return tuple(parts)


def follow(value: Json, path: Path) -> Json:
    """What stands at a path. Raises `PathError` naming the first part that is not there."""
    for place, part in enumerate(path):
        try:
            value = _member(value, part)
        except LookupError:
            before = "".join(written(part) for part in path[:place]).lstrip(".") or "the document"
            raise PathError(f"there is no {written(part).lstrip('.')} in {before}") from None
    return value


def written(part: str | int) -> str:
    """A part as a path writes it."""
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch(r"\w+", part) else f"['{part}']"


def _member(value: Json, part: str | int) -> Json:
    if isinstance(value, Mapping):
        return value[part if isinstance(part, str) else str(part)]
    if not isinstance(value, list):
        raise LookupError(part)
    if isinstance(part, int):
        return value[part]
    for element in value:
        if isinstance(element, Mapping) and any(element.get(name) == part for name in _NAMES):
            return element
    raise LookupError(part)
