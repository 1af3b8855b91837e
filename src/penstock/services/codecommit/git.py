"""Git: its commands on one bare repository, in an environment that nobody else has a say in.

No configuration of the user's or the machine's is read and no hook runs; what is written is synced before git ends, and
git keeps a log of every reference, which `references` reads. Every process has a deadline and is gone with its children
when whoever asked for it leaves. While one lives it holds a lock on the folder of all repositories (see `shelf`).
"""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

LONGEST: Final = 120.0  # seconds that a command of an operation may take
GRACE: Final = 5.0  # seconds between asking a process to end and ending it
ZERO: Final = "0" * 40
SETTINGS: Final[Mapping[str, str]] = {
    "core.hooksPath": os.devnull,
    "core.fsync": "all",
    "core.logAllRefUpdates": "always",
    "core.quotePath": "false",
    "gc.auto": "0",
    "receive.autogc": "false",
    "receive.fsckObjects": "true",
    "receive.unpackLimit": "1",  # a push stays one file: one sync, however many objects it has
    "safe.directory": "*",
    "uploadpack.allowFilter": "true",
}
MAIL: Final = "codecommit@penstock.invalid"  # of whoever moves a reference, in git's log of it


class GitFailed(Exception):
    """A command that should have succeeded did not: a bug, or a repository that is broken."""


class TooLong(Exception):
    """A blob that is longer than whoever asked wants to have in memory."""


class Said(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: bytes
    err: bytes


class Entry(NamedTuple):
    """What a tree holds at a path."""

    mode: str
    kind: str
    id: str
    path: str


class Sized(NamedTuple):
    """What is anywhere below a tree, with its bytes (a submodule has none)."""

    mode: str
    kind: str
    id: str
    size: int
    path: str


class Found(NamedTuple):
    """An object, and what is in it."""

    id: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Git:
    """One repository. `alive` is the file descriptor that every process inherits."""

    folder: Path
    alive: int

    @asynccontextmanager
    async def started(self, *arguments: str, more: Mapping[str, str] | None = None) -> AsyncIterator[Process]:
        """A process of git's until the block ends; it and its children are gone then."""
        process = await asyncio.create_subprocess_exec(
            "git", *arguments, env={**environment(self.folder), **(more or {})}, cwd=self.folder, stdin=PIPE,
            stdout=PIPE, stderr=PIPE, start_new_session=True, pass_fds=(self.alive,),
        )  # fmt: skip
        try:
            yield process
        finally:
            await asyncio.shield(ended(process))

    async def ask(self, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> Said:
        """What a command says, whether it succeeds or not."""
        async with self.started(*arguments, more=more) as process, asyncio.timeout(LONGEST):
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            _, out, err = await asyncio.gather(
                supply(process.stdin, given), process.stdout.read(), process.stderr.read()
            )
            return Said(await process.wait(), out, err)

    async def tell(self, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> bytes:
        """What a command says; raises `GitFailed` unless it succeeds."""
        said = await self.ask(*arguments, given=given, more=more)
        if said.code:
            raise GitFailed(f"git {arguments[0]} in {self.folder.name}: {said.err.decode(errors='replace').strip()}")
        return said.out

    async def word(self, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> str:
        return (await self.tell(*arguments, given=given, more=more)).decode().strip()

    async def objects(self, names: Sequence[str]) -> list[Found | None]:
        """What each name stands for (`main:folder/file` too); None for what there is not."""
        out = await self.tell("cat-file", "--batch", "-z", given=b"".join(name.encode() + b"\0" for name in names))
        return read_batch(out, len(names))

    async def blob(self, blob_id: str, most: int) -> Found | None:
        """A blob, by its id; None if there is none. Raises `TooLong` beyond so many bytes, none of them read."""
        async with self.started("cat-file", "--batch") as process, asyncio.timeout(LONGEST):
            assert process.stdin is not None
            assert process.stdout is not None
            await supply(process.stdin, blob_id.encode() + b"\n")
            _, kind, *size = (await process.stdout.readline()).decode().split()
            if kind != "blob":
                return None
            if int(size[0]) > most:
                raise TooLong
            return Found(blob_id, kind, await process.stdout.readexactly(int(size[0])))

    async def size(self, name: str, *, kind: str = "") -> int:
        """How many bytes an object has; -1 if there is none, or none of that kind."""
        out = await self.word("cat-file", "--batch-check=%(objecttype) %(objectsize)", given=name.encode() + b"\n")
        found, _, size = out.rpartition(" ")
        return int(size) if size.isdecimal() and kind in {"", found} else -1

    async def entries(self, tree: str, *paths: str, deep: bool = False) -> list[Entry]:
        """What a tree holds: all of it, or at these paths."""
        options = ["-r"] if deep else []
        out = await self.tell("ls-tree", "-z", "--full-tree", *options, tree, "--", *paths)
        return [entry_of(line) for line in out.split(b"\0") if line]

    async def sizes(self, tree: str) -> list[Sized]:
        """All files, links and submodules that a tree holds, however deep."""
        out = await self.tell("ls-tree", "-r", "-z", "--long", "--full-tree", tree)
        return [sized_of(line) for line in out.split(b"\0") if line]

    async def references(self) -> dict[str, str]:
        """Branches and tags by their full names."""
        out = await self.tell("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags")
        return {name: object_id for object_id, _, name in (line.partition(" ") for line in out.decode().splitlines())}

    async def move(self, ref: str, new: str, old: str, *, by: str, why: str) -> bool:
        """Let a reference be another commit, if it still is the old one; whether it was."""
        command = f"start\nupdate {ref} {new} {old}\nprepare\ncommit\n"
        said = await self.ask(
            "update-ref", "-m", why, "--create-reflog", "--stdin", given=command.encode(), more=moved_by(by)
        )
        return said.code == 0


async def supply(into: asyncio.StreamWriter, given: bytes) -> None:
    """Hand a process what it reads, as far as it reads."""
    if given and not into.is_closing():
        with suppress(ConnectionError):
            into.write(given)
            await into.drain()
    into.close()


def environment(folder: Path) -> dict[str, str]:
    found = {
        "PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": os.devnull, "GIT_DIR": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_LITERAL_PATHSPECS": "1", "GIT_CONFIG_COUNT": str(len(SETTINGS)),
        **moved_by("penstock"),
    }  # fmt: skip
    for number, (key, value) in enumerate(SETTINGS.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def moved_by(principal: str) -> dict[str, str]:
    """Who moves references, as git's log of them will say."""
    return {"GIT_COMMITTER_NAME": principal or "penstock", "GIT_COMMITTER_EMAIL": MAIL}


async def ended(process: Process) -> None:
    """End a process and its children: asked first, so that git takes its locks and its half-written files away."""
    if process.returncode is None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await process.wait()
                break
    await process.wait()


def entry_of(line: bytes) -> Entry:
    head, _, path = line.partition(b"\t")
    mode, kind, object_id = head.decode().split()
    return Entry(mode, kind, object_id, path.decode(errors="surrogateescape"))


def sized_of(line: bytes) -> Sized:
    head, _, path = line.partition(b"\t")
    mode, kind, object_id, size = head.decode().split()
    return Sized(mode, kind, object_id, int(size) if size.isdecimal() else 0, path.decode(errors="surrogateescape"))


def read_batch(out: bytes, count: int) -> list[Found | None]:
    """The answers of `cat-file --batch`."""
    found: list[Found | None] = []
    at = 0
    while len(found) < count:
        end = out.index(b"\n", at)
        words = out[at:end].decode(errors="replace").rsplit(" ", 2)
        at = end + 1
        if len(words) != 3 or not words[2].isdecimal():
            found.append(None)  # "… missing"
            continue
        size = int(words[2])
        found.append(Found(words[0], words[1], out[at : at + size]))
        at += size + 1
    return found
