"""Hooks: requests of git hosts to an address that a room has given out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.wire.call import Scope

PLACE: Final = "/_penstock/webhooks"


@dataclass(frozen=True, slots=True)
class Hook:
    """One request. `path` is what follows account and region; names of headers are in lower case."""

    account: str
    region: str
    path: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    client: str  # an address

    @property
    def scope(self) -> Scope:
        return Scope(self.account, self.region)


def address(endpoint: str, room: str, scope: Scope, *path: str) -> str:
    """Where a room is told of hooks."""
    return "/".join((f"{endpoint}{PLACE}", room, scope.account, scope.region, *path))
