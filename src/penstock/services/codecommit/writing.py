"""Operations that commit without a clone: CreateCommit, PutFile, DeleteFile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from penstock.services.codecommit import building, model
from penstock.services.codecommit.building import KEEP, Placed
from penstock.services.codecommit.files import no_file
from penstock.services.codecommit.git import ZERO
from penstock.services.codecommit.model import COMMIT_ID, FILE_MODES, HEADS, LARGEST_FILE, MODE_NAMES, TAGS, wrong
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk, Opened
    from penstock.services.codecommit.git import Entry, Git

MOST_FILES: Final = 100
Before = dict[str, "Entry"]  # what the parent has at the paths that a request names, and at the folders above them


class Base(NamedTuple):
    """Where a commit goes: onto which branch, and which commit it follows; None in an empty repository."""

    ref: str
    parent: str | None


@dataclass(frozen=True)
class Writing:
    desk: Desk
    service: str = "codecommit"

    @operation("CreateCommit")
    async def create(self, call: Call, request: shapes.CreateCommitRequest) -> Answer:
        puts, deletes = request.get("putFiles") or [], request.get("deleteFiles") or []
        modes = request.get("setFileModes") or []
        paths = [model.path_of(entry["filePath"]) for entry in (*puts, *deletes, *modes)]
        check_paths(paths, len(puts))
        opened = await self.desk.open(call, request["repositoryName"])
        base = await base_of(opened.git, request["branchName"], request.get("parentCommitId"))
        sources = [model.path_of(put["sourceFile"]["filePath"]) for put in puts if put.get("sourceFile")]
        before = await entries_before(opened.git, base.parent, [*paths, *sources])
        changes = await put_changes(opened.git, puts, before)
        changes |= dict.fromkeys(there(before, entry["filePath"]).path for entry in deletes)
        for entry in modes:
            file = there(before, entry["filePath"])
            changes[file.path] = Placed(FILE_MODES[entry["fileMode"]], file.id)
        check_room(before, changes)
        commit, tree = await self._commit(call, opened, base, changes, request, "authorName", "Changed files")
        return {"commitId": commit, "treeId": tree, **told(before, changes)}

    @operation("PutFile")
    async def put(self, call: Call, request: shapes.PutFileRequest) -> Answer:
        path, content = model.path_of(request["filePath"]), request["fileContent"]
        opened = await self.desk.open(call, request["repositoryName"])
        base = await base_of(opened.git, request["branchName"], request.get("parentCommitId"))
        before = await entries_before(opened.git, base.parent, [path])
        mode = request.get("fileMode")
        entry = {"filePath": path, "fileContent": content, **({"fileMode": mode} if mode else {})}
        changes = await put_changes(opened.git, [entry], before)
        check_room(before, changes)
        placed = changes[path]
        assert placed is not None
        if path in before and (before[path].mode, before[path].id) == placed:
            raise wrong("SameFileContent", f"The file {path} has this very content already.")
        default = f"{'Edited' if path in before else 'Added'} {path}"
        commit, tree = await self._commit(call, opened, base, changes, request, "name", default)
        return {"commitId": commit, "blobId": placed.id, "treeId": tree}

    @operation("DeleteFile")
    async def delete(self, call: Call, request: shapes.DeleteFileRequest) -> Answer:
        path = model.path_of(request["filePath"])
        opened = await self.desk.open(call, request["repositoryName"])
        base = await base_of(opened.git, request["branchName"], request["parentCommitId"])
        before = await entries_before(opened.git, base.parent, [path])
        file = there(before, path)
        commit, tree = await self._commit(call, opened, base, {path: None}, request, "name", f"Deleted {path}")
        return {"commitId": commit, "blobId": file.id, "treeId": tree, "filePath": path}

    async def _commit(
        self, call: Call, opened: Opened, base: Base, changes: Mapping[str, Placed | None], request: Mapping[str, Json],
        name: str, default: str,
    ) -> tuple[str, str]:  # fmt: skip
        """Commit the changes and let the branch be at it; the commit and its tree."""
        git, who = opened.git, building.author(call, request, name=name)
        said = building.message(request, default)
        keeps = bool(request.get("keepEmptyFolders"))
        tree = await building.tree(git, base.parent, changes, keep_folders=keeps)
        if base.parent and await git.word("rev-parse", f"{base.parent}^{{tree}}") == tree:
            raise wrong("NoChange", "The commit would change nothing.")
        parents = [base.parent] if base.parent else []
        commit = await building.commit(git, tree, parents, who, said, self.desk.clock())
        old = base.parent or ZERO
        if not await self.desk.references.move(git, opened.document, base.ref, commit, old, by=call.scope.principal):
            raise outdated(old)
        return commit, tree


def outdated(parent: str) -> Exception:
    return wrong("ParentCommitIdOutdated", f"The parent commit ID {parent} is not that of the branch's tip any more.")


def check_paths(paths: list[str], puts: int) -> None:
    if not paths:
        raise wrong("FileEntryRequired", "A commit needs at least one file to put, delete or set the mode of.")
    if len(paths) > MOST_FILES:
        raise wrong("MaximumFileEntriesExceeded", f"A commit may have at most {MOST_FILES} files.")
    if len(set(paths[:puts])) < puts:
        raise wrong("PutFileEntryConflict", "A path is put more than once.")
    if len(set(paths)) < len(paths):
        raise wrong("SamePathRequest", "A path is named more than once.")


async def base_of(git: Git, branch: str, parent: str | None) -> Base:
    """Where a commit goes; raises unless the parent is the branch's tip."""
    ref, refs = model.branch_of(branch), await git.references()
    if parent and not COMMIT_ID.fullmatch(parent):
        raise wrong("InvalidParentCommitId", f"The parent commit ID {parent} is not valid.")
    if ref not in refs:
        if TAGS + branch in refs:
            raise wrong("BranchNameIsTagName", f"{branch} is the name of a tag.")
        if any(name.startswith(HEADS) for name in refs):
            raise wrong("BranchDoesNotExist", f"The branch {branch} does not exist.")
        if parent:
            raise wrong("ParentCommitDoesNotExist", f"The parent commit {parent} does not exist.")
        return Base(ref, None)
    if not parent:
        raise wrong("ParentCommitIdRequired", "The parent commit ID is required: the branch has commits.")
    if refs[ref] != parent:
        if await git.size(parent, kind="commit") < 0:
            raise wrong("ParentCommitDoesNotExist", f"The parent commit {parent} does not exist.")
        raise outdated(parent)
    return Base(ref, parent)


async def entries_before(git: Git, parent: str | None, paths: Iterable[str]) -> Before:
    """What the parent has at paths and at every folder above them."""
    if parent is None:
        return {}
    wanted = {
        "/".join(parts[:depth]) for parts in (path.split("/") for path in paths) for depth in range(1, len(parts) + 1)
    }
    return {entry.path: entry for entry in await git.entries(parent, *sorted(wanted))}


def there(before: Before, path: str) -> Entry:
    """A file that the parent has; raises."""
    plain = model.path_of(path)
    entry = before.get(plain)
    if entry is None or entry.kind != "blob":
        raise no_file(plain)
    return entry


async def put_changes(git: Git, puts: Iterable[Mapping[str, Json]], before: Before) -> dict[str, Placed | None]:
    """What files that are put change: from content, or from a file that is there."""
    changes: dict[str, Placed | None] = {}
    contents: dict[str, tuple[str, bytes]] = {}
    for put in puts:
        path, content, source = model.path_of(put["filePath"]), put.get("fileContent"), put.get("sourceFile")
        old = before.get(path)
        mode = (
            FILE_MODES[put["fileMode"]] if put.get("fileMode") else old.mode if old and old.kind == "blob" else "100644"
        )
        if content is not None and source:
            raise wrong("FileContentAndSourceFileSpecified", f"{path}: give either its content or a source file.")
        if content is not None:
            if len(content) > LARGEST_FILE:
                raise wrong("FileContentSizeLimitExceeded", f"The file {path} is larger than 6 MB; push it with git.")
            contents[path] = (mode, content)
        elif source:
            file = there(before, source["filePath"])
            if file.path.rpartition("/")[2] == KEEP:
                raise wrong("RestrictedSourceFile", f"{file.path} cannot be copied or moved.")
            changes[path] = Placed(FILE_MODES[put["fileMode"]] if put.get("fileMode") else file.mode, file.id)
            if source.get("isMove"):
                changes[file.path] = None
        else:
            raise wrong("SourceFileOrContentRequired", f"{path}: give its content or a source file.")
    ids = await building.blobs(git, [content for _, content in contents.values()])
    return changes | {path: Placed(mode, blob) for (path, (mode, _)), blob in zip(contents.items(), ids, strict=True)}


def check_room(before: Before, changes: Mapping[str, Placed | None]) -> None:
    """Refuse a file where a folder is, and the other way round: in the parent, or within the request."""
    put = {path for path, placed in changes.items() if placed is not None}
    for path in sorted(put):
        entry = before.get(path)
        if entry is not None and entry.kind == "commit":
            raise wrong("FilePathConflictsWithSubmodulePath", f"{path} is a submodule.")
        if entry is not None and entry.kind == "tree":
            raise wrong("FileNameConflictsWithDirectoryName", f"{path} is a folder.")
        for above in folders_above(path):
            in_the_way = before.get(above)
            if above in put or (in_the_way is not None and in_the_way.kind == "blob" and above not in changes):
                raise wrong("DirectoryNameConflictsWithFileName", f"{above} is a file, so {path} cannot be in it.")
            if in_the_way is not None and in_the_way.kind == "commit":
                raise wrong("FilePathConflictsWithSubmodulePath", f"{above} is a submodule.")


def folders_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def told(before: Before, changes: Mapping[str, Placed | None]) -> dict[str, list[dict[str, str]]]:
    """The files that a commit added, updated and deleted."""
    lists: dict[str, list[dict[str, str]]] = {"filesAdded": [], "filesUpdated": [], "filesDeleted": []}
    for path, placed in changes.items():
        old = before.get(path)
        mode, blob = placed or (old.mode, old.id) if old else placed or ("", "")
        member = "filesDeleted" if placed is None else "filesUpdated" if old else "filesAdded"
        lists[member].append({"absolutePath": path, "blobId": blob, "fileMode": MODE_NAMES.get(mode, "NORMAL")})
    return lists
