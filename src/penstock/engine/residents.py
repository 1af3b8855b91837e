"""Residents: the contract between whoever wants requests answered at once and what keeps a program ready for them.

A job runs once, files in and files out. A resident stays: it has loaded its code, answers one request after another,
and is let go when nobody asks any more. Services describe residents, `runtimes` keep them; what is said between a
service and the program inside (the facts of a request, the payloads) passes through here unread.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Json = Any
Way = Literal["answered", "failed", "timed-out", "exited", "unstartable"]


class CannotStart(Exception):
    """A resident cannot be had; the message says why and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """A resident that is a container of an image: it serves at a port, and is found again by its `name`."""

    image: str
    name: str
    cpus: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a resident is made of.

    `language` names the program inside (the runtime says which it has). `folders` are seen, read-only, at their paths
    inside; everything of Penstock's is out of sight, and `/tmp` is private, of `scratch_mib` at most. `log` is the file
    that standard output and error go to (see `store.logfile`). All of its processes together may hold `memory_mib`.
    `command` starts the program, where that is not what starts those of its language; `visible` is seen all the same.
    `preload` are modules that it may find imported already.
    """

    language: str
    variables: Mapping[str, str]
    folders: Mapping[str, Path]
    working_folder: str
    memory_mib: int
    scratch_mib: int
    log: Path
    command: tuple[str, ...] = ()
    visible: tuple[Path, ...] = ()
    preload: tuple[str, ...] = ()
    contained: Contained | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `facts` are for the program inside; `longest` is how many seconds it may take.

    `lines` are what is logged around its output: `begin`; then one for the way in which it ended (where there is one),
    `end` and `report`. In those, `{now}`, `{ms}`, `{whole_ms}`, `{init}`, `{peak_mib}`, `{message}` and `{status}` are
    filled in, in the first only `{now}`. `{init}` is the line of that name, with `{init_ms}`, where the program was
    loaded for this request, and else nothing.

    A program may answer in parts before its reply: they come to `hear`, and the time is `longest_in_parts` from the
    first one on. Where `hear` answers false, the program is told to make no more.
    """

    payload: bytes
    facts: Mapping[str, Json] = field(default_factory=dict)
    longest: float
    lines: Mapping[str, str] = field(default_factory=dict)
    hear: Callable[[bytes], Awaitable[bool]] | None = None
    longest_in_parts: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a request.

    * ``answered``: `payload` is the answer; ``failed``: it is the program's own account of its failure;
    * ``timed-out``, ``exited``: the resident is over, and `message` says how (``exited with error: exit status 3``);
    * ``unstartable``: it never was, and `message` says why.

    `tail` is the end of what was logged meanwhile. Where `was_asked` is false, the program was gone before the request
    came to it: it may be put to another.
    """

    way: Way
    payload: bytes = b""
    message: str = ""
    tail: bytes = b""
    was_asked: bool = True


class Resident(Protocol):
    """A program that stays."""

    @property
    def is_over(self) -> bool:
        """Whether it can be asked no more: it has ended, or was told to."""

    async def ask(self, request: Request) -> Reply:
        """Have a request answered: one at a time. Does not raise; whoever is cancelled here ends the resident."""

    def end(self) -> None:
        """End it with everything that it has started, now."""


class Residents(Protocol):
    """What keeps residents."""

    @property
    def languages(self) -> Mapping[str, str]:
        """The languages that can be had, each with what runs it, in words."""

    async def start(self, setting: Setting) -> Resident:
        """Begin one; its program loads while the first request is on its way. Raises `CannotStart`."""
