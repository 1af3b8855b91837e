"""Operations that merge branches, and that tell beforehand what would come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from penstock.services.codecommit import merging, model
from penstock.services.codecommit.desk import commit_of, is_ancestor, merge_base, tip_of
from penstock.services.codecommit.files import no_file
from penstock.services.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY
from penstock.services.codecommit.model import wrong
from penstock.services.codecommit.references import REPOSITORY_CHANGE
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk, Opened
    from penstock.services.codecommit.git import Git

MOST_FILES: Final = 1000
MOST_HUNKS: Final = 1000


class Two(NamedTuple):
    """The commits that a request speaks of."""

    source: str
    destination: str
    base: str | None

    @property
    def told(self) -> dict[str, str]:
        ids = {"sourceCommitId": self.source, "destinationCommitId": self.destination}
        return {**ids, "baseCommitId": self.base} if self.base else ids


async def two_of(git: Git, request: Mapping[str, Json]) -> Two:
    source = await commit_of(git, request["sourceCommitSpecifier"], member="source commit specifier")
    destination = await commit_of(git, request["destinationCommitSpecifier"], member="destination commit specifier")
    return Two(source, destination, await merge_base(git, source, destination))


@dataclass(frozen=True)
class Merges:
    desk: Desk
    service: str = "codecommit"

    @operation("GetMergeOptions")
    async def options(self, call: Call, request: shapes.GetMergeOptionsRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        two = await two_of(git, request)
        options = [FAST_FORWARD] if await is_ancestor(git, two.destination, two.source) else []
        if not (await merging.merged(git, two.source, two.destination, request)).conflicts:
            options += [SQUASH, THREE_WAY]
        return {"mergeOptions": options, **two.told}

    @operation("GetMergeConflicts")
    async def conflicts(self, call: Call, request: shapes.GetMergeConflictsRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        two = await two_of(git, request)
        if request["mergeOption"] == FAST_FORWARD:
            mergeable = await is_ancestor(git, two.destination, two.source)
            return {"mergeable": mergeable, "conflictMetadataList": [], **two.told}
        found = await merging.merged(git, two.source, two.destination, request)
        shown, more = model.cut(found.conflicts, request, most=MOST_FILES, members=("maxConflictFiles", "nextToken"))
        metadata = [(await merging.described(git, conflict))[0] for conflict in shown]
        return {"mergeable": not found.conflicts, "conflictMetadataList": metadata, **two.told, **more}

    @operation("DescribeMergeConflicts")
    async def describe(self, call: Call, request: shapes.DescribeMergeConflictsRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        two, path = await two_of(git, request), model.path_of(request["filePath"])
        found = await merging.merged(git, two.source, two.destination, request)
        conflict = next((each for each in found.conflicts if each.path == path), None)
        if conflict is None:
            raise no_file(path)
        metadata, hunks = await merging.described(git, conflict)
        shown, more = model.cut(hunks, request, most=MOST_HUNKS, members=("maxMergeHunks", "nextToken"))
        return {"conflictMetadata": metadata, "mergeHunks": shown, **two.told, **more}

    @operation("BatchDescribeMergeConflicts")
    async def describe_many(self, call: Call, request: shapes.BatchDescribeMergeConflictsRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        two = await two_of(git, request)
        found = await merging.merged(git, two.source, two.destination, request)
        wanted = [model.path_of(path) for path in request.get("filePaths") or []]
        conflicts = [each for each in found.conflicts if not wanted or each.path in wanted]
        missing = sorted(set(wanted) - {each.path for each in conflicts})
        shown, more = model.cut(conflicts, request, most=MOST_FILES, members=("maxConflictFiles", "nextToken"))
        told = []
        for conflict in shown:
            metadata, hunks = await merging.described(git, conflict)
            told.append(
                {"conflictMetadata": metadata, "mergeHunks": hunks[: request.get("maxMergeHunks") or MOST_HUNKS]}
            )
        errors = [
            {
                "filePath": path,
                "exceptionName": "FileDoesNotExistException",
                "message": f"There is no conflict at {path}.",
            }
            for path in missing
        ]
        return {"conflicts": told, "errors": errors, **two.told, **more}

    @operation("GetMergeCommit")
    async def commit(self, call: Call, request: shapes.GetMergeCommitRequest) -> Answer:
        """The commit in which both are, if one was made by a merge of just these."""
        _, git = await self.desk.open(call, request["repositoryName"])
        two = await two_of(git, request)
        out = await git.tell("rev-list", "--all", "--merges", "--parents")
        lines = [line.split() for line in out.decode().splitlines()]
        made = next((line[0] for line in lines if line[1:] == [two.destination, two.source]), None)
        return {**two.told, **({"mergedCommitId": made} if made else {})}

    @operation("MergeBranchesByFastForward")
    async def fast_forward(self, call: Call, request: shapes.MergeBranchesByFastForwardRequest) -> Answer:
        return await self._merge(call, request, FAST_FORWARD)

    @operation("MergeBranchesBySquash")
    async def squash(self, call: Call, request: shapes.MergeBranchesBySquashRequest) -> Answer:
        return await self._merge(call, request, SQUASH)

    @operation("MergeBranchesByThreeWay")
    async def three_way(self, call: Call, request: shapes.MergeBranchesByThreeWayRequest) -> Answer:
        return await self._merge(call, request, THREE_WAY)

    async def _merge(self, call: Call, request: Mapping[str, Json], option: str) -> Answer:
        opened = await self.desk.open(call, request["repositoryName"])
        two = await two_of(opened.git, request)
        branch = request.get("targetBranch") or request["destinationCommitSpecifier"].removeprefix(model.HEADS)
        if not model.is_reference_name(branch):
            raise wrong("InvalidTargetBranch", f"The target branch {branch} is not valid.")
        tip = await tip_of(opened.git, branch)
        if tip != two.destination:
            raise wrong("ConcurrentReferenceUpdate", f"The branch {branch} is not at {two.destination}.")
        commit = await merging.commit_merge(
            self.desk, opened, call, request, source=two.source, destination=two.destination, option=option
        )
        event = merging.event_of(request, option=option, base=two.base, source=two.source, destination=two.destination)
        ref = model.branch_of(branch)
        if commit != tip and not await self.desk.references.move(
            opened.git, opened.document, ref, commit, tip, by=call.scope.principal, event=event
        ):
            raise wrong("ConcurrentReferenceUpdate", f"The branch {branch} was changed meanwhile; ask again.")
        return await commit_and_tree(opened, commit)

    @operation("CreateUnreferencedMergeCommit")
    async def create(self, call: Call, request: shapes.CreateUnreferencedMergeCommitRequest) -> Answer:
        opened = await self.desk.open(call, request["repositoryName"])
        two, option = await two_of(opened.git, request), request["mergeOption"]
        commit = await merging.commit_merge(
            self.desk, opened, call, request, source=two.source, destination=two.destination, option=option
        )
        event = merging.event_of(request, option=option, base=two.base, source=two.source, destination=two.destination)
        detail = {
            "event": "unreferencedMergeCommitCreated", "repositoryName": opened.document.name,
            "repositoryId": opened.document.parent, "commitId": commit, "callerUserArn": call.scope.principal, **event,
        }  # fmt: skip
        arn, at, keep = opened.document.arn, self.desk.clock(), self.desk.notices.keep
        await self.desk.database.write(lambda tx: keep(tx, call.scope, REPOSITORY_CHANGE, [arn], lambda: detail, at=at))
        return await commit_and_tree(opened, commit)


async def commit_and_tree(opened: Opened, commit: str) -> Answer:
    return {"commitId": commit, "treeId": await opened.git.word("rev-parse", f"{commit}^{{tree}}")}
