"""Partners: action types whose actions somebody else's workers or functions do, and the jobs of those workers.

    UpdateActionType ──► a type ThirdParty ──(Lambda)────► its function is called, and tells the end of its jobs
                                           └─(JobWorker)─► PollForThirdPartyJobs ──► GetThirdPartyJobDetails ──► …

A worker proves that it may have a job by the token that the action was configured with (`ClientToken`); which token
that is, it knows by the `ClientId` beside it. On AWS a type is made by AWS when a partner asks for one: here by its
first update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.languages.delivery.catalogue import ACTIONS
from penstock.languages.delivery.tree import TypeId, read_type
from penstock.services.codepipeline import answers, rows
from penstock.services.codepipeline.actiontypes import must_exist, sentence
from penstock.services.codepipeline.jobs import Jobs, failure, success
from penstock.services.codepipeline.work import Credentials
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any
CLIENT_ID: Final = {"name": "ClientId", "required": True, "key": True, "secret": False}
CLIENT_TOKEN: Final = {"name": "ClientToken", "required": True, "key": True, "secret": True}
URLS: Final = {
    "configurationUrl": "thirdPartyConfigurationUrl",
    "entityUrlTemplate": "entityUrlTemplate",
    "executionUrlTemplate": "executionUrlTemplate",
    "revisionUrlTemplate": "revisionUrlTemplate",
}


@dataclass(frozen=True)
class PartnersTypes:
    database: Database
    clock: Callable[[], float]
    service = "codepipeline"

    @operation("GetActionType")
    async def get(self, call: Call, request: shapes.GetActionTypeRequest) -> Answer:
        kind = TypeId(request["category"], request["provider"], request["owner"], request["version"])
        found = await self.database.read(lambda tx: must_exist(tx, call.scope, kind))
        return {"actionType": found.body["Declaration"]}

    @operation("UpdateActionType")
    async def update(self, call: Call, request: shapes.UpdateActionTypeRequest) -> Answer:
        given: Mapping[str, Json] = call.request["actionType"]
        kind = read_type(given["id"])
        if kind.owner != "ThirdParty":
            raise ServiceError(
                f"{sentence(kind)} cannot be updated: those of owner AWS are as they are.",
                code="RequestFailedException",
            )
        if kind.key in ACTIONS:
            raise ServiceError(f"{sentence(kind)} is there already, and is as it is.", code="RequestFailedException")
        body = action_type(kind, given)

        def update(tx: Transaction) -> None:
            at, scope = self.clock(), Scope(call.scope.account, call.scope.region)
            arn = scope.arn("codepipeline", f"actiontype:{kind.owner}/{kind.category}/{kind.provider}/{kind.version}")
            made = Document(
                kind=rows.ACTION_TYPE, scope=scope, name=kind.key, arn=arn, created_at=at, modified_at=at, body=body
            )
            documents.put(tx, made)

        await self.database.write(update)
        return {}


def action_type(kind: TypeId, given: Mapping[str, Json]) -> dict[str, Json]:
    """A partner's type: ActionType, which actions are checked by, and its declaration. Raises `ValidationError`."""
    executor = given["executor"]
    wanted = "lambdaExecutorConfiguration" if executor["type"] == "Lambda" else "jobWorkerExecutorConfiguration"
    if set(executor["configuration"]) != {wanted}:
        raise ValidationError(f"An executor of type {executor['type']} has a {wanted}, and nothing else.")
    properties = [
        answers.present(
            name=each["name"],
            description=each.get("description"),
        )
        | {
            "required": not each["optional"],
            "key": each["key"],
            "secret": each["noEcho"],
            "queryable": bool(each.get("queryable")),
        }
        for each in given.get("properties") or []
    ]
    if sum(each["queryable"] for each in properties) > 1:
        raise ValidationError("At most one property can be queryable.")
    if any(each["queryable"] and (each["secret"] or not each["required"]) for each in properties):
        raise ValidationError("A property that is queryable must be required, and not be secret.")
    if executor["type"] == "JobWorker":
        properties += [CLIENT_ID, CLIENT_TOKEN]
    urls = given.get("urls") or {}
    return {
        "id": answers.type_id(kind),
        "settings": {name: urls[url] for url, name in URLS.items() if url in urls},
        "actionConfigurationProperties": properties,
        "inputArtifactDetails": dict(given["inputArtifactDetails"]),
        "outputArtifactDetails": dict(given["outputArtifactDetails"]),
        "Declaration": dict(given),
    }


@dataclass(frozen=True)
class PartnersJobs:
    jobs: Jobs
    service = "codepipeline"

    @operation("PollForThirdPartyJobs")
    async def poll(self, call: Call, request: shapes.PollForThirdPartyJobsRequest) -> Answer:
        """A type that names accounts is polled for by those only."""
        kind = read_type(request["actionTypeId"])

        def poll(tx: Transaction) -> list[dict[str, str]]:
            found = must_exist(tx, call.scope, kind)
            executor = found.body.get("Declaration", {}).get("executor", {})
            if executor.get("type") != "JobWorker":
                raise ServiceError(f"{sentence(kind)} has no workers.", code="ActionTypeNotFoundException")
            accounts = executor["configuration"]["jobWorkerExecutorConfiguration"].get("pollingAccounts")
            if accounts and call.scope.account not in accounts:
                raise ServiceError(f"{sentence(kind)} is not available.", code="ActionTypeNotFoundException")
            given = self.jobs.hand_out(tx, call, kind, request.get("maxBatchSize", 1), {})
            return [{"clientId": work.given("ClientId"), "jobId": job.name} for job, work in given]

        return {"jobs": await self.jobs.engine.database.write(poll)}

    @operation("AcknowledgeThirdPartyJob")
    async def acknowledge(self, call: Call, request: shapes.AcknowledgeThirdPartyJobRequest) -> Answer:
        def acknowledge(tx: Transaction) -> str:
            return self.jobs.take(tx, self._found(tx, call, request), request["nonce"])

        return {"status": await self.jobs.engine.database.write(acknowledge)}

    @operation("GetThirdPartyJobDetails")
    async def details(self, call: Call, request: shapes.GetThirdPartyJobDetailsRequest) -> Answer:
        credentials = await Credentials.of(self.jobs.directory, call.scope)

        def read(tx: Transaction) -> Json:
            job = self._found(tx, call, request)
            data = self.jobs.work(tx, job).job_data(credentials)
            hidden = ("pipelineArn", "pipelineExecutionId")  # which partners are not told
            context = {name: value for name, value in data["pipelineContext"].items() if name not in hidden}
            return {"id": job.name, "data": {**data, "pipelineContext": context}, "nonce": job.body["Nonce"]}

        return {"jobDetails": await self.jobs.engine.database.read(read)}

    @operation("PutThirdPartyJobSuccessResult")
    async def succeed(self, call: Call, request: shapes.PutThirdPartyJobSuccessResultRequest) -> Answer:
        return await self._tell(call, request, success(call.request))

    @operation("PutThirdPartyJobFailureResult")
    async def fail(self, call: Call, request: shapes.PutThirdPartyJobFailureResultRequest) -> Answer:
        return await self._tell(call, request, failure(call.request))

    async def _tell(self, call: Call, request: Mapping[str, Any], told: Mapping[str, Json]) -> Answer:
        await self.jobs.engine.database.write(lambda tx: self.jobs.tell(tx, self._found(tx, call, request), told))
        return {}

    def _found(self, tx: Transaction, call: Call, request: Mapping[str, Any]) -> Document:
        """The job, if its action was configured with the token that is given."""
        job = self.jobs.found(tx, call, request["jobId"])
        if self.jobs.work(tx, job).given("ClientToken") != request["clientToken"]:
            raise ServiceError("The client token is not valid.", code="InvalidClientTokenException")
        return job
