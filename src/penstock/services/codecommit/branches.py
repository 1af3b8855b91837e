"""Operations on branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.codecommit import model
from penstock.services.codecommit.desk import commit_of, tip_of
from penstock.services.codecommit.git import ZERO
from penstock.services.codecommit.model import HEADS, wrong
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk

PAGE: Final = 1000


@dataclass(frozen=True)
class Branches:
    desk: Desk
    service: str = "codecommit"

    @operation("CreateBranch")
    async def create(self, call: Call, request: shapes.CreateBranchRequest) -> Answer:
        repository, git = await self.desk.open(call, request["repositoryName"])
        ref = model.branch_of(request["branchName"])
        model.check_commit_id(request["commitId"])
        commit = await commit_of(git, request["commitId"])
        if ref in await git.references():
            raise wrong("BranchNameExists", f"The branch {request['branchName']} already exists.")
        if not await self.desk.references.move(git, repository, ref, commit, ZERO, by=call.scope.principal):
            raise wrong(
                "BranchNameExists", f"The branch {request['branchName']}, or one that it cannot be beside, exists."
            )
        return {}

    @operation("GetBranch")
    async def get(self, call: Call, request: shapes.GetBranchRequest) -> Answer:
        if not request.get("repositoryName"):
            raise wrong("RepositoryNameRequired", "A repository name is required.")
        if not request.get("branchName"):
            raise wrong("BranchNameRequired", "A branch name is required.")
        _, git = await self.desk.open(call, request["repositoryName"])
        tip = await tip_of(git, request["branchName"])
        return {"branch": {"branchName": request["branchName"], "commitId": tip}}

    @operation("ListBranches")
    async def list(self, call: Call, request: shapes.ListBranchesRequest) -> Answer:
        _, git = await self.desk.open(call, request["repositoryName"])
        names = [ref.removeprefix(HEADS) for ref in await git.references() if ref.startswith(HEADS)]
        shown, more = model.cut(names, request, most=PAGE)
        return {"branches": shown, **more}

    @operation("DeleteBranch")
    async def delete(self, call: Call, request: shapes.DeleteBranchRequest) -> Answer:
        """A branch that is not there is no error, as on AWS."""
        repository, git = await self.desk.open(call, request["repositoryName"])
        name = request["branchName"]
        if repository.body.get("defaultBranch") == name:
            raise wrong(
                "DefaultBranchCannotBeDeleted", f"The branch {name} is the default branch; it cannot be deleted."
            )
        ref = model.branch_of(name)
        tip = (await git.references()).get(ref)
        if tip is None:
            return {}
        if not await self.desk.references.move(git, repository, ref, ZERO, tip, by=call.scope.principal):
            raise wrong("ConcurrentReferenceUpdate", f"The branch {name} was changed meanwhile; ask again.")
        return {"deletedBranch": {"branchName": name, "commitId": tip}}
