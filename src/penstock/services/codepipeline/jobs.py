"""Jobs: what workers poll for, acknowledge, and tell the end of. Functions tell the end of theirs here, too.

    Queued ──PollForJobs──► Dispatched ──AcknowledgeJob──► InProgress ──Put…Result──► Succeeded, Failed, or Queued again

A job that was handed out and not acknowledged is handed out again after a while. Its nonce is good for one turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.engine.engine import Engine, View
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
            if kind.owner != "Custom":
                raise ValidationError(
                    "Jobs are of action types of owner Custom; PollForThirdPartyJobs is for ThirdParty."
                )
            actiontypes.must_exist(tx, call.scope, kind)
            return self.hand_out(tx, call, kind, request.get("maxBatchSize", 1), wanted)

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

    def hand_out(
        self, tx: Transaction, call: Call, kind: TypeId, most: int, wanted: Mapping[str, str]
    ) -> list[tuple[Document, Work]]:
        """Jobs that wait for a worker, for actions that are configured so."""
        every = [(job, self._seen(job, self.engine.see(tx, run_of(job)))) for job in self._waiting(tx, call, kind)]
        given = [(job, work) for job, work in every if work.attempt.configuration.items() >= wanted.items()][:most]
        for job, _ in given:
            documents.update(tx, job.changed(self.clock(), status="Dispatched"))
        return given

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
            return self.take(tx, self.found(tx, call, request["jobId"]), request["nonce"])

        return {"status": await self.engine.database.write(acknowledge)}

    def take(self, tx: Transaction, job: Document, nonce: str) -> str:
        """A worker has a job; its status. Raises `InvalidNonceException`."""
        if job.body["Nonce"] != nonce:
            raise ServiceError("The specified nonce is not valid.", code="InvalidNonceException")
        if job.status in ("Queued", "Dispatched"):
            documents.update(tx, job.changed(self.clock(), status="InProgress"))
            return "InProgress"
        return job.status

    @operation("GetJobDetails")
    async def details(self, call: Call, request: shapes.GetJobDetailsRequest) -> Answer:
        credentials = await Credentials.of(self.directory, call.scope)

        def read(tx: Transaction) -> Json:
            return self.work(tx, self.found(tx, call, request["jobId"])).job_data(credentials)

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
        return await self._tell(call, request["jobId"], success(request))

    @operation("PutJobFailureResult")
    async def fail(self, call: Call, request: shapes.PutJobFailureResultRequest) -> Answer:
        return await self._tell(call, request["jobId"], failure(request))

    async def _tell(self, call: Call, name: str, told: dict[str, Json]) -> Answer:
        await self.engine.database.write(lambda tx: self.tell(tx, self.found(tx, call, name), told))
        return {}

    def tell(self, tx: Transaction, job: Document, told: Mapping[str, Json]) -> None:
        """A job's end, or its next turn. Raises `InvalidJobStateException`."""
        run, said = run_of(job), {"Attempt": job.name, **told}
        if job.status != "InProgress" or not self.engine.signal(tx, run, flow.ANSWER, said):
            raise ServiceError(
                f"The job {job.name} is {job.status}: only one that is InProgress has a result.",
                code="InvalidJobStateException",
            )

    @staticmethod
    def found(tx: Transaction, call: Call, name: str) -> Document:
        found = documents.find(tx, call.scope, rows.JOB, name)
        if found is None:
            raise no_job(name)
        return found

    def work(self, tx: Transaction, job: Document) -> Work:
        return self._seen(job, self.engine.look(tx, run_of(job)))

    @staticmethod
    def _seen(job: Document, seen: View | None) -> Work:
        assert seen is not None
        plan: Delivery = seen.plan
        state: State = seen.state
        work = work_of(plan, state, job.body["Stage"], job.name)
        if work is None:  # the stage has been retried since
            raise no_job(job.name)
        return work


def run_of(job: Document) -> RunId:
    """The run of the job's execution."""
    return RunId(job.body["Run"])


def no_job(name: str) -> ServiceError:
    return ServiceError(f"The job {name} does not exist.", code="JobNotFoundException")


def success(request: Mapping[str, Any]) -> dict[str, Json]:
    """What the flow is told of a job that went well, or goes on."""
    told: dict[str, Json] = {
        "Variables": dict(request.get("outputVariables") or {}),
        **details_of(request.get("executionDetails") or {}),
    }
    if more := request.get("continuationToken"):
        told["Continuation"] = more
    if revision := request.get("currentRevision"):
        told["Revision"] = answers.present(
            Id=revision["revision"],
            Change=revision["changeIdentifier"],
            Created=revision.get("created"),
            Summary=revision.get("revisionSummary"),
        )
    return told


def failure(request: Mapping[str, Any]) -> dict[str, Json]:
    """What the flow is told of a job that failed."""
    details = request["failureDetails"]
    return {
        "Error": {"Code": details["type"], "Message": details["message"]},
        "ExternalId": details.get("externalExecutionId", ""),
    }


def details_of(told: Mapping[str, Any]) -> dict[str, Json]:
    return answers.present(
        Summary=told.get("summary"), ExternalId=told.get("externalExecutionId"), Percent=told.get("percentComplete")
    )
