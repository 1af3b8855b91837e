"""Telling: moves of references and what happens to pull requests, to those whom they start (`engine.pushes`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.engine.pushes import Pushes
from penstock.languages.githosts.tree import HEADS, PullRequest, PullRequestEvent, Push
from penstock.services.codecommit.git import ZERO, Git
from penstock.services.codecommit.references import Move
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document

EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git's own, of every repository
EVENTS: Final[Mapping[str, PullRequestEvent]] = {
    "pullRequestCreated": "CREATED",
    "pullRequestSourceBranchUpdated": "UPDATED",
    "pullRequestStatusChanged": "CLOSED",
    "pullRequestMergeStatusUpdated": "MERGED",
}


@dataclass(frozen=True)
class Telling:
    """Tells of moves: a follower of references."""

    database: Database
    pushes: Pushes

    async def prepare(self, git: Git, repository: Document, moves: Sequence[Move]) -> Callable[[Transaction], None]:
        interest = await self.database.read(lambda tx: self.pushes.interest(tx, repository.arn))
        there = [move for move in moves if move.new != ZERO] if interest != "nothing" else []
        told = [await push_of(git, repository, move, with_paths=interest == "paths") for move in there]

        def tell(tx: Transaction) -> None:
            for push in told:
                self.pushes.tell(tx, repository.arn, push)

        return tell

    async def paths(self, git: Git, repository: Document, base: str, source: str) -> tuple[str, ...] | None:
        """Which files a pull request changes, if that is wanted."""
        interest = await self.database.read(lambda tx: self.pushes.interest(tx, repository.arn))
        return await changed(git, base or EMPTY_TREE, source) if interest == "paths" else None

    def tell_of_request(
        self,
        tx: Transaction,
        request: Document,
        repository: Document,
        event: str,
        *,
        by: str,
        paths: Sequence[str] | None,
    ) -> None:
        """Tell what has happened to a pull request, if it is anything that starts something."""
        if event not in EVENTS:
            return
        body = request.body
        change = PullRequest(
            event=EVENTS[event], number=request.name, head=body["sourceReference"], base=body["destinationReference"],
            commit=body["sourceCommit"], before=body["destinationCommit"], message=body["title"], actor=by,
            merge_commit=body["merge"].get("mergeCommitId", ""), paths=None if paths is None else tuple(paths),
        )  # fmt: skip
        self.pushes.tell(tx, repository.arn, change)


async def push_of(git: Git, repository: Document, move: Move, *, with_paths: bool) -> Push:
    said = await git.tell("log", "-1", "--format=%H%x00%ae%x00%B", move.new)
    commit, author, message = said.decode(errors="replace").rstrip("\n").split("\0", 2)
    paths = None
    if with_paths and move.ref.startswith(HEADS):
        paths = await changed(git, await before(git, repository, move), commit)
    return Push(
        ref=move.ref, commit=commit, before=move.old, message=message, author=author, actor=move.by, paths=paths
    )  # fmt: skip


async def before(git: Git, repository: Document, move: Move) -> str:
    """What a branch is compared with: itself before, or, if it is new, where it leaves the default branch."""
    if move.old != ZERO:
        return move.old
    default = HEADS + str(repository.body.get("defaultBranch", ""))
    if move.ref == default or default not in await git.references():
        return EMPTY_TREE
    found = await git.ask("merge-base", move.new, default)
    return found.out.decode().strip() or EMPTY_TREE


async def changed(git: Git, old: str, new: str) -> tuple[str, ...]:
    """The files that are not the same in two commits."""
    out = await git.tell("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    return tuple(name.decode(errors="surrogateescape") for name in out.split(b"\0") if name)
