"""Operations on sandboxes, and on what they are told to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.facts import RunId
from penstock.services.codebuild import places, requests
from penstock.services.codebuild.builds import Builds, initiator
from penstock.services.codebuild.finding import Kind
from penstock.services.codebuild.flow import STOP
from penstock.services.codebuild.model import COMMAND, SANDBOX, Json, Occasion, State
from penstock.services.codebuild.projects import PROJECTS
from penstock.services.codebuild.requests import invalid
from penstock.services.codebuild.sandboxes import commands
from penstock.services.codebuild.sandboxes.answers import document
from penstock.services.codebuild.sandboxes.flow import FLOW
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

LISTED: Final = 100
SANDBOXES: Final = Kind(SANDBOX, "sandbox", "Sandbox")


@dataclass(frozen=True)
class Sandboxes:
    builds: Builds
    service = "codebuild"

    @property
    def database(self) -> Database:
        return self.builds.database

    @operation("StartSandbox")
    async def start(self, call: Call, request: shapes.StartSandboxRequest) -> Answer:
        """Told again with its token, it answers the sandbox that it started then."""
        if not request.get("projectName"):
            raise invalid("projectName: a sandbox is of a project: name it.")
        id, at = self.builds.new_id(call, request.get("idempotencyToken", "")), self.builds.clock()  # noqa: A001

        def start(tx: Transaction) -> Document:
            project = PROJECTS.find(tx, call.scope, request.get("projectName", ""))
            found = documents.find(tx, call.scope, SANDBOX, f"{project.name}:{id}")
            return found or self._begin(tx, call.scope, project, id, at)

        return {"sandbox": (await self.database.write(start)).body}

    @operation("StopSandbox")
    async def stop(self, call: Call, request: shapes.StopSandboxRequest) -> Answer:
        """One that is over stays as it is."""

        def stop(tx: Transaction) -> Document:
            found = SANDBOXES.find(tx, call.scope, request["id"])
            self.builds.engine.signal(tx, RunId(found.arn), STOP)
            return SANDBOXES.find(tx, call.scope, request["id"])

        return {"sandbox": (await self.database.write(stop)).body}

    @operation("BatchGetSandboxes")
    async def get(self, call: Call, request: shapes.BatchGetSandboxesRequest) -> Answer:
        there, missing = await self.database.read(lambda tx: SANDBOXES.sort_out(tx, call.scope, request["ids"]))
        return {"sandboxes": [each.body for each in there], "sandboxesNotFound": missing}

    @operation("ListSandboxes")
    async def list(self, call: Call, request: shapes.ListSandboxesRequest) -> Answer:
        return await self._page(call, None)

    @operation("ListSandboxesForProject")
    async def list_for_project(self, call: Call, request: shapes.ListSandboxesForProjectRequest) -> Answer:
        project = await self.database.read(lambda tx: PROJECTS.find(tx, call.scope, request["projectName"]))
        return await self._page(call, project.name)

    def _begin(self, tx: Transaction, scope: Scope, project: Document, id: str, at: float) -> Document:  # noqa: A002
        by = Occasion(initiator(scope.principal))
        plan = requests.planned(scope, project.body, {}, id=id, number=0, at=at, by=by)
        arn = scope.arn("codebuild", f"sandbox/{plan.name}")
        plan = places.take(tx, scope, msgspec.structs.replace(plan, arn=arn, artifacts=(), is_sandbox=True))
        made = documents.insert(tx, document(scope, plan, State()))
        self.builds.engine.start(tx, RunId(arn), FLOW, msgspec.json.encode(plan), scope=scope)
        return made

    async def _page(self, call: Call, project: str | None) -> Answer:
        page = await self.database.read(
            lambda tx: documents.page(tx, query_of(call.scope, call.request, SANDBOX, project))
        )
        return {"ids": [each.name for each in page.documents], **pages.onward(page.token, "nextToken")}


@dataclass(frozen=True)
class Commands:
    builds: Builds
    service = "codebuild"

    @property
    def database(self) -> Database:
        return self.builds.database

    @operation("StartCommandExecution")
    async def start(self, call: Call, request: shapes.StartCommandExecutionRequest) -> Answer:
        id, at = self.builds.new_id(call, ""), self.builds.clock()  # noqa: A001

        def start(tx: Transaction) -> Document:
            sandbox = SANDBOXES.find(tx, call.scope, request["sandboxId"])
            found = documents.find(tx, call.scope, COMMAND, id)
            if found is None and sandbox.status != "IN_PROGRESS":
                raise invalid(f"Sandbox {sandbox.name} is over ({sandbox.status}): it carries out nothing any more")
            return found or commands.begin(tx, self.builds.engine, sandbox, id=id, command=request["command"], at=at)

        return {"commandExecution": (await self.database.write(start)).body}

    @operation("BatchGetCommandExecutions")
    async def get(self, call: Call, request: shapes.BatchGetCommandExecutionsRequest) -> Answer:
        def look(tx: Transaction) -> list[Document | None]:
            found = [documents.find(tx, call.scope, COMMAND, id) for id in request["commandExecutionIds"]]  # noqa: A001
            of = SANDBOXES.name(request["sandboxId"])
            return [each if each is not None and each.parent == of else None for each in found]

        found = await self.database.read(look)
        asked = zip(request["commandExecutionIds"], found, strict=True)
        return {
            "commandExecutions": [each.body for each in found if each is not None],
            "commandExecutionsNotFound": [id for id, each in asked if each is None],  # noqa: A001
        }

    @operation("ListCommandExecutionsForSandbox")
    async def list(self, call: Call, request: shapes.ListCommandExecutionsForSandboxRequest) -> Answer:
        def look(tx: Transaction) -> documents.Page:
            sandbox = SANDBOXES.find(tx, call.scope, request["sandboxId"])
            return documents.page(tx, query_of(call.scope, call.request, COMMAND, sandbox.name))

        page = await self.database.read(look)
        return {"commandExecutions": [each.body for each in page.documents], **pages.onward(page.token, "nextToken")}


def query_of(scope: Scope, asked: Mapping[str, Json], kind: str, parent: str | None) -> Query:
    return Query(
        kind=kind, scope=scope, parent=parent, limit=asked.get("maxResults", LISTED), token=asked.get("nextToken"),
        descending=asked.get("sortOrder", "DESCENDING") == "DESCENDING",
    )  # fmt: skip
