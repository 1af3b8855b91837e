"""Building: blobs, trees and commits, written into a repository before any reference knows of them."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from penstock.services.codecommit.git import ZERO, Git
from penstock.services.codecommit.model import wrong
from penstock.wire.call import Call, Json

KEEP: Final = ".gitkeep"
LONGEST_NAME: Final = 1024
LONGEST_MESSAGE: Final = 256 * 1024
_UNFIT: Final = str.maketrans("", "", "<>\n\0")


class Placed(NamedTuple):
    """What is to be at a path."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who a commit is by."""

    name: str
    email: str


def author(call: Call, request: Mapping[str, Json], *, name: str = "authorName") -> Person:
    """Whom a request names, else who asks; raises."""
    found = request.get(name) or call.scope.principal.rpartition("/")[2] or "penstock"
    email = request.get("email") or ""
    if len(found) > LONGEST_NAME:
        raise wrong("NameLengthExceeded", f"The name is longer than {LONGEST_NAME} characters.")
    if len(email) > LONGEST_NAME or set(email) & set("<>\n"):
        raise wrong("InvalidEmail", f"The email address {email} is not valid.")
    return Person(found.translate(_UNFIT), email.translate(_UNFIT))


def message(request: Mapping[str, Json], default: str) -> str:
    said: str = request.get("commitMessage") or default
    if len(said.encode()) > LONGEST_MESSAGE:
        raise wrong("CommitMessageLengthExceeded", "The commit message is longer than 256 KB.")
    return said.replace("\0", "")


async def blobs(git: Git, contents: Sequence[bytes]) -> list[str]:
    """The ids of contents, which are in the repository then."""
    if not contents:
        return []
    with tempfile.TemporaryDirectory(dir=git.folder) as folder:
        paths = []
        for number, content in enumerate(contents):
            path = Path(folder) / str(number)
            path.write_bytes(content)
            paths.append(str(path))
        given = "".join(f"{path}\n" for path in paths).encode()
        return (await git.word("hash-object", "-w", "--no-filters", "--stdin-paths", given=given)).split()


async def tree(git: Git, base: str | None, changes: Mapping[str, Placed | None], *, keep_folders: bool = False) -> str:
    """The tree that another becomes by changes; None takes a path away."""
    with tempfile.TemporaryDirectory(dir=git.folder) as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        if base is not None:
            await git.tell("read-tree", base, more=index)
        await git.tell("update-index", "-z", "--index-info", given=index_lines(changes), more=index)
        if keep_folders and (kept := await bare_folders(git, changes, index)):
            (empty,) = await blobs(git, [b""])
            files = {f"{path}/{KEEP}": Placed("100644", empty) for path in kept}
            await git.tell("update-index", "-z", "--index-info", given=index_lines(files), more=index)
        return await git.word("write-tree", more=index)


def index_lines(changes: Mapping[str, Placed | None]) -> bytes:
    """Changes as `update-index --index-info` reads them: what goes first, or it would be in the way of what comes."""
    gone = [f"0 {ZERO}\t{path}\0" for path, placed in changes.items() if placed is None]
    come = [f"{placed.mode} {placed.id}\t{path}\0" for path, placed in changes.items() if placed is not None]
    return "".join([*gone, *come]).encode(errors="surrogateescape")


async def bare_folders(git: Git, changes: Iterable[str], index: Mapping[str, str]) -> list[str]:
    """The folders in which changes have left nothing."""
    folders = sorted({path.rpartition("/")[0] for path in changes} - {""})
    return [path for path in folders if not await git.tell("ls-files", "--", path, more=index)]


async def commit(git: Git, tree_id: str, parents: Sequence[str], by: Person, said: str, at: float) -> str:
    who = f"{by.name or 'penstock'} <{by.email}> {int(at)} +0000"
    head = [f"tree {tree_id}", *(f"parent {parent}" for parent in parents), f"author {who}", f"committer {who}"]
    content = "\n".join([*head, "", said if said.endswith("\n") else said + "\n"])
    return await git.word("hash-object", "-t", "commit", "-w", "--stdin", given=content.encode(errors="replace"))
