"""Code repositories: where a project's code is, under a name.

AWS's project templates make one for each of their git repositories, so that people find them. Nothing is fetched here,
and the secret that is named is looked up by whoever clones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.registry import names
from penstock.services.sagemaker.registry.names import REPOSITORY
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class CodeRepositories:
    """Operations on code repositories."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("CreateCodeRepository")
    async def create(self, call: Call, request: shapes.CreateCodeRepositoryRequest) -> Answer:
        labels, at, name = tagging.given(request.get("Tags")), self.clock(), request["CodeRepositoryName"]
        repository = Document(
            kind=REPOSITORY,
            scope=call.scope,
            name=name,
            arn=names.arn(call.scope, REPOSITORY, name),
            created_at=at,
            modified_at=at,
            token=call.token,
            body={"GitConfig": request["GitConfig"]},
        )

        def keep(tx: Transaction) -> None:
            documents.insert(tx, repository)
            tags.add(tx, repository.arn, labels)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise ValidationError(f'Cannot create already existing CodeRepository: "{repository.arn}"') from None
        return {"CodeRepositoryArn": repository.arn}

    @operation("DescribeCodeRepository")
    async def describe(self, call: Call, request: shapes.DescribeCodeRepositoryRequest) -> Answer:
        wanted = request["CodeRepositoryName"]
        return shown(await self.database.read(lambda tx: names.repository(tx, call.scope, wanted)))

    @operation("ListCodeRepositories")
    async def list(self, call: Call, request: shapes.ListCodeRepositoriesRequest) -> Answer:
        found = lists.query(call.scope, {"SortBy": "Name"} | dict(request), kind=REPOSITORY, descending=False)
        return await lists.answer(self.database, found, "CodeRepositorySummaryList", shown)

    @operation("UpdateCodeRepository")
    async def update(self, call: Call, request: shapes.UpdateCodeRepositoryRequest) -> Answer:
        def change(tx: Transaction) -> Answer:
            kept = names.repository(tx, call.scope, request["CodeRepositoryName"])
            config = kept.body["GitConfig"] | dict(request.get("GitConfig", {}))
            documents.update(tx, kept.changed(self.clock(), GitConfig=config))
            return {"CodeRepositoryArn": kept.arn}

        return await self.database.write(change)

    @operation("DeleteCodeRepository")
    async def delete(self, call: Call, request: shapes.DeleteCodeRepositoryRequest) -> Answer:
        def remove(tx: Transaction) -> Answer:
            kept = names.repository(tx, call.scope, request["CodeRepositoryName"])
            documents.remove(tx, call.scope, REPOSITORY, kept.name)
            return {}

        return await once(self.database, call, self.clock(), remove)


def shown(repository: Document) -> dict[str, Json]:
    """A repository, described and in lists alike."""
    return {
        "CodeRepositoryName": repository.name,
        "CodeRepositoryArn": repository.arn,
        "CreationTime": repository.created_at,
        "LastModifiedTime": repository.modified_at,
        "GitConfig": repository.body["GitConfig"],
    }
