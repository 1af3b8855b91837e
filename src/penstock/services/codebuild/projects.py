"""Operations on projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from penstock.services.codebuild import badges, caches, requests
from penstock.services.codebuild.finding import Kind
from penstock.services.codebuild.model import EXHIBIT, POLICY, PROJECT, Json
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Column, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

LISTED: Final = 100
PROJECTS: Final = Kind(PROJECT, "project", "Project")
KEYS: Final = "webhookKeys"  # a member of a project's document that is never told: its webhook's address and secret
ORDERS: Final[Mapping[str, Column]] = {
    "NAME": "name", "CREATED_TIME": "created_at", "LAST_MODIFIED_TIME": "modified_at"
}  # fmt: skip
OWN: Final = frozenset(
    {"builds", "batches", "cacheEpoch", "badgeEnabled", badges.BADGE, KEYS}
)  # what nobody is told of a project's body
DEFAULTS: Final[Mapping[str, Json]] = {
    "timeoutInMinutes": requests.TIMEOUT,
    "queuedTimeoutInMinutes": requests.QUEUED_TIMEOUT,
    "cache": {"type": "NO_CACHE"},
    "projectVisibility": "PRIVATE",
    "tags": [],
}


@dataclass(frozen=True)
class Projects:
    """What a project is told is what its document holds; how many builds it has had is beside that."""

    database: Database
    endpoint: Callable[[], str]
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "codebuild"

    @operation("CreateProject")
    async def create(self, call: Call, request: shapes.CreateProjectRequest) -> Answer:
        settings, at = {**DEFAULTS, **call.request}, self.clock()
        requests.check(settings)
        badges.check(settings)
        name = settings["name"]
        made = Document(
            kind=PROJECT, scope=call.scope, name=name, arn=arn_of(call.scope, name), created_at=at, modified_at=at,
            token=call.token, body={**settings, "encryptionKey": settings.get("encryptionKey") or key_of(call.scope)},
        )  # fmt: skip
        uuid = str(UUID(self.chance()))
        try:
            kept = await self.database.write(lambda tx: badges.hang(tx, documents.insert(tx, made), uuid))
        except documents.AlreadyStored as stored:
            raise ServiceError(
                f"Project already exists: {stored.found.arn}", code="ResourceAlreadyExistsException"
            ) from None
        return {"project": self._told(kept)}

    @operation("UpdateProject")
    async def update(self, call: Call, request: shapes.UpdateProjectRequest) -> Answer:
        uuid = str(UUID(self.chance()))

        def change(tx: Transaction) -> Document:
            found = PROJECTS.find(tx, call.scope, request["name"])
            changed = found.changed(self.clock(), **call.request)
            requests.check(changed.body)
            badges.check(changed.body)
            documents.update(tx, changed)
            return badges.hang(tx, changed, uuid)

        return {"project": self._told(await self.database.write(change))}

    @operation("DeleteProject")
    async def delete(self, call: Call, request: shapes.DeleteProjectRequest) -> Answer:
        """One that is not there is no error; builds stay."""
        name = PROJECTS.name(request["name"])

        def remove(tx: Transaction) -> None:
            if (found := documents.find(tx, call.scope, PROJECT, name)) is not None:
                badges.take_down(tx, found)
                documents.remove(tx, call.scope, EXHIBIT, found.body.get("publicProjectAlias", ""))
            documents.remove(tx, call.scope, PROJECT, name)
            documents.remove(tx, call.scope, POLICY, arn_of(call.scope, name))
            caches.forget(tx, call.scope, name)

        await self.database.write(remove)
        return {}

    @operation("InvalidateProjectCache")
    async def invalidate_cache(self, call: Call, request: shapes.InvalidateProjectCacheRequest) -> Answer:
        """What is in S3 stays there, and is not looked for any more."""

        def invalidate(tx: Transaction) -> None:
            found = PROJECTS.find(tx, call.scope, request["projectName"])
            documents.update(tx, found.changed(found.modified_at, cacheEpoch=found.body.get("cacheEpoch", 0) + 1))
            caches.forget(tx, call.scope, found.name)

        await self.database.write(invalidate)
        return {}

    @operation("BatchGetProjects")
    async def get(self, call: Call, request: shapes.BatchGetProjectsRequest) -> Answer:
        there, missing = await self.database.read(lambda tx: PROJECTS.sort_out(tx, call.scope, request["names"]))
        return {"projects": [self._told(each) for each in there], "projectsNotFound": missing}

    @operation("ListProjects")
    async def list(self, call: Call, request: shapes.ListProjectsRequest) -> Answer:
        query = Query(
            kind=PROJECT, scope=call.scope, order=ORDERS[request.get("sortBy", "NAME")], limit=LISTED,
            descending=request.get("sortOrder") == "DESCENDING", token=request.get("nextToken"),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        more = pages.onward(page.token, "nextToken")
        return {"projects": [each.name for each in page.documents], **more}

    def _told(self, project: Document) -> dict[str, Json]:
        """A project, as AWS tells it."""
        settings = {name: value for name, value in project.body.items() if name not in OWN}
        return {
            **settings, "arn": project.arn, "created": project.created_at, "lastModified": project.modified_at,
            "badge": badges.told(project, self.endpoint()),
        }  # fmt: skip


def arn_of(scope: Scope, name: str) -> str:
    return scope.arn("codebuild", f"project/{name}")


def key_of(scope: Scope) -> str:
    return scope.arn("kms", "alias/aws/s3")
