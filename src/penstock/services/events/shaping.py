"""Shaping: what a target is sent of an event.

    Input           the text itself            InputPath   a part of the event
    InputTransformer   a template with <holes>     none of them   the event

Inside a string of a template a hole is filled with plain text, elsewhere with JSON, as EventBridge does.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from penstock.services.events.event import Event, compact
from penstock.wire.call import Json

_HOLE: Final = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\['([^']+)'\]|\[([0-9]+|\*)\]")
_PATH: Final = re.compile(r"\$(?:\.[^.\[\]]+|\['[^']+'\]|\[(?:[0-9]+|\*)\])*")
EVERY: Final = "*"


def is_path(text: str) -> bool:
    """Whether a text is a path such as `$.detail.items[0]` or `$.detail.items[*].name`."""
    return _PATH.fullmatch(text) is not None


def at(path: str, event: Json) -> Json:
    """What lies at a path; None where there is nothing. With a wildcard in it, a list of all that does."""
    found, is_many = [event], False
    for name, quoted, place in _STEP.findall(path.removeprefix("$")):
        is_many |= EVERY in (name, place)
        found = [inner for value in found for inner in _step(value, name, quoted, place)]
    return found if is_many else next(iter(found), None)


def _step(value: Json, name: str, quoted: str, place: str) -> Iterable[Json]:
    """What is one step further in a value: one thing, or several, or nothing."""
    if EVERY in (name, place):
        return value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    if place and isinstance(value, list):
        return value[int(place) : int(place) + 1]
    key = name or quoted
    return [value[key]] if isinstance(value, dict) and key in value else ()


def plain(value: Json) -> str:
    """A value as text: text as it is, all else as JSON."""
    return "" if value is None else value if isinstance(value, str) else compact(value)


def resolved(text: str, event: Event) -> str:
    """A parameter that may be a path into the event."""
    return plain(at(text, event)) if text.startswith("$.") and is_path(text) else text


def shaped(target: Mapping[str, Json], event: Event, *, rule: str, ingested: str) -> str:
    """What the target is sent. `rule` is the rule's ARN."""
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        return compact(at(target["InputPath"], event))
    if transformer := target.get("InputTransformer"):
        paths: Mapping[str, str] = transformer.get("InputPathsMap", {})
        known = {
            "aws.events.rule-arn": rule,
            "aws.events.rule-name": rule.rpartition("/")[2],
            "aws.events.event.ingestion-time": ingested,
            "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
            "aws.events.event.json": event,
            **{name: at(path, event) for name, path in paths.items()},
        }
        return filled(transformer["InputTemplate"], known)
    return compact(event)


def filled(template: str, known: Mapping[str, Json]) -> str:
    """The template with its holes filled; a hole that names nothing stays."""
    pieces: list[str] = []
    end = 0
    inside = False
    for hole in _HOLE.finditer(template):
        before = template[end : hole.start()]
        inside ^= unescaped_quotes(before) % 2 == 1
        name = hole[1]
        pieces += [before, put(known[name], inside=inside) if name in known else hole[0]]
        end = hole.end()
    return "".join([*pieces, template[end:]])


def unescaped_quotes(text: str) -> int:
    return len(re.findall(r'(?<!\\)"', text))


def put(value: Json, *, inside: bool) -> str:
    """A value in a hole, inside a string of the template or not."""
    return msgspec.json.encode(plain(value)).decode()[1:-1] if inside else compact(value)
