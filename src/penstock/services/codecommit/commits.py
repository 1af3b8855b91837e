"""Operations that look at commits: what they are, how they differ, how a file came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.codecommit import building, model
from penstock.services.codecommit.desk import commit_of
from penstock.services.codecommit.files import blob_of
from penstock.services.codecommit.hunks import diff_hunks
from penstock.services.codecommit.model import wrong
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.services.codecommit.git import Git

PAGE: Final = 100
MOST_DIFFERENCES: Final = 400
MOST_COMMITS: Final = 100
MOST_HUNKS: Final = 1000
DIFF_CONTEXT: Final = 3
EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
NO_BLOB: Final = "0" * 40


@dataclass(frozen=True)
class Commits:
    desk: Desk
    service: str = "codecommit"

    @operation("GetCommit")
    async def get(self, call: Call, request: shapes.GetCommitRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        model.check_commit_id(request["commitId"])
        (commit,) = await described(git, [request["commitId"]])
        if commit is None:
            raise wrong("CommitIdDoesNotExist", f"The commit {request['commitId']} does not exist.")
        return {"commit": commit}

    @operation("BatchGetCommits")
    async def get_many(self, call: Call, request: shapes.BatchGetCommitsRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        ids = request["commitIds"]
        if not ids:
            raise wrong("CommitIdsListRequired", "The list of commit IDs is required.")
        if len(ids) > MOST_COMMITS:
            raise wrong("CommitIdsLimitExceeded", f"At most {MOST_COMMITS} commits may be named.")
        whole = [each for each in ids if model.COMMIT_ID.fullmatch(each)]
        commits = dict(zip(whole, await described(git, whole), strict=True)) if whole else {}
        errors = [not_got(each) for each in dict.fromkeys(ids) if commits.get(each) is None]
        return {"commits": [commit for commit in commits.values() if commit], "errors": errors}

    @operation("GetDifferences")
    async def differences(self, call: Call, request: shapes.GetDifferencesRequest) -> Answer:
        """Without renames, as on AWS: what has another name is deleted and added."""
        _, git = await self.desk.open(call, request["repositoryName"])
        paths = sorted({path_wanted(request.get("beforePath")), path_wanted(request.get("afterPath"))} - {""})
        after = await commit_of(git, request["afterCommitSpecifier"])
        before = EMPTY_TREE
        if request.get("beforeCommitSpecifier"):
            before = await commit_of(git, request["beforeCommitSpecifier"])
        for path in paths:
            if not (await git.entries(after, path) or await git.entries(before, path)):
                raise wrong("PathDoesNotExist", f"The path {path} does not exist.")
        out = await git.tell("diff-tree", "-r", "-z", "--no-renames", before, after, "--", *paths)
        found = list(differences_in(out))
        shown, more = model.cut(found, request, most=MOST_DIFFERENCES, members=("MaxResults", "NextToken"))
        return {"differences": shown, **more}

    @operation("GetBlobDifferences")
    async def blob_differences(self, call: Call, request: shapes.GetBlobDifferencesRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        after = await blob_of(git, request["afterBlobId"])
        before = await blob_of(git, request["beforeBlobId"]) if request.get("beforeBlobId") else None
        told = {"beforeBlobSize": len(before.content) if before else 0, "afterBlobSize": len(after.content)}
        if any(b"\0" in blob.content[:8000] for blob in (before, after) if blob):
            return {"hunks": [], "isBinary": True, **told}
        context = request.get("contextLines")
        options = [f"-U{DIFF_CONTEXT if context is None else context}"] + ["-w"] * bool(request.get("ignoreWhitespace"))
        old = before.id if before else (await building.blobs(git, [b""]))[0]
        hunks = diff_hunks(await git.tell("diff", "--no-color", *options, old, after.id))
        shown, more = model.cut(hunks, request, most=MOST_HUNKS, members=("MaxResults", "NextToken"))
        return {"hunks": shown, "isBinary": False, **told, **more}

    @operation("ListFileCommitHistory")
    async def history(self, call: Call, request: shapes.ListFileCommitHistoryRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        start = await commit_of(git, request.get("commitSpecifier") or "HEAD")
        path = model.path_of(request["filePath"])
        limit = request.get("maxResults") or PAGE
        first = model.place_of(request.get("nextToken"))
        out = await git.tell("rev-list", "--parents", f"--skip={first}", f"--max-count={limit + 1}", start, "--", path)
        lines = [line.split() for line in out.decode().splitlines()]
        shown, token = lines[:limit], model.place_token(first + limit) if len(lines) > limit else None
        ids = [line[0] for line in shown]
        commits = await described(git, ids)
        files = await git.objects([f"{commit_id}:{path}" for commit_id in ids])
        children = {commit_id: [line[0] for line in lines if commit_id in line[1:]] for commit_id in ids}
        versions = [
            {
                "commit": commit, "path": path, "revisionChildren": children[commit_id],
                **({"blobId": file.id} if file else {}),
            }
            for commit_id, commit, file in zip(ids, commits, files, strict=True)
        ]  # fmt: skip
        return {"revisionDag": versions, **pages.onward(token, "nextToken")}


def path_wanted(path: str | None) -> str:
    return model.path_of(path, may_be_root=True) if path else ""


def not_got(commit_id: str) -> dict[str, str]:
    """What BatchGetCommits says of an id that no commit has."""
    if model.COMMIT_ID.fullmatch(commit_id):
        code, message = "CommitDoesNotExistException", f"{commit_id} does not exist"
    else:
        code, message = "InvalidCommitIdException", f"{commit_id} is not valid: it must be a full SHA-1"
    return {"commitId": commit_id, "errorCode": code, "errorMessage": message}


async def described(git: Git, ids: Sequence[str]) -> list[dict[str, Json] | None]:
    """Commits as they are told; None for what is none."""
    return [
        commit_told(found.id, found.content) if found and found.kind == "commit" else None
        for found in await git.objects(ids)
    ]


def commit_told(commit_id: str, content: bytes) -> dict[str, Json]:
    head, _, message = content.decode(errors="replace").partition("\n\n")
    parents: list[str] = []
    told: dict[str, Json] = {"commitId": commit_id, "parents": parents, "message": message, "additionalData": ""}
    for line in head.split("\n"):
        name, _, value = line.partition(" ")
        match name:
            case "tree":
                told["treeId"] = value
            case "parent":
                parents.append(value)
            case "author" | "committer":
                told[name] = person(value)
    return told


def person(line: str) -> dict[str, str]:
    """`Ada <ada@example.com> 1700000000 +0100` as AWS tells it."""
    name, _, rest = line.partition(" <")
    email, _, date = rest.partition("> ")
    return {"name": name, "email": email, "date": date}


def differences_in(out: bytes) -> Iterator[dict[str, Json]]:
    """What `diff-tree -z` tells, as AWS tells it."""
    parts = iter(out.split(b"\0"))
    for head in parts:
        if not head.startswith(b":"):
            continue  # the end
        old_mode, new_mode, old_id, new_id, change = head[1:].decode().split()
        path = next(parts).decode(errors="replace")
        told: dict[str, Json] = {"changeType": {"T": "M"}.get(change[0], change[0])}
        if old_id != NO_BLOB:
            told["beforeBlob"] = {"blobId": old_id, "path": path, "mode": old_mode}
        if new_id != NO_BLOB:
            told["afterBlob"] = {"blobId": new_id, "path": path, "mode": new_mode}
        yield told
