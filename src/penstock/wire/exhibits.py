"""Exhibits: what a room lets anybody see, without credentials. Whoever has an address has been given it.

/_penstock/badges?uuid=UUID&branch=main        how the newest build went, as a picture
/_penstock/public-builds/ALIAS/…               a project's builds, their logs and what they have left
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Protocol

from penstock.wire.call import Body

Json = Any
BADGES: Final = "/_penstock/badges"
BUILDS: Final = "/_penstock/public-builds"


class Exhibits(Protocol):
    """None stands for what is not there, or not to be seen any more."""

    async def badge(self, uuid: str, *, branch: str, tag: str) -> str:
        """`passing`, `failing`, `in progress`, or `unknown`."""

    async def builds(self, alias: str, token: str) -> Mapping[str, Json] | None:
        """A project and its builds, the newest first; `next` where there are more."""

    async def build(self, alias: str, id: str) -> Mapping[str, Json] | None:  # noqa: A002
        """A build and its phases; `log` and `artifacts` if they may be seen."""

    async def log(self, alias: str, id: str) -> AsyncIterator[str] | None:  # noqa: A002
        """The lines of a build's log."""

    async def artifact(self, alias: str, id: str, identifier: str) -> tuple[str, bytes | Body] | None:  # noqa: A002
        """The name of what a build has left, and its content."""
