"""Operations that read what is in a commit: files, folders, blobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.codecommit import model
from penstock.services.codecommit.desk import commit_of
from penstock.services.codecommit.git import TooLong
from penstock.services.codecommit.model import COMMIT_ID, LARGEST_FILE, MODE_NAMES, wrong
from penstock.wire.call import Answer, Call, Json, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.services.codecommit.git import Entry, Found, Git


@dataclass(frozen=True)
class Files:
    desk: Desk
    service: str = "codecommit"

    @operation("GetFile")
    async def get(self, call: Call, request: shapes.GetFileRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        path = model.path_of(request["filePath"])
        commit = await commit_of(git, request.get("commitSpecifier") or "HEAD")
        entries = await git.entries(commit, path)
        if not entries or entries[0].kind != "blob":
            raise no_file(path)
        if await git.size(entries[0].id) > LARGEST_FILE:
            raise too_large(path)
        (blob,) = await git.objects([entries[0].id])
        assert blob is not None
        return {
            "commitId": commit,
            "blobId": blob.id,
            "filePath": path,
            "fileMode": MODE_NAMES.get(entries[0].mode, "NORMAL"),
            "fileSize": len(blob.content),
            "fileContent": blob.content,
        }

    @operation("GetFolder")
    async def folder(self, call: Call, request: shapes.GetFolderRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        path = model.path_of(request["folderPath"], may_be_root=True)
        commit = await commit_of(git, request.get("commitSpecifier") or "HEAD")
        (tree,) = await git.objects([f"{commit}:{path}"])
        if tree is None or tree.kind != "tree":
            raise wrong("FolderDoesNotExist", f"The folder {path} does not exist.")
        told: dict[str, list[dict[str, Json]]] = {"subFolders": [], "files": [], "symbolicLinks": [], "subModules": []}
        for entry in await git.entries(tree.id):
            place = {"absolutePath": f"{path}/{entry.path}" if path else entry.path, "relativePath": entry.path}
            member, shown = listed(entry)
            told[member].append({**shown, **place})
        return {"commitId": commit, "folderPath": path, "treeId": tree.id, **told}

    @operation("GetBlob")
    async def blob(self, call: Call, request: shapes.GetBlobRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        return {"content": (await blob_of(git, request["blobId"])).content}


async def blob_of(git: Git, blob_id: str) -> Found:
    """A blob that is small enough for an answer; raises."""
    if not COMMIT_ID.fullmatch(blob_id):
        raise wrong("InvalidBlobId", f"The blob ID {blob_id} is not valid: it must be a full SHA-1.")
    try:
        blob = await git.blob(blob_id, LARGEST_FILE)
    except TooLong:
        raise too_large(blob_id) from None
    if blob is None:
        raise wrong("BlobIdDoesNotExist", f"The blob {blob_id} does not exist.")
    return blob


def listed(entry: Entry) -> tuple[str, dict[str, Json]]:
    """In which list of a folder an entry is told, and what of it."""
    if entry.kind == "tree":
        return "subFolders", {"treeId": entry.id}
    if entry.kind == "commit":
        return "subModules", {"commitId": entry.id}
    member = "symbolicLinks" if entry.mode == "120000" else "files"
    return member, {"blobId": entry.id, "fileMode": MODE_NAMES.get(entry.mode, "NORMAL")}


def no_file(path: str) -> ServiceError:
    return wrong("FileDoesNotExist", f"The file {path} does not exist.")


def too_large(what: str) -> ServiceError:
    return wrong("FileTooLarge", f"{what} is larger than 6 MB; clone the repository to get it.")
