"""Operations on executions: started, shown, stopped, their stages retried and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.engine.engine import Engine
from penstock.languages.delivery import tree
from penstock.languages.delivery.tree import ConditionKind
from penstock.services.codepipeline import answers, rows, traffic
from penstock.services.codepipeline.model import OVER, State, id_of, run_of
from penstock.services.codepipeline.starting import Starter, can_be_target
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any
PAGE: Final = 100
OVERRIDES: Final = {
    "S3": ("S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY"),
    "CodeCommit": ("COMMIT_ID",),
    "CodeStarSourceConnection": ("COMMIT_ID",),
    "GitHub": ("COMMIT_ID",),
    "ECR": ("IMAGE_DIGEST",),
}
CONDITIONS: Final[dict[str, ConditionKind]] = {"BEFORE_ENTRY": "beforeEntry", "ON_SUCCESS": "onSuccess"}


@dataclass(frozen=True)
class Executions:
    engine: Engine
    starter: Starter
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "codepipeline"

    @operation("StartPipelineExecution")
    async def start(self, call: Call, request: shapes.StartPipelineExecutionRequest) -> Answer:
        token = request.get("clientRequestToken") or call.token

        def start(tx: Transaction) -> str:
            pipeline = rows.pipeline(tx, call.scope, request["name"])
            must_have_sources(pipeline, request.get("sourceRevisions") or [])
            luck = f"{pipeline.arn} {pipeline.created_at} {token}" if token else self.chance()
            execution = id_of(luck, "execution")
            self.starter.start(
                tx,
                pipeline,
                execution,
                {
                    "triggerType": "CloudWatchEvent" if is_rule(call.scope.principal) else "StartPipelineExecution",
                    "triggerDetail": call.scope.principal,
                },
                variables={each["name"]: each["value"] for each in request.get("variables") or []},
                revisions=request.get("sourceRevisions") or [],
            )
            return execution

        return {"pipelineExecutionId": await self.engine.database.write(start)}

    @operation("PutActionRevision")
    async def put_revision(self, call: Call, request: shapes.PutActionRevisionRequest) -> Answer:
        """A source says that it has changed; the same revision told twice starts one execution."""
        revision = request["actionRevision"]["revisionId"]

        def put(tx: Transaction) -> Answer:
            pipeline = rows.pipeline(tx, call.scope, request["pipelineName"])
            declared = tree.read(pipeline.body["Declaration"])
            must_have_stage(declared, request["stageName"])
            action = declared.stages[declared.place_of(request["stageName"])].action(request["actionName"])
            if action is None or action.action_type_id.category != "Source":
                raise ServiceError(
                    f"Stage '{request['stageName']}' has no source action '{request['actionName']}'.",
                    code="ActionNotFoundException",
                )
            told = pipeline.body.get("Told", {})
            execution = id_of(f"{pipeline.arn} {pipeline.created_at}", action.name, revision)
            if told.get(action.name) == revision:
                return {"newRevision": False, "pipelineExecutionId": execution}
            kept = pipeline.changed(pipeline.modified_at, Told={**told, action.name: revision})
            documents.update(tx, kept)
            trigger = {"triggerType": "PutActionRevision", "triggerDetail": call.scope.principal}
            self.starter.start(tx, kept, execution, trigger)
            return {"newRevision": True, "pipelineExecutionId": execution}

        return await self.engine.database.write(put)

    @operation("GetPipelineExecution")
    async def get(self, call: Call, request: shapes.GetPipelineExecutionRequest) -> Answer:
        found = await self.engine.database.read(
            lambda tx: rows.execution(tx, call.scope, request["pipelineName"], request["pipelineExecutionId"])
        )
        return {"pipelineExecution": found.body["Execution"]}

    @operation("ListPipelineExecutions")
    async def list(self, call: Call, request: shapes.ListPipelineExecutionsRequest) -> Answer:
        """The newest first."""
        stage = (request.get("filter") or {}).get("succeededInStage", {}).get("stageName")

        def read(tx: Transaction) -> documents.Page:
            pipeline = rows.pipeline(tx, call.scope, request["pipelineName"])
            query = Query(
                kind=rows.EXECUTION, scope=call.scope, parent=pipeline.name, token=request.get("nextToken"),
                limit=request.get("maxResults", PAGE) if stage is None else rows.ALL,
            )  # fmt: skip
            page = documents.page(tx, query)
            if stage is None:
                return page
            return documents.Page(tuple(each for each in page.documents if stage in each.body["Stages"]), None)

        page = await self.engine.database.scan(read)
        told = [
            answers.summary(each.body, started_at=each.created_at, changed_at=each.modified_at)
            for each in page.documents
        ]
        return {"pipelineExecutionSummaries": told, **pages.onward(page.token, "nextToken")}

    @operation("StopPipelineExecution")
    async def stop(self, call: Call, request: shapes.StopPipelineExecutionRequest) -> Answer:
        name, execution, abandon = request["pipelineName"], request["pipelineExecutionId"], request.get("abandon")

        def stop(tx: Transaction) -> None:
            pipeline, found = self._found(tx, call.scope, name, execution)
            if found.status == "Stopping" and not abandon:
                raise ServiceError(
                    f"The pipeline execution '{execution}' is already stopping.", code="DuplicatedStopRequestException"
                )
            asked = {"Abandon": bool(abandon), "Reason": request.get("reason", "")}
            if found.status in OVER or not self.engine.signal(tx, run_of(pipeline.arn, execution), traffic.STOP, asked):
                raise ServiceError(
                    f"Unable to stop the pipeline execution '{execution}': it is {found.status}.",
                    code="PipelineExecutionNotStoppableException",
                )

        await self.engine.database.write(stop)
        return {"pipelineExecutionId": execution}

    @operation("RetryStageExecution")
    async def retry(self, call: Call, request: shapes.RetryStageExecutionRequest) -> Answer:
        execution, mode = request["pipelineExecutionId"], request["retryMode"]

        def retry(tx: Transaction) -> None:
            pipeline, found = self._found(tx, call.scope, request["pipelineName"], execution)
            state = self._must_go_on(tx, pipeline, found, request["stageName"], not_retryable)
            stage = state.stages[request["stageName"]]
            stands = set(stage.standing.values())
            if stage.status == "Skipped" or not ({"Failed", "Stopped"} & {stage.status} or "Failed" in stands):
                raise not_retryable(request["stageName"], f"it is {stage.status}")
            if "InProgress" in stands and mode == "ALL_ACTIONS":
                raise not_retryable(request["stageName"], "actions of it are in progress")
            traffic.tell(
                tx,
                self.engine,
                pipeline,
                traffic.RETRY,
                {"Execution": execution, "Stage": request["stageName"], "Mode": mode},
            )

        await self.engine.database.write(retry)
        return {"pipelineExecutionId": execution}

    @operation("OverrideStageCondition")
    async def override(self, call: Call, request: shapes.OverrideStageConditionRequest) -> Answer:
        execution, stage = request["pipelineExecutionId"], request["stageName"]

        def override(tx: Transaction) -> None:
            pipeline, found = self._found(tx, call.scope, request["pipelineName"], execution)
            state = self._must_go_on(tx, pipeline, found, stage, not_overridable)
            kind = CONDITIONS[request["conditionType"]]
            condition = state.stages[stage].conditions.get(kind)
            if condition is None or condition.status not in ("InProgress", "Failed"):
                stands = condition.status if condition is not None else "not there"
                raise not_overridable(stage, f"{request['conditionType']} is {stands}")
            if state.stages[stage].status == "Skipped":
                raise not_overridable(stage, "it was skipped")
            told = {"Execution": execution, "Stage": stage, "Override": kind}
            traffic.tell(tx, self.engine, pipeline, traffic.RETRY, told)

        await self.engine.database.write(override)
        return {}

    @operation("RollbackStage")
    async def roll_back(self, call: Call, request: shapes.RollbackStageRequest) -> Answer:
        stage, target = request["stageName"], request["targetPipelineExecutionId"]
        execution = id_of(call.token or self.chance(), "rollback")

        def roll_back(tx: Transaction) -> None:
            pipeline, found = self._found(tx, call.scope, request["pipelineName"], target)
            declared = tree.read(pipeline.body["Declaration"])
            must_have_stage(declared, stage)
            if declared.stages[0].name == stage:
                raise unable(f"The source stage {stage} cannot be rolled back.")
            if declared.execution_mode == "PARALLEL":
                raise unable("Stages of a pipeline in mode PARALLEL cannot be rolled back.")
            if found.body["Execution"]["pipelineVersion"] != declared.version:
                raise ServiceError(
                    f"The target execution {target} is of another version of the pipeline.",
                    code="PipelineExecutionOutdatedException",
                )
            if not can_be_target(found, stage, declared.version):
                raise unable(f"The target execution {target} has not succeeded in stage {stage}, or is a rollback.")
            gate = traffic.traffic_of(pipeline).gate(stage)
            if gate is not None and gate.occupant:
                raise ServiceError(
                    f"Stage {stage} cannot be rolled back: execution {gate.occupant} is in it.",
                    code="ConflictException",
                )
            trigger = {"triggerType": "ManualRollback", "triggerDetail": call.scope.principal}
            self.starter.roll_back(tx, pipeline, stage, found, execution, trigger)

        await self.engine.database.write(roll_back)
        return {"pipelineExecutionId": execution}

    def _found(self, tx: Transaction, scope: Scope, name: str, execution: str) -> tuple[Document, Document]:
        return rows.pipeline(tx, scope, name), rows.execution(tx, scope, name, execution)

    def _must_go_on(
        self,
        tx: Transaction,
        pipeline: Document,
        execution: Document,
        stage: str,
        refusal: Callable[[str, str], ServiceError],
    ) -> State:
        """The state of an execution that may go on in a stage: it is the last there, and nobody is in the way."""
        declared = tree.read(pipeline.body["Declaration"])
        must_have_stage(declared, stage)
        gate = traffic.traffic_of(pipeline).gate(stage)
        assert gate is not None
        if declared.execution_mode != "PARALLEL" and gate.latest != execution.name:
            raise ServiceError(
                f"Execution {execution.name} is not the latest execution of stage {stage}.",
                code="NotLatestPipelineExecutionException",
            )
        if gate.occupant not in ("", execution.name):
            raise ServiceError(f"Execution {gate.occupant} is in stage {stage}.", code="ConflictException")
        if execution.body["Execution"]["pipelineVersion"] != declared.version:
            raise refusal(stage, "the pipeline has been updated since")
        seen = self.engine.see(tx, run_of(pipeline.arn, execution.name))
        assert seen is not None
        state: State = seen.state
        if state.waits or declared.stages[state.place].name != stage or stage not in state.stages:
            raise refusal(stage, "the execution is not in it")
        return state


def is_rule(principal: str) -> bool:
    """Whether it is a rule of EventBridge that asks."""
    return Arn.of(principal).service == "events"


def not_retryable(stage: str, why: str) -> ServiceError:
    return ServiceError(f"Stage {stage} cannot be retried: {why}.", code="StageNotRetryableException")


def not_overridable(stage: str, why: str) -> ServiceError:
    sentence = f"A condition of stage {stage} cannot be overridden: {why}."
    return ServiceError(sentence, code="ConditionNotOverridableException")


def unable(sentence: str) -> ServiceError:
    return ServiceError(sentence, code="UnableToRollbackStageException")


def must_have_stage(declared: tree.Pipeline, stage: str) -> None:
    if declared.stage(stage) is None:
        raise ServiceError(
            f"Stage '{stage}' does not exist in pipeline '{declared.name}'.", code="StageNotFoundException"
        )


def must_have_sources(pipeline: Document, revisions: Sequence[Mapping[str, Json]]) -> None:
    """Raise unless every override is of a source action, and of a kind that the source has."""
    declared = tree.read(pipeline.body["Declaration"])
    for each in revisions:
        action = declared.stages[0].action(each["actionName"])
        if action is None:
            raise ValidationError(f"Action {each['actionName']} is not a source action of the pipeline.")
        kinds = set(OVERRIDES.get(action.action_type_id.provider, ()))
        if action.configuration.get("AllowOverrideForS3ObjectKey", "false").lower() != "true":
            kinds.discard("S3_OBJECT_KEY")
        if each["revisionType"] not in kinds:
            raise ValidationError(f"The revision of action {action.name} cannot be given as {each['revisionType']}.")
