"""Jobs: what workers poll for, acknowledge, and tell the end of. Functions tell the end of theirs here, too.

    Queued ──PollForJobs──► Dispatched ──AcknowledgeJob──► InProgress ──Put…Result──► Succeeded, Failed, or Queued again

A job that was handed out and not acknowledged is handed out again after a while. Its nonce is good for one turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.languages.delivery.tree import TypeId, read_type
from penstock.services.codepipeline import actiontypes, answers, flow, rows
from penstock.services.codepipeline.model import Delivery, State
from penstock.services.codepipeline.work import Credentials, Work, work_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Directory, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any
UNACKNOWLEDGED: Final = 60.0  # seconds until a job is handed out again
MOST_AT_ONCE: Final = 100
LARGEST_VARIABLES: Final = 122_880  # bytes


@dataclass(frozen=True)
class Jobs:
    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    service = "codepipeline"

    @operation("PollForJobs")
    async def poll(self, call: Call, request: shapes.PollForJobsRequest) -> Answer:
        kind, wanted = read_type(request["actionTypeId"]), request.get("queryParam") or {}

        def poll(tx: Transaction) -> list[tuple[Document, Work]]:
            actiontypes.must_exist(tx, call.scope, kind)
            every = [(job, self._work(tx, job)) for job in self._waiting(tx, call, kind)]
            found = [(job, work) for job, work in every if work.attempt.configuration.items() >= wanted.items()]
            given = found[: request.get("maxBatchSize", 1)]
            for job, _ in given:
                documents.update(tx, job.changed(self.clock(), status="Dispatched"))
            return given

        given = await self.engine.database.write(poll)
        if not given:
            return {"jobs": []}
        credentials = await Credentials.of(self.directory, call.scope)
        return {
            "jobs": [
                {
                    "id": job.name,
                    "data": work.job_data(credentials),
                    "nonce": job.body["Nonce"],
                    "accountId": call.scope.account,
                }
                for job, work in given
            ]
        }

    def _waiting(self, tx: Transaction, call: Call, kind: TypeId) -> list[Document]:
        found: list[Document] = []
        for status in ("Queued", "Dispatched"):
            query = Query(
                kind=rows.JOB, scope=call.scope, parent=kind.key, status=status, descending=False, limit=MOST_AT_ONCE
            )
            found += documents.page(tx, query).documents
        before = self.clock() - UNACKNOWLEDGED
        return [each for each in found if each.status == "Queued" or each.modified_at < before]

    @operation("AcknowledgeJob")
    async def acknowledge(self, call: Call, request: shapes.AcknowledgeJobRequest) -> Answer:
        def acknowledge(tx: Transaction) -> str:
            job = self._found(tx, call, request["jobId"])
            if job.body["Nonce"] != request["nonce"]:
                raise ServiceError("The specified nonce is not valid.", code="InvalidNonceException")
            if job.status in ("Queued", "Dispatched"):
                documents.update(tx, job.changed(self.clock(), status="InProgress"))
                return "InProgress"
            return job.status

        return {"status": await self.engine.database.write(acknowledge)}

    @operation("GetJobDetails")
    async def details(self, call: Call, request: shapes.GetJobDetailsRequest) -> Answer:
        credentials = await Credentials.of(self.directory, call.scope)

        def read(tx: Transaction) -> Json:
            job = self._found(tx, call, request["jobId"])
            return self._work(tx, job).job_data(credentials)

        data = await self.engine.database.read(read)
        return {"jobDetails": {"id": request["jobId"], "data": data, "accountId": call.scope.account}}

    @operation("PutJobSuccessResult")
    async def succeed(self, call: Call, request: shapes.PutJobSuccessResultRequest) -> Answer:
        variables, more = request.get("outputVariables") or {}, request.get("continuationToken")
        if variables and more:
            raise ValidationError("outputVariables cannot be given with a continuationToken.")
        if sum(len(name) + len(value) for name, value in variables.items()) > LARGEST_VARIABLES:
            raise ServiceError(
                f"Output variables are larger than {LARGEST_VARIABLES} bytes.",
                code="OutputVariablesSizeExceededException",
            )
        told: dict[str, Json] = {"Variables": dict(variables), **details_of(request.get("executionDetails") or {})}
        if more:
            told["Continuation"] = more
        revision = request.get("currentRevision")
        if revision is not None:
            told["Revision"] = answers.present(
                Id=revision["revision"],
                Change=revision["changeIdentifier"],
                Created=revision.get("created"),
                Summary=revision.get("revisionSummary"),
            )
        return await self._tell(call, request["jobId"], told)

    @operation("PutJobFailureResult")
    async def fail(self, call: Call, request: shapes.PutJobFailureResultRequest) -> Answer:
        failure = request["failureDetails"]
        told = {
            "Error": {"Code": failure["type"], "Message": failure["message"]},
            "ExternalId": failure.get("externalExecutionId", ""),
        }
        return await self._tell(call, request["jobId"], told)

    async def _tell(self, call: Call, name: str, told: dict[str, Json]) -> Answer:
        def tell(tx: Transaction) -> None:
            job = self._found(tx, call, name)
            run = RunId(job.body["Run"])
            if job.status != "InProgress" or not self.engine.signal(tx, run, flow.ANSWER, {"Attempt": name, **told}):
                raise ServiceError(
                    f"The job {name} is {job.status}: only one that is InProgress has a result.",
                    code="InvalidJobStateException",
                )

        await self.engine.database.write(tell)
        return {}

    @staticmethod
    def _found(tx: Transaction, call: Call, name: str) -> Document:
        found = documents.find(tx, call.scope, rows.JOB, name)
        if found is None:
            raise ServiceError(f"The job {name} does not exist.", code="JobNotFoundException")
        return found

    def _work(self, tx: Transaction, job: Document) -> Work:
        seen = self.engine.look(tx, RunId(job.body["Run"]))
        assert seen is not None
        plan: Delivery = seen.plan
        state: State = seen.state
        return work_of(plan, state, job.body["Stage"], job.body["Action"])


def details_of(told: Mapping[str, Any]) -> dict[str, Json]:
    return answers.present(
        Summary=told.get("summary"), ExternalId=told.get("externalExecutionId"), Percent=told.get("percentComplete")
    )
