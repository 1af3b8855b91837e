"""The desk: what every class of operations needs, and how each of them begins: which repository, which commit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from penstock.engine.notices import Notices
from penstock.services.codecommit import model
from penstock.services.codecommit.git import Git
from penstock.services.codecommit.model import COMMIT_ID, HEADS, TAGS, wrong
from penstock.services.codecommit.references import References
from penstock.services.codecommit.shelf import Shelf
from penstock.store.database import Database
from penstock.store.documents import Document
from penstock.wire.call import Call


class Opened(NamedTuple):
    """A repository: what is known of it, and its git."""

    document: Document
    git: Git


@dataclass(frozen=True)
class Desk:
    database: Database
    shelf: Shelf
    references: References
    notices: Notices
    clock: Callable[[], float]
    chance: Callable[[], str]

    async def open(self, call: Call, name: str) -> Opened:
        """A repository that is there; raises."""
        document = await self.database.read(lambda tx: model.found(tx, call.scope, name))
        return Opened(document, await self.shelf.git(document.parent))


async def commit_of(git: Git, specifier: str, *, member: str = "commit specifier") -> str:
    """The commit that a branch, a tag, HEAD, a reference or a full id names; raises."""
    if not specifier:
        raise wrong("CommitRequired", f"The {member} is required.")
    if COMMIT_ID.fullmatch(specifier):
        names = [specifier]
    elif model.is_reference_name(specifier):
        full = [specifier] if specifier == "HEAD" or specifier.startswith("refs/") else []
        names = [*full, HEADS + specifier, TAGS + specifier]
    else:
        raise wrong("InvalidCommit", f"The {member} {specifier} is not valid.")
    out = await git.word(
        "cat-file", "--batch-check=%(objectname)", given="".join(f"{name}^{{commit}}\n" for name in names).encode()
    )
    for line in out.splitlines():
        if COMMIT_ID.fullmatch(line):
            return line
    raise wrong("CommitDoesNotExist", f"The commit {specifier} does not exist.")


async def tip_of(git: Git, branch: str) -> str:
    """The commit at the tip of a branch; raises."""
    ref = model.branch_of(branch)
    tip = (await git.references()).get(ref)
    if tip is None:
        raise wrong("BranchDoesNotExist", f"The branch {branch} does not exist.")
    return tip


async def is_ancestor(git: Git, old: str, new: str) -> bool:
    return (await git.ask("merge-base", "--is-ancestor", old, new)).code == 0


async def merge_base(git: Git, one: str, other: str) -> str | None:
    """The commit from which two went their ways; None if they have nothing in common."""
    said = await git.ask("merge-base", one, other)
    return said.out.decode().strip() or None
