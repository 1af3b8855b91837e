"""Operations on builds. A build's document is what BatchGetBuilds answers; it moves with its run's journal."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.codebuild import badges, places, requests
from penstock.services.codebuild.announcing import Announce
from penstock.services.codebuild.finding import Kind
from penstock.services.codebuild.flow import FLOW, STOP, document
from penstock.services.codebuild.model import BUILD, PROJECT, Json, Occasion, Plan, State
from penstock.services.codebuild.projects import PROJECTS
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

log: Final = logging.getLogger(__name__)
LISTED: Final = 100
BUILDS: Final = Kind(BUILD, "build", "Build")


@dataclass(frozen=True)
class Builds:
    engine: Engine
    clock: Callable[[], float]
    chance: Callable[[], str]
    announce: Announce
    service = "codebuild"

    @property
    def database(self) -> Database:
        return self.engine.database

    @operation("StartBuild")
    async def start(self, call: Call, request: shapes.StartBuildRequest) -> Answer:
        """Told again with its token, it answers the build that it started then."""
        id, at = self.new_id(call, request.get("idempotencyToken", "")), self.clock()  # noqa: A001

        def start(tx: Transaction) -> Document:
            project = PROJECTS.find(tx, call.scope, request["projectName"])
            found = documents.find(tx, call.scope, BUILD, f"{project.name}:{id}")
            by = Occasion(initiator(call.scope.principal))
            return found or self.begin(tx, call.scope, project, call.request, id=id, at=at, by=by)

        return {"build": (await self.database.write(start)).body}

    @operation("RetryBuild")
    async def retry(self, call: Call, request: shapes.RetryBuildRequest) -> Answer:
        """A new build with all that the old one was started with."""
        id, at = self.new_id(call, request.get("idempotencyToken", "")), self.clock()  # noqa: A001

        def start(tx: Transaction) -> Document:
            old = BUILDS.find(tx, call.scope, request.get("id", ""))
            project = PROJECTS.find(tx, call.scope, old.parent)
            asked = self.engine.look(tx, RunId(old.arn))
            assert asked is not None
            found = documents.find(tx, call.scope, BUILD, f"{project.name}:{id}")
            by = Occasion(initiator(call.scope.principal), webhook=asked.plan.webhook)
            return found or self.begin(tx, call.scope, project, asked.plan.asked, id=id, at=at, by=by)

        return {"build": (await self.database.write(start)).body}

    @operation("StopBuild")
    async def stop(self, call: Call, request: shapes.StopBuildRequest) -> Answer:
        """A build that is over stays as it is."""

        def stop(tx: Transaction) -> Document:
            found = BUILDS.find(tx, call.scope, request["id"])
            self.engine.signal(tx, RunId(found.arn), STOP)
            return BUILDS.find(tx, call.scope, request["id"])

        return {"build": (await self.database.write(stop)).body}

    @operation("BatchGetBuilds")
    async def get(self, call: Call, request: shapes.BatchGetBuildsRequest) -> Answer:
        there, missing = await self.database.read(lambda tx: BUILDS.sort_out(tx, call.scope, request["ids"]))
        return {"builds": [each.body for each in there], "buildsNotFound": missing}

    @operation("ListBuilds")
    async def list(self, call: Call, request: shapes.ListBuildsRequest) -> Answer:
        return await self._page(call, request, None)

    @operation("ListBuildsForProject")
    async def list_for_project(self, call: Call, request: shapes.ListBuildsForProjectRequest) -> Answer:
        project = await self.database.read(lambda tx: PROJECTS.find(tx, call.scope, request["projectName"]))
        return await self._page(call, request, project.name)

    @operation("BatchDeleteBuilds")
    async def delete(self, call: Call, request: shapes.BatchDeleteBuildsRequest) -> Answer:
        deleted, kept = await self.database.write(lambda tx: self.remove(tx, call.scope, request["ids"]))
        return {"buildsDeleted": deleted, "buildsNotDeleted": kept}

    def remove(self, tx: Transaction, scope: Scope, ids: Sequence[str]) -> tuple[Sequence[str], Sequence[Json]]:
        """Remove builds that are over; the ARNs of those, and what keeps the others."""
        deleted, kept = [], []
        for id in ids:  # noqa: A001
            found = documents.find(tx, scope, BUILD, BUILDS.name(id))
            if found is not None and found.status == "IN_PROGRESS":
                kept.append({"id": id, "statusCode": "BUILD_IN_PROGRESS"})
            elif found is not None:
                documents.remove(tx, scope, BUILD, found.name)
                self.engine.forget(tx, RunId(found.arn))
                deleted.append(found.arn)
            else:
                kept.append({"id": id, "statusCode": "BUILD_NOT_FOUND"})
        return deleted, kept

    async def start_by_webhook(self, call: Call, variables: Mapping[str, str], by: str) -> str:
        """Start a build with what a webhook tells; its id. The call's token is the delivery's."""
        id, at = self.new_id(call, ""), self.clock()  # noqa: A001

        def start(tx: Transaction) -> Document:
            project = PROJECTS.find(tx, call.scope, call.request["projectName"])
            found = documents.find(tx, call.scope, BUILD, f"{project.name}:{id}")
            occasion = Occasion(by, webhook=variables)
            return found or self.begin(tx, call.scope, project, call.request, id=id, at=at, by=occasion)

        return (await self.database.write(start)).name

    def new_id(self, call: Call, token: str) -> str:
        token = call.token or token
        return id_of(f"{call.scope.account}:{call.scope.region}:{token}") if token else str(UUID(self.chance()))

    def begin(
        self,
        tx: Transaction,
        scope: Scope,
        project: Document,
        asked: Mapping[str, Json],
        *,
        id: str,  # noqa: A002
        at: float,
        by: Occasion,
    ) -> Document:
        self._check_limit(tx, scope, project)
        number = project.body.get("builds", 0) + 1
        plan = requests.planned(scope, project.body, asked, id=id, number=number, at=at, by=by)
        plan = places.take(tx, scope, plan)
        plan = msgspec.structs.replace(plan, build={**plan.build, **requests.retries(project.body, asked, by)})
        documents.update(tx, project.changed(project.modified_at, builds=number))
        made = documents.insert(tx, document(scope, plan, State()))
        self.engine.start(tx, RunId(plan.arn), FLOW, msgspec.json.encode(plan), scope=scope)
        badges.note(tx, project, plan)
        self.announce(tx, made, {})
        return made

    def again(self, tx: Transaction, scope: Scope, plan: Plan, at: float) -> str:
        """Retry a build that has failed; the ARN of the next one, or nothing where its project builds no more."""
        project = documents.find(tx, scope, PROJECT, plan.project)
        if project is None:
            return ""
        retried = {**plan.build["autoRetryConfig"], "previousAutoRetry": plan.arn}
        by = Occasion(initiator(plan.build["serviceRole"]), webhook=plan.webhook, retried=retried)
        try:
            return self.begin(tx, scope, project, plan.asked, id=id_of(f"{plan.arn}/again"), at=at, by=by).arn
        except ServiceError as error:
            log.warning("%s is not retried: %s", plan.arn, error)
            return ""

    def _check_limit(self, tx: Transaction, scope: Scope, project: Document) -> None:
        limit = project.body.get("concurrentBuildLimit", 0)
        if limit <= 0:
            return
        query = Query(kind=BUILD, scope=scope, parent=project.name, status="IN_PROGRESS", limit=limit)
        if len(documents.page(tx, query).documents) >= limit:
            raise ServiceError(
                f"Cannot have more than {limit} builds in progress for project {project.name}: concurrentBuildLimit",
                code="AccountLimitExceededException",
            )

    async def _page(self, call: Call, request: Mapping[str, Json], project: str | None) -> Answer:
        query = Query(
            kind=BUILD, scope=call.scope, parent=project, limit=LISTED,
            descending=request.get("sortOrder", "DESCENDING") == "DESCENDING", token=request.get("nextToken"),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        more = pages.onward(page.token, "nextToken")
        return {"ids": [each.name for each in page.documents], **more}


def id_of(seed: str) -> str:
    return str(UUID(hashlib.sha256(seed.encode()).hexdigest()[:32]))


def initiator(principal: str) -> str:
    """Who started a build: `codepipeline/NAME`, `rule/NAME`, or the last part of their ARN, a role with its session."""
    resource = principal.rpartition(":")[2]
    if principal.startswith("arn:aws:events:"):
        return resource
    if principal.startswith("arn:aws:codepipeline:"):
        return f"codepipeline/{resource}"
    return resource.partition("/")[2] or resource or "root"
