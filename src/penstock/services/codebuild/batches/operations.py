"""Operations on batches. A batch's document holds what BatchGetBuildBatches answers, and which attempt that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.codebuild import requests
from penstock.services.codebuild.announcing import Announce
from penstock.services.codebuild.batches.answers import document
from penstock.services.codebuild.batches.flow import FLOW, BatchFlow
from penstock.services.codebuild.batches.model import BATCH, BatchPlan, BatchState, run_of
from penstock.services.codebuild.builds import BUILDS, Builds, initiator
from penstock.services.codebuild.finding import Kind
from penstock.services.codebuild.flow import STOP
from penstock.services.codebuild.model import Json, Occasion
from penstock.services.codebuild.projects import PROJECTS
from penstock.services.codebuild.requests import invalid
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

LISTED: Final = 100
AS_OF_BUILDS: Final = {
    "buildTimeoutInMinutesOverride": "timeoutInMinutesOverride",
    "reportBuildBatchStatusOverride": "reportBuildStatusOverride",
}
NOT_OF_BUILDS: Final = frozenset({"buildBatchConfigOverride", "idempotencyToken"})
BATCHES: Final = Kind(BATCH, "build-batch", "Build batch")


@dataclass(frozen=True)
class Batches:
    builds: Builds
    announce: Announce
    service = "codebuild"

    @property
    def engine(self) -> Engine:
        return self.builds.engine

    @property
    def database(self) -> Database:
        return self.builds.database

    @operation("StartBuildBatch")
    async def start(self, call: Call, request: shapes.StartBuildBatchRequest) -> Answer:
        """Told again with its token, it answers the batch that it started then."""
        token = request.get("idempotencyToken", "")
        return told(await self._start(call, token, Occasion(initiator(call.scope.principal))))

    async def start_by_webhook(self, call: Call, variables: Mapping[str, str], by: str) -> str:
        """Start a batch with what a webhook tells; its id. The call's token is the delivery's."""
        return (await self._start(call, "", Occasion(by, webhook=variables))).name

    @operation("RetryBuildBatch")
    async def retry(self, call: Call, request: shapes.RetryBuildBatchRequest) -> Answer:
        """The same batch, once more: all of its builds, or those that have not succeeded."""
        only_failed = request.get("retryType") == "RETRY_FAILED_BUILDS"
        at = self.builds.clock()

        def again(tx: Transaction) -> Document:
            found = BATCHES.find(tx, call.scope, request.get("id", ""))
            if found.status in ("IN_PROGRESS", "SUCCEEDED"):
                raise invalid(f"Only a batch that has failed can be retried: {found.name} is {found.status}")
            plan, state = self._look(tx, found)
            plan = next_attempt(plan, state, at, only_failed=only_failed)
            made = document(call.scope, plan, BatchFlow().begin(plan))
            documents.update(tx, made)
            self.engine.start(tx, RunId(plan.run), FLOW, msgspec.json.encode(plan), scope=call.scope)
            self.announce(tx, made, {})
            return made

        return told(await self.database.write(again))

    @operation("StopBuildBatch")
    async def stop(self, call: Call, request: shapes.StopBuildBatchRequest) -> Answer:
        """A batch that is over stays as it is."""

        def stop(tx: Transaction) -> Document:
            found = BATCHES.find(tx, call.scope, request["id"])
            self.engine.signal(tx, RunId(run_of(found.arn, found.body["attempt"])), STOP)
            return BATCHES.find(tx, call.scope, request["id"])

        return told(await self.database.write(stop))

    @operation("DeleteBuildBatch")
    async def delete(self, call: Call, request: shapes.DeleteBuildBatchRequest) -> Answer:
        """With its builds."""

        def remove(tx: Transaction) -> Answer:
            found = BATCHES.find(tx, call.scope, request["id"], "InvalidInputException")
            if found.status == "IN_PROGRESS":
                return {"statusCode": "BATCH_IN_PROGRESS", "buildsDeleted": [], "buildsNotDeleted": []}
            deleted, kept = self.builds.remove(tx, call.scope, builds_of(found))
            documents.remove(tx, call.scope, BATCH, found.name)
            for attempt in range(1, found.body["attempt"] + 1):
                self.engine.forget(tx, RunId(run_of(found.arn, attempt)))
            return {"statusCode": "BATCH_DELETED", "buildsDeleted": deleted, "buildsNotDeleted": kept}

        return await self.database.write(remove)

    @operation("BatchGetBuildBatches")
    async def get(self, call: Call, request: shapes.BatchGetBuildBatchesRequest) -> Answer:
        there, missing = await self.database.read(lambda tx: BATCHES.sort_out(tx, call.scope, request["ids"]))
        return {
            "buildBatches": [each.body["batch"] for each in there],
            "buildBatchesNotFound": missing,
        }

    @operation("ListBuildBatches")
    async def list(self, call: Call, request: shapes.ListBuildBatchesRequest) -> Answer:
        return await self._page(call, None)

    @operation("ListBuildBatchesForProject")
    async def list_for_project(self, call: Call, request: shapes.ListBuildBatchesForProjectRequest) -> Answer:
        name = request.get("projectName", "")
        project = await self.database.read(lambda tx: PROJECTS.find(tx, call.scope, name))
        return await self._page(call, project.name)

    async def _start(self, call: Call, token: str, by: Occasion) -> Document:
        id, at = self.builds.new_id(call, token), self.builds.clock()  # noqa: A001

        def start(tx: Transaction) -> Document:
            project = PROJECTS.find(tx, call.scope, call.request["projectName"])
            found = documents.find(tx, call.scope, BATCH, f"{project.name}:{id}")
            return found or self._begin(tx, call, project, id=id, at=at, by=by)

        return await self.database.write(start)

    def _begin(
        self,
        tx: Transaction,
        call: Call,
        project: Document,
        *,
        id: str,  # noqa: A002
        at: float,
        by: Occasion,
    ) -> Document:
        asked = {AS_OF_BUILDS.get(name, name): value for name, value in call.request.items()}
        config = {**project.body.get("buildBatchConfig", {}), **asked.get("buildBatchConfigOverride", {})}
        if not config:
            raise invalid(
                f"Project {project.name} has no batch configuration: give it a buildBatchConfig, or override it"
            )
        asked = {name: value for name, value in asked.items() if name not in NOT_OF_BUILDS}
        number = project.body.get("batches", 0) + 1
        model = requests.planned(call.scope, project.body, asked, id=id, number=number, at=at, by=by)
        arn = call.scope.arn("codebuild", f"build-batch/{model.name}")
        logs = requests.overridden(project.body, asked).get("logsConfig", {})
        plan = BatchPlan(model=model, arn=arn, number=number, config=config, logs=logs, began_at=at)
        documents.update(tx, project.changed(project.modified_at, batches=number))
        made = documents.insert(tx, document(call.scope, plan, BatchState()))
        self.engine.start(tx, RunId(plan.run), FLOW, msgspec.json.encode(plan), scope=call.scope)
        return made

    def _look(self, tx: Transaction, found: Document) -> tuple[BatchPlan, BatchState]:
        seen = self.engine.see(tx, RunId(run_of(found.arn, found.body["attempt"])))
        assert seen is not None
        return seen.plan, seen.state

    async def _page(self, call: Call, project: str | None) -> Answer:
        asked = call.request
        query = Query(
            kind=BATCH, scope=call.scope, parent=project, limit=asked.get("maxResults", LISTED),
            status=asked.get("filter", {}).get("status"), token=asked.get("nextToken"),
            descending=asked.get("sortOrder", "DESCENDING") == "DESCENDING",
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        more = pages.onward(page.token, "nextToken")
        return {"ids": [each.name for each in page.documents], **more}


def next_attempt(plan: BatchPlan, state: BatchState, at: float, *, only_failed: bool) -> BatchPlan:
    """A batch once more; a batch that never knew its builds begins with finding out."""
    kept = {
        identifier: group for identifier, group in state.groups.items() if only_failed and group.status == "SUCCEEDED"
    }
    earlier = {identifier: list(summaries) for identifier, summaries in plan.earlier.items()}
    for identifier, group in state.groups.items():
        if identifier not in kept and group.arn:
            earlier.setdefault(identifier, []).append(group.summary)
    return msgspec.structs.replace(
        plan,
        began_at=at,
        attempt=plan.attempt + 1,
        specified=state.specified,
        resolved=state.resolved,
        kept=kept,
        earlier=earlier,
    )


def told(found: Document) -> Answer:
    return {"buildBatch": found.body["batch"]}


def builds_of(found: Document) -> list[str]:
    """The ids of all builds that a batch has had, in every attempt."""
    summaries: list[Mapping[str, Json]] = []
    for group in found.body["batch"]["buildGroups"]:
        summaries += group["priorBuildSummaryList"]
        summaries += [group["currentBuildSummary"]] if "currentBuildSummary" in group else []
    return [BUILDS.name(each["arn"]) for each in summaries]
