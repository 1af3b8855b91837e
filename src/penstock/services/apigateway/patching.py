"""Patch operations: how API Gateway's updates say what is to change.

    [{"op": "replace", "path": "/description", "value": "…"}, {"op": "add", "path": "/binaryMediaTypes/image~1png"}]

A path is a member, or an entry of one: `/` in an entry's name is written `~1`, `~` is `~0`. Every value is a text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from penstock.services.apigateway.model import BadRequest
from penstock.wire.call import Json

Kind = Literal["text", "truth", "number", "names", "map"]
TRUTH: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Change:
    """One operation, its path in pieces."""

    op: str
    path: tuple[str, ...]
    value: str

    @property
    def told(self) -> str:
        return "/" + "/".join(piece.replace("~", "~0").replace("/", "~1") for piece in self.path)


def changes(operations: Iterable[Mapping[str, Json]] | None) -> Iterator[Change]:
    for each in operations or ():
        path = str(each.get("path") or "")
        if each.get("op") not in ("add", "remove", "replace"):
            raise BadRequest(f"Invalid patch operation specified: {each.get('op')}. Must be add, remove or replace")
        pieces = tuple(piece.replace("~1", "/").replace("~0", "~") for piece in path.split("/")[1:])
        if not path.startswith("/") or not pieces[0]:
            raise BadRequest(f"Invalid patch path '{path}' specified for op '{each['op']}'.")
        yield Change(each["op"], pieces, str(each.get("value") if each.get("value") is not None else ""))


def patched(
    members: Mapping[str, Json], operations: Iterable[Mapping[str, Json]] | None, kinds: Mapping[str, Kind]
) -> dict[str, Json]:
    """The members as the operations leave them; `kinds` are those that may change."""
    after = dict(members)
    for change in changes(operations):
        name = change.path[0]
        if name not in kinds:
            raise BadRequest(
                f"Invalid patch path '{change.told}' specified for op '{change.op}'. "
                f"Must be one of: [{', '.join(f'/{kind}' for kind in sorted(kinds))}]"
            )
        value = changed(after.get(name), change, kinds[name])
        after = {key: each for key, each in {**after, name: value}.items() if each is not None}
    return after


def changed(before: Json, change: Change, kind: Kind) -> Json:
    """A member after a change; None if it is gone."""
    match kind:
        case "names":
            return listed(list(before or ()), change)
        case "map":
            return mapped(dict(before or {}), change)
        case _ if change.op == "remove":
            return None
        case "truth":
            return truth(change.value)
        case "number":
            return number(change.value)
    return change.value


def listed(before: list[str], change: Change) -> list[str]:
    """A list of names, which are entries of the path; a whole one is replaced by names between commas."""
    if len(change.path) == 1:
        return [] if change.op == "remove" else [each.strip() for each in change.value.split(",") if each.strip()]
    name = change.path[1]
    if change.op == "add":
        return before if name in before else [*before, name]
    if name not in before:
        raise BadRequest(f"Invalid patch path '{change.told}' specified for op '{change.op}': there is no such entry")
    return [change.value if each == name else each for each in before if change.op == "replace" or each != name]


def mapped(before: dict[str, str], change: Change) -> dict[str, str] | None:
    if change.op == "remove" and len(change.path) == 1:
        return None
    if len(change.path) != 2:
        raise BadRequest(f"Invalid patch path '{change.told}' specified for op '{change.op}': name an entry of it")
    if change.op == "remove":
        before.pop(change.path[1], None)
        return before
    return {**before, change.path[1]: change.value}


def truth(value: str) -> bool:
    if value.lower() not in TRUTH:
        raise BadRequest(f"Invalid boolean value '{value}'")
    return TRUTH[value.lower()]


def number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise BadRequest(f"Invalid integer value '{value}'") from None
