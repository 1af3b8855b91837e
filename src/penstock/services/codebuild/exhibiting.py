"""Exhibiting: the builds of a project that is public, for whoever has its alias.

Logs and artifacts are got in the name of the project's `resourceAccessRole`; without one nobody is shown any. What a
build was told, its variables and who started it, is shown to nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.codebuild import badges
from penstock.services.codebuild.model import BUILD, EXHIBIT, PROJECT, Json
from penstock.services.codebuild.projects import PROJECTS
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Body, Call, Directory, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

ALIAS: Final = "publicProjectAlias"
PAGE: Final = 50
LOG_PAGES: Final = 1000  # of a log, with 10,000 lines at most
SHOWN: Final = ("buildNumber", "buildStatus", "startTime", "endTime", "sourceVersion", "resolvedSourceVersion")


@dataclass(frozen=True)
class Visibility:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "codebuild"

    @operation("UpdateProjectVisibility")
    async def update(self, call: Call, request: shapes.UpdateProjectVisibilityRequest) -> Answer:
        """A project that becomes private loses its alias: what was handed out leads nowhere any more."""
        at, alias = self.clock(), f"{self.chance()}{self.chance()}"
        role = {"resourceAccessRole": request["resourceAccessRole"]} if "resourceAccessRole" in request else {}

        def update(tx: Transaction) -> Document:
            project = PROJECTS.find(tx, call.scope, request["projectArn"])
            kept = project.body.get(ALIAS)
            if request["projectVisibility"] == "PRIVATE":
                documents.remove(tx, project.scope, EXHIBIT, kept or "")
                kept = None
            elif kept is None:
                documents.insert(tx, badges.exhibit(project, alias, "builds"))
                kept = alias
            changed = project.changed(
                at, projectVisibility=request["projectVisibility"], publicProjectAlias=kept, **role
            )
            documents.update(tx, changed)
            return changed

        project = await self.database.write(update)
        public = {ALIAS: project.body[ALIAS]} if ALIAS in project.body else {}
        return {"projectArn": project.arn, "projectVisibility": project.body["projectVisibility"], **public}


@dataclass(frozen=True)
class Exhibition:
    """What `wire.exhibits` promises."""

    database: Database
    directory: Directory

    async def badge(self, uuid: str, *, branch: str, tag: str) -> str:
        return await self.database.read(lambda tx: badges.status(tx, uuid, branch=branch, tag=tag))

    async def builds(self, alias: str, token: str) -> Mapping[str, Json] | None:
        def read(tx: Transaction) -> Mapping[str, Json] | None:
            project = public(tx, alias)
            if project is None:
                return None
            query = Query(kind=BUILD, scope=project.scope, parent=project.name, limit=PAGE, token=token or None)
            try:
                page = documents.page(tx, query)
            except ValidationError:
                return None
            told = {"project": project.name, "description": project.body.get("description", "")}
            return {**told, "builds": [summary(each) for each in page.documents], "next": page.token}

        return await self.database.read(read)

    async def build(self, alias: str, id: str) -> Mapping[str, Json] | None:  # noqa: A002
        project, build = await self._found(alias, id)
        if project is None or build is None:
            return None
        sees = role_of(project) is not None
        return {
            **summary(build),
            "project": project.name,
            "phases": build.body["phases"],
            "log": sees and "groupName" in build.body["logs"],
            "artifacts": dict(artifacts(build)) if sees else {},
        }

    async def log(self, alias: str, id: str) -> AsyncIterator[str] | None:  # noqa: A002
        project, build = await self._found(alias, id)
        role = role_of(project)
        if build is None or role is None or "groupName" not in build.body["logs"]:
            return None
        logs = build.body["logs"]
        return self._lines(role, {"logGroupName": logs["groupName"], "logStreamName": logs["streamName"]})

    async def _lines(self, role: Scope, stream: Mapping[str, Json]) -> AsyncIterator[str]:
        request = {**stream, "startFromHead": True}
        for _ in range(LOG_PAGES):
            try:
                page = await self.directory.answer(Call("logs", "GetLogEvents", request, role))
            except ServiceError as error:
                yield f"The log cannot be read: {error.code}\n"
                return
            for each in page["events"]:
                yield f"{each['message']}\n"
            if page["nextForwardToken"] == request.get("nextToken"):
                return
            request["nextToken"] = page["nextForwardToken"]

    async def artifact(self, alias: str, id: str, identifier: str) -> tuple[str, bytes | Body] | None:  # noqa: A002
        project, build = await self._found(alias, id)
        role = role_of(project)
        if build is None or role is None:
            return None
        bucket, _, key = dict(artifacts(build)).get(identifier, "").partition("/")
        try:
            found = await self.directory.answer(Call("s3", "GetObject", {"Bucket": bucket, "Key": key}, role))
        except ServiceError:  # it is gone, or what was left is a folder
            return None
        return key.rpartition("/")[2], found["Body"]

    async def _found(self, alias: str, id: str) -> tuple[Document | None, Document | None]:  # noqa: A002
        def read(tx: Transaction) -> tuple[Document | None, Document | None]:
            project = public(tx, alias)
            if project is None:
                return None, None
            return project, documents.find(tx, project.scope, BUILD, f"{project.name}:{id}")

        return await self.database.read(read)


def public(tx: Transaction, alias: str) -> Document | None:
    exhibit = badges.exhibited(tx, alias, "builds")
    return None if exhibit is None else documents.find(tx, exhibit.scope, PROJECT, exhibit.parent)


def role_of(project: Document | None) -> Scope | None:
    """In whose name logs and artifacts are got."""
    role = project.body.get("resourceAccessRole") if project is not None else None
    return Scope(project.scope.account, project.scope.region, role) if project is not None and role else None


def summary(build: Document) -> dict[str, Json]:
    return {**{name: build.body.get(name) for name in SHOWN}, "id": build.name.rpartition(":")[2]}


def artifacts(build: Document) -> Iterator[tuple[str, str]]:
    """Where a build that is over has put what it left: bucket and key by identifier."""
    if build.status != "IN_PROGRESS":
        for each in (build.body.get("artifacts", {}), *build.body.get("secondaryArtifacts", ())):
            if "location" in each:
                yield each.get("artifactIdentifier", "primary"), each["location"].removeprefix("arn:aws:s3:::")
