"""Operations on repositories, and on their tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.codecommit import model, rows
from penstock.services.codecommit.model import ASSOCIATION, COMMENT, HAPPENING, PULL_REQUEST, REPOSITORY, TOKEN, wrong
from penstock.store import documents, tags
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire import pages
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Json, ValidationError, operation
from penstock.wire.http import asked_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.store.database import Transaction

PAGE: Final = 1000
MOST_NAMES: Final = 100
FIRST_BRANCH: Final = "main"
OWN_KEY: Final = "alias/aws/codecommit"
ORDERS: Final[Mapping[str, documents.Column]] = {"repositoryName": "name", "lastModifiedDate": "modified_at"}
BELONGINGS: Final = (PULL_REQUEST, HAPPENING, COMMENT, ASSOCIATION, TOKEN)


@dataclass(frozen=True)
class Repositories:
    """Repositories by name. `endpoint` is where clients that no request came from find this server."""

    desk: Desk
    endpoint: Callable[[], str]
    service: str = "codecommit"

    @operation("CreateRepository")
    async def create(self, call: Call, request: shapes.CreateRepositoryRequest) -> Answer:
        name, at = request["repositoryName"], self.desk.clock()
        model.check_repository_name(name)
        check_key(call, request.get("kmsKeyId", OWN_KEY))
        labels = request.get("tags", {})
        check_tags(labels)
        repository_id = model.uuid_of(self.desk.chance())
        body = {"repositoryDescription": request["repositoryDescription"]} if "repositoryDescription" in request else {}
        made = Document(
            kind=REPOSITORY, scope=replace(call.scope, principal=""), name=name, arn=arn_of(call, name),
            parent=repository_id, created_at=at, modified_at=at, token=call.token, body=body,
        )  # fmt: skip
        await self.desk.shelf.make(repository_id, FIRST_BRANCH)

        def insert(tx: Transaction) -> Document:
            kept = documents.insert(tx, made)
            tags.add(tx, kept.arn, labels)
            return kept

        try:
            kept = await self.desk.database.write(insert)
        except AlreadyStored:
            await self.desk.shelf.remove(repository_id)
            raise wrong("RepositoryNameExists", f"Repository named {name} already exists") from None
        if kept is not made:
            await self.desk.shelf.remove(repository_id)
        return {"repositoryMetadata": self._described(kept)}

    @operation("GetRepository")
    async def get(self, call: Call, request: shapes.GetRepositoryRequest) -> Answer:
        name = request["repositoryName"]
        return {
            "repositoryMetadata": self._described(
                await self.desk.database.read(lambda tx: model.found(tx, call.scope, name))
            )
        }

    @operation("BatchGetRepositories")
    async def get_many(self, call: Call, request: shapes.BatchGetRepositoriesRequest) -> Answer:
        names = check_names(request["repositoryNames"])
        there = await self.desk.database.read(
            lambda tx: {name: documents.find(tx, call.scope, REPOSITORY, name) for name in names}
        )
        return {
            "repositories": [self._described(each) for each in there.values() if each],
            "repositoriesNotFound": [name for name, each in there.items() if each is None],
            "errors": [],
        }

    @operation("ListRepositories")
    async def list(self, call: Call, request: shapes.ListRepositoriesRequest) -> Answer:
        order = request.get("sortBy") or "repositoryName"
        query = Query(
            kind=REPOSITORY, scope=call.scope, order=ORDERS[order], descending=request.get("order") == "descending",
            limit=PAGE, token=request.get("nextToken"),
        )  # fmt: skip
        try:
            page = await self.desk.database.read(lambda tx: documents.page(tx, query))
        except ValidationError as error:
            raise wrong("InvalidContinuationToken", error.message) from None
        shown = [{"repositoryName": each.name, "repositoryId": each.parent} for each in page.documents]
        return {"repositories": shown} | pages.onward(page.token, "nextToken")

    @operation("UpdateRepositoryDescription")
    async def describe(self, call: Call, request: shapes.UpdateRepositoryDescriptionRequest) -> Answer:
        await self._change(call, request["repositoryName"], repositoryDescription=request.get("repositoryDescription"))
        return {}

    @operation("UpdateDefaultBranch")
    async def set_default(self, call: Call, request: shapes.UpdateDefaultBranchRequest) -> Answer:
        repository, git = await self.desk.open(call, request["repositoryName"])
        name = request["defaultBranchName"]
        if model.branch_of(name) not in await git.references():
            raise wrong("BranchDoesNotExist", f"The branch {name} does not exist.")
        await self._change(call, repository.name, defaultBranch=name)
        await self.desk.references.record(repository.scope, repository.parent)
        return {}

    async def _change(self, call: Call, name: str, **members: Json) -> None:
        at = self.desk.clock()

        def change(tx: Transaction) -> None:
            documents.update(tx, model.found(tx, call.scope, name).changed(at, **members))

        await self.desk.database.write(change)

    @operation("UpdateRepositoryName")
    async def rename(self, call: Call, request: shapes.UpdateRepositoryNameRequest) -> Answer:
        old, new, at = request["oldName"], request["newName"], self.desk.clock()
        model.check_repository_name(new)

        def rename(tx: Transaction) -> None:
            repository = model.found(tx, call.scope, old)
            labels = tags.of(tx, repository.arn)
            documents.remove(tx, call.scope, REPOSITORY, old)
            moved = replace(repository, name=new, arn=arn_of(call, new), modified_at=at)
            documents.insert(tx, moved)
            tags.add(tx, moved.arn, labels)

        try:
            await self.desk.database.write(rename)
        except AlreadyStored:
            raise wrong("RepositoryNameExists", f"Repository named {new} already exists") from None
        return {}

    @operation("UpdateRepositoryEncryptionKey")
    async def encrypt(self, call: Call, request: shapes.UpdateRepositoryEncryptionKeyRequest) -> Answer:
        """To the key that it has anyway."""
        check_key(call, request["kmsKeyId"])
        found = await self.desk.database.read(lambda tx: model.found(tx, call.scope, request["repositoryName"]))
        return {"repositoryId": found.parent, "kmsKeyId": request["kmsKeyId"], "originalKmsKeyId": OWN_KEY}

    @operation("DeleteRepository")
    async def delete(self, call: Call, request: shapes.DeleteRepositoryRequest) -> Answer:
        """And everything in it; one that is not there is no error, as on AWS."""
        name = request["repositoryName"]

        def delete(tx: Transaction) -> str | None:
            repository = documents.find(tx, call.scope, REPOSITORY, name)
            if repository is None:
                return None
            documents.remove(tx, call.scope, REPOSITORY, name)
            rows.forget(tx, repository.parent)
            for kind in BELONGINGS:
                tx.changed(
                    "DELETE FROM document WHERE kind = :kind AND (parent = :id OR parent LIKE :id || '#%')",
                    kind=kind, id=repository.parent,
                )  # fmt: skip
            return repository.parent

        repository_id = await self.desk.database.write(delete)
        if repository_id is None:
            return {}
        await self.desk.shelf.remove(repository_id)
        return {"repositoryId": repository_id}

    @operation("TagResource")
    async def tag(self, call: Call, request: shapes.TagResourceRequest) -> Answer:
        labels = request["tags"]
        check_tags(labels)

        def tag(tx: Transaction) -> None:
            arn = tagged(tx, call, request["resourceArn"])
            must_fit({**tags.of(tx, arn), **labels})
            tags.add(tx, arn, labels)

        await self.desk.database.write(tag)
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: shapes.UntagResourceRequest) -> Answer:
        keys = request["tagKeys"]
        await self.desk.database.write(lambda tx: tags.remove(tx, tagged(tx, call, request["resourceArn"]), keys))
        return {}

    @operation("ListTagsForResource")
    async def list_tags(self, call: Call, request: shapes.ListTagsForResourceRequest) -> Answer:
        return {"tags": await self.desk.database.read(lambda tx: tags.of(tx, tagged(tx, call, request["resourceArn"])))}

    def _described(self, repository: Document) -> dict[str, Json]:
        return {
            "accountId": repository.scope.account,
            "repositoryId": repository.parent,
            "repositoryName": repository.name,
            "creationDate": repository.created_at,
            "lastModifiedDate": repository.modified_at,
            "cloneUrlHttp": f"{asked_at.get() or self.endpoint()}/v1/repos/{repository.name}",
            "Arn": repository.arn,
            **{
                name: repository.body[name]
                for name in ("repositoryDescription", "defaultBranch")
                if name in repository.body
            },
        }


def arn_of(call: Call, name: str) -> str:
    return call.scope.arn("codecommit", name)


def tagged(tx: Transaction, call: Call, arn: str) -> str:
    """The ARN of a repository that is there; raises."""
    named = Arn.of(arn)
    if named.service != "codecommit" or arn != arn_of(call, named.resource):
        raise wrong("InvalidResourceArn", f"The resource ARN {arn} is not one of a repository here.")
    return model.found(tx, call.scope, named.resource).arn


def must_fit(labels: Mapping[str, str]) -> None:
    if len(labels) > tags.MOST:
        raise wrong("TooManyTags", f"A repository has at most {tags.MOST} tags.")


def check_tags(labels: Mapping[str, str]) -> None:
    must_fit(labels)
    if reserved := next((key for key in labels if key.lower().startswith("aws:")), None):
        raise wrong("InvalidSystemTagUsage", f"Tag keys that begin with aws: are reserved: {reserved}")


def check_names(names: list[str]) -> list[str]:
    if not names:
        raise wrong("RepositoryNamesRequired", "The repository names are required.")
    if len(names) > MOST_NAMES:
        raise wrong("MaximumRepositoryNamesExceeded", f"At most {MOST_NAMES} repositories may be named.")
    return names


def check_key(call: Call, key: str) -> None:
    if key not in (OWN_KEY, call.scope.arn("kms", OWN_KEY)):
        said = f"repositories are not encrypted here; only {OWN_KEY}, which they have by themselves at AWS, is taken."
        raise wrong("EncryptionKeyInvalidId", f"kmsKeyId {key}: {said}")
