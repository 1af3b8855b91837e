"""References: what has become of them, told once: to the event bus, to triggers, to pull requests.

Git's own log of a reference is the outbox. Whoever moves one (a push, an operation) writes who and why into that log in
git's transaction; afterwards `record` compares what is known with what is, reads the way between off the log, and keeps
in one commit what is known now and all that follows. A server that is killed in between does it when it starts again.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from penstock.engine.notices import Kind, Notices
from penstock.services.codecommit import model, rows
from penstock.services.codecommit.git import MAIL, ZERO, Git
from penstock.services.codecommit.model import HEADS
from penstock.services.codecommit.rows import Known
from penstock.services.codecommit.shelf import Shelf
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope

SOURCE: Final = "aws.codecommit"
REPOSITORY_CHANGE: Final = Kind(SOURCE, "CodeCommit Repository State Change")
_LINE: Final = re.compile(
    r"(?P<old>[0-9a-f]{40}) (?P<new>[0-9a-f]{40}) (?P<who>.*) <(?P<mail>.*)> "
    r"(?P<at>[0-9]+) [+-][0-9]{4}(?:\t(?P<why>.*))?\n"
)
FIRST_CHOICES: Final = ("refs/heads/main", "refs/heads/master")


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of git's log of a reference, and where it ends."""

    old: str
    new: str
    by: str
    at: float
    why: str
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A reference that was one thing and is another; all zeros are nothing."""

    ref: str
    old: str
    new: str
    at: float
    by: str = ""
    more: Mapping[str, Json] = field(
        default_factory=dict
    )  # of a merge: what the `event` tells of it, and which `pullRequest` it merges

    @property
    def event(self) -> str:
        if self.old == ZERO:
            return "referenceCreated"
        return "referenceDeleted" if self.new == ZERO else "referenceUpdated"


class Follower(Protocol):
    """What follows from moves: found out first, and done in the transaction that they are known in."""

    async def prepare(self, git: Git, repository: Document, moves: Sequence[Move]) -> Callable[[Transaction], None]: ...


def why(more: Mapping[str, Json]) -> str:
    """What an operation writes into git's log, for `moves` to read."""
    return "api " + msgspec.json.encode(more).decode()


def parse(log: bytes, start: int) -> list[Logged]:
    """The lines of a log that begins at `start` bytes of the whole."""
    lines, end = [], start
    for line in log.splitlines(keepends=True):
        end += len(line)
        if (said := _LINE.fullmatch(line.decode(errors="replace"))) is not None:
            who = said["who"] if said["mail"] == MAIL else ""  # somebody with git in the folder itself
            lines.append(Logged(said["old"], said["new"], who, float(said["at"]), said["why"] or "", end))
    return lines


def way(lines: Sequence[Logged], start: str, end: str) -> list[Logged] | None:
    """The lines that lead from one to the other; None if they do not."""
    taken: list[Logged] = []
    for line in lines:
        while taken and taken[-1].new != line.old:
            taken.pop()  # it was written, and git was killed before the reference moved
        if line.old == (taken[-1].new if taken else start):
            taken.append(line)
    while taken and taken[-1].new != end:
        taken.pop()  # the same, or it came after we looked
    return taken if taken or start == end else None


def moves(
    ref: str, known: Known | None, actual: str, read: Callable[[int], bytes], *, now: float, by: str
) -> tuple[list[Move], int]:
    """How a reference came from what is known to what it is, and how much of its log that took."""
    start, told = (known.object_id, known.logged) if known else (ZERO, 0)
    if actual == ZERO:
        return [Move(ref=ref, old=start, new=ZERO, at=now, by=by)], 0
    lines = way(parse(read(told), told), start, actual)
    if lines is not None:
        return [move_of(ref, line) for line in lines], lines[-1].end if lines else told
    whole = parse(read(0), 0)
    again = way(whole, ZERO, actual)
    if again:  # it was deleted, its log with it, and created anew
        gone = [Move(ref=ref, old=start, new=ZERO, at=again[0].at, by=by)] if known else []
        return [*gone, *(move_of(ref, line) for line in again)], again[-1].end
    return [Move(ref=ref, old=start, new=actual, at=now, by=by)], whole[-1].end if whole else 0


def move_of(ref: str, line: Logged) -> Move:
    more = msgspec.json.decode(line.why.removeprefix("api ")) if line.why.startswith("api {") else {}
    return Move(ref=ref, old=line.old, new=line.new, at=line.at, by=line.by, more=more)


def read_log(folder: Path, ref: str, start: int) -> bytes:
    try:
        with (folder / "logs" / ref).open("rb") as file:
            file.seek(start)
            return file.read()
    except OSError:
        return b""


def log_size(folder: Path, ref: str) -> int:
    try:
        return (folder / "logs" / ref).stat().st_size
    except OSError:
        return 0


def all_moves(
    folder: Path, known: Mapping[str, Known], actual: Mapping[str, str], *, now: float, by: str
) -> tuple[list[Move], dict[str, Known]]:
    """Everything that has moved, oldest first, and what is known of those references then."""
    found: list[Move] = []
    after: dict[str, Known] = {}
    for ref in sorted({*known, *actual}):
        before, is_now = known.get(ref), actual.get(ref, ZERO)
        if before and before.object_id == is_now and before.logged == log_size(folder, ref):
            continue
        took, logged = moves(ref, before, is_now, lambda start, ref=ref: read_log(folder, ref, start), now=now, by=by)  # type: ignore[misc]
        found += took
        after[ref] = Known(is_now, logged)
    return sorted(found, key=lambda move: move.at), after


class References:
    """Keeps what is known of references in step with what they are."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        notices: Notices,
        followers: Sequence[Follower],
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._notices = notices
        self._followers = followers
        self._clock = clock
        self._turns: dict[str, asyncio.Lock] = {}

    async def move(
        self, git: Git, repository: Document, ref: str, new: str, old: str, *, by: str, **more: Json
    ) -> bool:
        """Let a reference be another commit, if it still is the old one, and tell of it; whether it was."""
        is_done = await git.move(ref, new, old, by=by, why=why(more))
        if is_done:
            await self.record(repository.scope, repository.parent, by=by)
        return is_done

    async def record(self, scope: Scope, repository_id: str, *, by: str = "") -> None:
        """Tell of all that has moved. `by` is who deleted, if somebody did: git's log goes with the reference."""
        async with self._turns.setdefault(repository_id, asyncio.Lock()):
            git = await self._shelf.git(repository_id)
            repository, known = await self._database.read(
                lambda tx: (model.by_id(tx, scope, repository_id), rows.known(tx, repository_id))
            )
            if repository is None:
                return
            actual = await git.references()
            found, after = all_moves(git.folder, known, actual, now=self._clock(), by=by)
            if after:
                await self._keep(git, repository, found, after)
            await self._point_head(git, scope, repository_id, actual)

    async def _keep(self, git: Git, repository: Document, found: Sequence[Move], after: Mapping[str, Known]) -> None:
        acts = [await follower.prepare(git, repository, found) for follower in self._followers if found]

        def keep(tx: Transaction) -> None:
            now = model.by_id(tx, repository.scope, repository.parent)
            if now is None:
                return
            rows.learn(tx, repository.parent, after)
            for move in found:
                self._tell(tx, now, move)
            for act in acts:
                act(tx)
            if found:
                documents.update(tx, now.changed(self._clock()))

        await self._database.write(keep)

    def _tell(self, tx: Transaction, repository: Document, move: Move) -> None:
        self._notices.keep(
            tx, repository.scope, REPOSITORY_CHANGE, [repository.arn], lambda: detail(repository, move), at=move.at
        )

    async def _point_head(self, git: Git, scope: Scope, repository_id: str, actual: Mapping[str, str]) -> None:
        """The first branch is the default one, until somebody says otherwise; clones check out what HEAD says."""

        def choose(tx: Transaction) -> str:
            repository = model.by_id(tx, scope, repository_id)
            branches = [ref for ref in (*FIRST_CHOICES, *sorted(actual)) if ref in actual and ref.startswith(HEADS)]
            if repository is None or (not branches and "defaultBranch" not in repository.body):
                return ""
            if "defaultBranch" not in repository.body:
                repository = repository.changed(repository.modified_at, defaultBranch=branches[0].removeprefix(HEADS))
                documents.update(tx, repository)
            return HEADS + str(repository.body["defaultBranch"])

        head = (git.folder / "HEAD").read_text().removeprefix("ref: ").strip()
        if head in actual:
            repository = await self._database.read(lambda tx: model.by_id(tx, scope, repository_id))
            if repository is None or repository.body.get("defaultBranch") == head.removeprefix(HEADS):
                return
        wanted = await self._database.write(choose)
        if wanted and wanted != head:
            await git.tell("symbolic-ref", "HEAD", wanted)


def detail(repository: Document, move: Move) -> dict[str, Json]:
    """The event, as AWS writes it."""
    told = {
        "event": move.event,
        "repositoryName": repository.name,
        "repositoryId": repository.parent,
        "referenceType": "branch" if move.ref.startswith(HEADS) else "tag",
        "referenceName": model.short_name(move.ref),
        "referenceFullName": move.ref,
    }
    if move.new != ZERO:
        told["commitId"] = move.new
    if move.old != ZERO:
        told["oldCommitId"] = move.old
    if move.by:
        told["callerUserArn"] = move.by
    return {**told, **move.more.get("event", {})}
