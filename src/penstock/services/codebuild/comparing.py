"""Comparing: git is asked for what a webhook has not told and a filter looks at: files, and the message of a commit.

Hosts tell no files of pull requests, Bitbucket tells none at all, and nobody tells all those of a long push. A pull
request is compared with where it has left its destination.
"""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from penstock.languages.githosts.tree import HEADS, ZERO, Change, PullRequest, Push
from penstock.services.codebuild.fetching import Git, Unfetched
from penstock.services.codebuild.model import Json
from penstock.services.codebuild.ways import Ways
from penstock.wire.call import Scope, ServiceError

LONGEST: Final = 120.0  # seconds
REQUESTS: Final[Mapping[str, str]] = {"GITHUB": "refs/pull/{}/head", "GITLAB": "refs/merge-requests/{}/head"}
OLD, NEW = "refs/penstock/old", "refs/penstock/new"


class Uncompared(Exception):
    """Git does not tell; why."""


@dataclass(frozen=True)
class Comparing:
    """`folder` is for temporary folders, `endpoint` this server's address."""

    ways: Ways
    folder: Path
    endpoint: Callable[[], str]

    async def completed(self, scope: Scope, source: Mapping[str, Json], change: Change) -> Change:
        """A change with all that git knows of it, or as it is where there is nothing to ask; raises `Uncompared`."""
        between = ends(source["type"], change)
        if between is None:
            return change
        try:
            async with asyncio.timeout(LONGEST):
                git = Git(source, await self.ways.to(scope, source, self.endpoint()))
                message, paths = await self._compared(git, *between)
        except (Unfetched, ServiceError, TimeoutError) as why:
            raise Uncompared(f"what {change.commit} changes in {source['location']} is not known: {why}") from None
        return msgspec.structs.replace(change, message=message, paths=paths)

    async def _compared(self, git: Git, old: str, new: Sequence[str], forked: bool) -> tuple[str, tuple[str, ...]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        place = tempfile.mkdtemp(dir=self.folder)
        try:
            await git.run("-C", place, "init", "--quiet", "--bare", ".")
            depth = () if forked else ("--depth=1",)
            words = ("-C", place, "fetch", "--quiet", "--no-tags", "--filter=blob:none", *depth, "--", git.url)
            await first_of(git, words, [f"{each}:{NEW}" for each in new])
            await git.run(*words, f"{old}:{OLD}")
            base = (await git.run("-C", place, "merge-base", OLD, NEW)).strip() if forked else OLD
            names = await git.run("-C", place, "diff-tree", "-r", "-z", "--name-only", "--no-renames", base, NEW)
            message = await git.run("-C", place, "log", "-1", "--format=%B", NEW)
        finally:
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        return message.rstrip("\n"), tuple(name for name in names.split("\0") if name)


async def first_of(git: Git, words: Sequence[str], references: Sequence[str]) -> None:
    """Fetch the first of some references that the host lets be had."""
    for reference in references[:-1]:
        with contextlib.suppress(Unfetched):
            await git.run(*words, reference)
            return
    await git.run(*words, references[-1])


def ends(kind: str, change: Change) -> tuple[str, Sequence[str], bool] | None:
    """The versions that are compared, the older first; None where one is not known.

    With where the newer one has left the older, of pull requests and of new branches, which leave the default one. Of a
    pull request the commit that was told comes first: its reference may have moved on.
    """
    match change:
        case Push(ref=ref, before=before, commit=commit) if commit and (before != ZERO or ref.startswith(HEADS)):
            return ("HEAD", [commit], True) if before == ZERO else (before, [commit], False)
        case PullRequest(forked_from=base, number=number, head=head, commit=commit) if base:
            whole = [commit] if len(commit) == len(ZERO) else []  # Bitbucket's are cut
            return base, [*whole, REQUESTS.get(kind.partition("_")[0], head).format(number)], True
    return None
