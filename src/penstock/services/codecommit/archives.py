"""Archives: the files of a commit in one zip, for rooms that want them all.

AWS has no such operation, so no customer can ask for it; a `Call` from inside can. `git archive` would leave out and
rewrite what `.gitattributes` says: here files are as they were committed, and the zip of the same files is the same.
"""

import asyncio
import io
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.services.codecommit.desk import Desk, commit_of
from penstock.services.codecommit.git import Found, Git, Sized
from penstock.services.codecommit.model import wrong
from penstock.wire.call import Answer, Call, Directory, Json

SERVICE: Final = "codecommit"
MOST_FILES: Final = 100_000
LARGEST: Final = 256 << 20  # bytes of a commit's files
MOST_AT_ONCE: Final = 1_000  # files that one git process is asked for …
MUCH_AT_ONCE: Final = 8 << 20  # … and bytes, but for a larger file, which is asked for alone
MODES: Final[Mapping[str, int]] = {"100755": stat.S_IFREG | 0o755, "120000": stat.S_IFLNK | 0o777}


@dataclass(frozen=True)
class Archives:
    desk: Desk

    def open(self, directory: Directory) -> None:
        """Answer in the directory, though no model knows of it."""
        directory.provide(SERVICE, ["FetchCommit"], self.fetch)

    async def fetch(self, call: Call, request: Json) -> Answer:
        """All files and links of a commit, zipped; submodules are not among them."""
        _, git = await self.desk.open(call, request["repositoryName"])
        commit = await commit_of(git, request["commitId"])
        files = [each for each in await git.sizes(commit) if each.kind == "blob"]
        if len(files) > MOST_FILES or sum(each.size for each in files) > LARGEST:
            raise wrong(
                "FileTooLarge", f"The commit {commit} has over {MOST_FILES} files or {LARGEST >> 20} MiB: clone it."
            )
        return {"Content": await zipped(git, files)}


async def zipped(git: Git, files: Sequence[Sized]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for group in groups(files):
            found = await git.objects([each.id for each in group])
            await asyncio.to_thread(add, archive, group, found)
    return packed.getvalue()


def groups(files: Sequence[Sized]) -> Iterator[list[Sized]]:
    """Files that are read together, in their order."""
    group: list[Sized] = []
    size = 0
    for each in files:
        if group and (len(group) == MOST_AT_ONCE or size + each.size > MUCH_AT_ONCE):
            yield group
            group, size = [], 0
        group.append(each)
        size += each.size
    if group:
        yield group


def add(archive: zipfile.ZipFile, group: Sequence[Sized], found: Sequence[Found | None]) -> None:
    """Blocking."""
    for file, blob in zip(group, found, strict=True):
        assert blob is not None  # it is in the tree of a commit
        entry = zipfile.ZipInfo(file.path.encode(errors="surrogateescape").decode(errors="replace"))
        entry.external_attr = MODES.get(file.mode, 0) << 16
        archive.writestr(entry, blob.content, zipfile.ZIP_DEFLATED)
