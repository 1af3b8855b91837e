"""Operations on pipeline executions.

An execution's row and its run begin in one commit; afterwards the run moves the row (see `flow.reflect`). What steps
there are is read from the run itself.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.languages.pipeline.expressions import Sources, Unresolvable, resolve
from penstock.languages.pipeline.tree import DefinitionError, StepName
from penstock.languages.pipeline.values import values_of
from penstock.services.sagemaker import lists
from penstock.services.sagemaker.experiments import tracking
from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.pipelines import answers, caching, content, rows, selecting, versions
from penstock.services.sagemaker.pipelines.api import given, refuse
from penstock.services.sagemaker.pipelines.flow import FLOW, LIMIT, STOP
from penstock.services.sagemaker.pipelines.model import Begin, Execution, Plan, Progress, plan_of
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ValidationError, operation

Json = Any
Request = Mapping[str, Json]
T = TypeVar("T")

LARGEST_PAGE: Final = 100  # SDKs ask for the steps of an execution without a second page
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class PipelineExecutions:
    """Executions: started, shown, stopped, tried again."""

    service = "sagemaker"

    def __init__(
        self, *, database: Database, engine: Engine, clock: Callable[[], float], chance: Callable[[], str]
    ) -> None:
        self.database = database
        self.engine = engine
        self.clock = clock
        self.chance = chance

    # --------------------------------------------------------------------------------------------- start and end

    @operation("StartPipelineExecution")
    async def start(self, call: Call, request: Request) -> Answer:
        refuse(request, "MlflowExperimentName")
        if request.get("RoleArn") is not None:
            raise ValidationError(
                "RoleArn can not be specified for a pipeline that you created: its executions use the pipeline's role."
            )

        def begin(tx: Transaction) -> str:
            pipeline = rows.find_pipeline(tx, call.scope, request["PipelineName"])
            if pipeline is None:
                raise answers.no_pipeline(call.scope, request["PipelineName"])
            return self._begin(tx, call, request, pipeline)

        return {"PipelineExecutionArn": await self.database.write(begin)}

    def _begin(self, tx: Transaction, call: Call, request: Request, pipeline: Document) -> str:
        token = request.get("ClientRequestToken") or call.token
        name = self._execution_id(pipeline, token)
        known = documents.find(tx, pipeline.scope, rows.EXECUTION, name)
        if known is not None:  # the same call told twice
            return known.arn
        version = versions.chosen(tx, pipeline, request)
        text, number = str(version.body["PipelineDefinition"]).encode(), version.body["PipelineVersionId"]
        plan = plan_of(text)
        begin = self._selected(tx, self._beginning(pipeline, name, request, plan), request, plan)
        begin = _recalling(tx, pipeline.scope, begin, plan)
        row = Document(
            kind=rows.EXECUTION,
            scope=pipeline.scope,
            name=name,
            arn=begin.arn,
            parent=pipeline.name,
            status="Executing",
            created_at=begin.started_at,
            modified_at=begin.started_at,
            token=call.token or token,  # of the run that asks, which telemetry and lineage read off it
            body={**self._row(call, request, begin), "PipelineVersionId": number},
        )
        documents.insert(tx, row)
        if begin.experiment:
            tracking.ensure(tx, call.scope, begin.started_at, begin.experiment)
        last = {**pipeline.body.get("LastExecutions", {}), str(number): row.arn}
        ran = pipeline.changed(pipeline.modified_at, LastRunTime=begin.started_at, LastExecutions=last)
        documents.update(tx, ran)
        self.engine.start(tx, RunId(row.arn), FLOW, text, scope=call.scope, input=msgspec.to_builtins(begin))
        return row.arn

    def _beginning(self, pipeline: Document, name: str, request: Request, plan: Plan) -> Begin:
        entries = request.get("PipelineParameters") or ()
        parameters = {entry["Name"]: entry["Value"] for entry in entries}
        if len(parameters) < len(entries):
            raise ValidationError("PipelineParameters gives a parameter more than one value.")
        try:
            values = values_of(plan.definition.parameters, parameters)
        except DefinitionError as error:
            raise ValidationError(str(error)) from None
        limit = request.get("ParallelismConfiguration") or pipeline.body.get("ParallelismConfiguration") or {}
        begin = Begin(
            arn=f"{pipeline.arn}/execution/{name}",
            pipeline_name=pipeline.name,
            pipeline_arn=pipeline.arn,
            execution_id=name,
            started_at=self.clock(),
            parameters=values,
            parallel_steps=limit.get("MaxParallelExecutionSteps"),
        )
        return msgspec.structs.replace(begin, experiment=_experiment(plan, begin))

    def _selected(self, tx: Transaction, begin: Begin, request: Request, plan: Plan) -> Begin:
        """What a selective execution begins with."""
        config = request.get("SelectiveExecutionConfig")
        if config is None:
            return begin
        selected, arn = selecting.selected_in(plan, config), config.get("SourcePipelineExecutionArn")
        if arn is None:
            needed = selecting.must_come_from_a_source(plan, selected)
            if needed:
                raise ValidationError(
                    f"SourcePipelineExecutionArn is required: the selected steps need {', '.join(needed)}, "
                    "which is not selected."
                )
            return msgspec.structs.replace(begin, selected=selected)
        source = self._source(tx, begin, arn)
        kept = selecting.reused(plan, selected, source.arn, self._state(tx, source)[1])
        return msgspec.structs.replace(begin, selected=selected, kept=kept)

    @staticmethod
    def _source(tx: Transaction, begin: Begin, arn: str) -> Document:
        """The execution that a selective one takes steps from."""
        found = rows.find_execution(tx, arn)
        if found is None:
            raise answers.no_execution(arn)
        if found.body["PipelineArn"] != begin.pipeline_arn:
            raise ValidationError(f"SourcePipelineExecutionArn must be of the same pipeline: {arn} is of another.")
        if found.status not in ("Succeeded", "Failed", "CompletedWithFailures"):
            raise ValidationError(
                f"Pipeline execution with ARN '{arn}' is {found.status}: "
                "a SourcePipelineExecutionArn must have Succeeded or Failed."
            )
        return found

    @staticmethod
    def _row(call: Call, request: Request, begin: Begin) -> dict[str, Json]:
        limit = {} if begin.parallel_steps is None else {"MaxParallelExecutionSteps": begin.parallel_steps}
        return {
            "PipelineArn": begin.pipeline_arn,
            "PipelineExecutionDisplayName": f"execution-{int(begin.started_at * 1000)}",
            "CreatedBy": user_context(call.scope),
            "LastModifiedBy": user_context(call.scope),
            "PipelineParameters": request.get("PipelineParameters") or [],
            "Run": begin.arn,
            **given(
                request, "PipelineExecutionDisplayName", "PipelineExecutionDescription", "SelectiveExecutionConfig"
            ),
            **({"ParallelismConfiguration": limit} if limit else {}),
            **({"PipelineExperimentConfig": begin.experiment} if begin.experiment else {}),
        }

    @operation("StopPipelineExecution")
    async def stop(self, call: Call, request: Request) -> Answer:
        def stop(tx: Transaction) -> str:
            found = self._found(tx, request)
            if found.status == "Stopping":
                return found.arn
            if not self.engine.signal(tx, RunId(found.body["Run"]), STOP):
                raise ValidationError(
                    f"Pipeline execution with ARN '{found.arn}' is {found.status}: "
                    "only an execution that is Executing can be stopped."
                )
            return found.arn

        return {"PipelineExecutionArn": await self.database.write(stop)}

    @operation("RetryPipelineExecution")
    async def retry(self, call: Call, request: Request) -> Answer:
        token = request.get("ClientRequestToken") or call.token

        def retry(tx: Transaction) -> str:
            found = self._found(tx, request)
            if token and found.body.get("RetryToken") == token:  # the same call told twice
                return found.arn
            if found.status not in ("Failed", "Stopped", "CompletedWithFailures"):
                raise ValidationError(
                    f"Pipeline execution with ARN '{found.arn}' is {found.status}: "
                    "only an execution that is Failed or Stopped can be retried."
                )
            self._retry(tx, call, request, found, token)
            return found.arn

        return {"PipelineExecutionArn": await self.database.write(retry)}

    def _retry(self, tx: Transaction, call: Call, request: Request, found: Document, token: str) -> None:
        """Go on as a new run, which keeps the steps that succeeded."""
        view = self.engine.see(tx, RunId(found.body["Run"]))
        assert view is not None
        state: Execution = view.state
        assert state.begin is not None
        plan: Plan = view.plan
        number = int(found.body["Run"].partition("#")[2] or 1) + 1
        limit = request.get("ParallelismConfiguration") or {}
        begin = msgspec.structs.replace(
            state.begin,
            parallel_steps=limit.get("MaxParallelExecutionSteps", state.parallel_steps),
            kept=kept_by_a_retry(plan, state),
        )
        begin = _recalling(tx, call.scope, begin, plan)
        run = f"{found.arn}#{number}"
        row = found.changed(
            self.clock(),
            status="Executing",
            Run=run,
            RetryToken=token,
            FailureReason=None,
            LastModifiedBy=user_context(call.scope),
            **given(request, "ParallelismConfiguration"),
        )
        documents.update(tx, row)
        self.engine.start(tx, RunId(run), FLOW, plan.text, scope=call.scope, input=msgspec.to_builtins(begin))

    @operation("UpdatePipelineExecution")
    async def update(self, call: Call, request: Request) -> Answer:
        changes = given(
            request, "PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration"
        )

        def change(tx: Transaction) -> str:
            found = self._found(tx, request)
            documents.update(tx, found.changed(self.clock(), LastModifiedBy=user_context(call.scope), **changes))
            limit = changes.get("ParallelismConfiguration")
            if limit is not None:
                self.engine.signal(tx, RunId(found.body["Run"]), LIMIT, limit["MaxParallelExecutionSteps"])
            return found.arn

        return {"PipelineExecutionArn": await self.database.write(change)}

    # ---------------------------------------------------------------------------------------------- what is shown

    @operation("DescribePipelineExecution")
    async def describe(self, call: Call, request: Request) -> Answer:
        def find(tx: Transaction) -> Answer:
            found = self._found(tx, request)
            return {**answers.execution(found), **self._aliases(tx, found)}

        return await self.database.read(find)

    @staticmethod
    def _aliases(tx: Transaction, execution: Document) -> dict[str, Json]:
        """The aliases that the version has now which an execution ran."""
        pipeline = documents.find(tx, execution.scope, rows.PIPELINE, execution.parent)
        aliases = [] if pipeline is None else versions.aliases_of(pipeline, execution.body["PipelineVersionId"])
        return {"PipelineVersionAliases": aliases} if aliases else {}

    @operation("ListPipelineExecutions")
    async def list(self, call: Call, request: Request) -> Answer:
        def find(tx: Transaction) -> Answer:
            pipeline = rows.find_pipeline(tx, call.scope, request["PipelineName"])
            if pipeline is None:
                raise answers.no_pipeline(call.scope, request["PipelineName"])
            wanted = lists.query(call.scope, request, kind=rows.EXECUTION, descending=True, parent=pipeline.name)
            alias = request.get("PipelineVersionAlias")
            found = _of_version(tx, wanted, None if alias is None else versions.by_alias(pipeline, alias))
            entries = [{**answers.execution_summary(each), **self._aliases(tx, each)} for each in found.documents]
            return {"PipelineExecutionSummaries": entries, **pages.onward(found.token)}

        return await self.database.read(find)

    @operation("ListPipelineExecutionSteps")
    async def list_steps(self, call: Call, request: Request) -> Answer:
        """The steps that were started, the newest first unless asked otherwise."""
        plan, state = await self.database.read(lambda tx: self._look(tx, request))
        shown = [(name, step) for name, step in state.steps.items() if step.status != "Skipped"]
        explained = state.begin is not None and state.begin.cached_by == "content"
        if request.get("SortOrder", "Descending") == "Descending":
            shown.reverse()
        here = _page(shown, request)
        return {
            "PipelineExecutionSteps": [
                answers.step(plan, name, step, explained=explained) for name, step in here.entries
            ],
            **here.next,
        }

    @operation("ListPipelineParametersForExecution")
    async def list_parameters(self, call: Call, request: Request) -> Answer:
        """The parameters that the execution was started with, as they were given; defaults are not among them."""
        found = await self.database.read(lambda tx: self._found(tx, request))
        here = _page([(entry["Name"], entry) for entry in found.body["PipelineParameters"]], request)
        return {"PipelineParameters": [entry for _, entry in here.entries], **here.next}

    @operation("DescribePipelineDefinitionForExecution")
    async def describe_definition(self, call: Call, request: Request) -> Answer:
        found, (plan, _) = await self.database.read(lambda tx: (self._found(tx, request), self._look(tx, request)))
        return {"PipelineDefinition": plan.text.decode(), "CreationTime": found.created_at}

    # ---------------------------------------------------------------------------------------------- small words

    @staticmethod
    def _found(tx: Transaction, request: Request) -> Document:
        arn = request.get("PipelineExecutionArn")
        if arn is None:  # the model does not require it of ListPipelineExecutionSteps
            raise ValidationError("PipelineExecutionArn is required: give the ARN of a pipeline execution.")
        found = rows.find_execution(tx, arn)
        if found is None:
            raise answers.no_execution(arn)
        return found

    def _look(self, tx: Transaction, request: Request) -> tuple[Plan, Execution]:
        return self._state(tx, self._found(tx, request))

    def _state(self, tx: Transaction, execution: Document) -> tuple[Plan, Execution]:
        view = self.engine.look(tx, RunId(execution.body["Run"]))
        assert view is not None
        return view.plan, view.state

    def _execution_id(self, pipeline: Document, token: str) -> str:
        """Twelve letters and digits; the same for the same token, so that a call told twice finds what it made."""
        luck = f"{pipeline.arn} {pipeline.created_at} {token}" if token else self.chance()
        number = int.from_bytes(hashlib.sha256(luck.encode()).digest())
        letters = ""
        for _ in range(12):
            number, digit = divmod(number, len(_DIGITS))
            letters += _DIGITS[digit]
        return letters


def _recalling(tx: Transaction, scope: Scope, begin: Begin, plan: Plan) -> Begin:
    """What an execution begins with beside, if its pipeline has steps to be cached."""
    way = tags.of(tx, begin.pipeline_arn).get(content.TAG, "uri")
    if way == "content":
        return msgspec.structs.replace(begin, cached_by=way, recalled={})
    if way != "uri":
        raise ValidationError(f"Tag {content.TAG} of '{begin.pipeline_arn}' must be uri or content, not '{way}'.")
    recalled = caching.recall(tx, scope, begin.pipeline_name, plan)
    return msgspec.structs.replace(begin, cached_by=way, recalled=recalled)


def kept_by_a_retry(plan: Plan, state: Execution) -> dict[str, Progress]:
    """The steps that a retried execution need not run again; with a ForEach step stay all its iterations."""
    well = {name for name, step in state.steps.items() if step.status == "Succeeded"}
    return {name: step for name, step in state.steps.items() if name in well or plan.loop_of(StepName(name)) in well}


def _of_version(tx: Transaction, wanted: documents.Query, number: int | None) -> documents.Page:
    """A page of executions, of one version if a number is given."""
    page = documents.page(tx, wanted)
    if number is None:
        return page
    found = [each for each in page.documents if each.body["PipelineVersionId"] == number]
    while len(found) < wanted.limit and page.token is not None:
        page = documents.page(tx, replace(wanted, token=page.token, limit=wanted.limit - len(found)))
        found += [each for each in page.documents if each.body["PipelineVersionId"] == number]
    return documents.Page(tuple(found), page.token)


def _experiment(plan: Plan, begin: Begin) -> dict[str, Json]:
    """The experiment and trial that the definition names; a trial that it does not name is the execution's id."""
    if plan.definition.experiment is None:
        return {}
    variables = {
        "PipelineName": begin.pipeline_name,
        "PipelineArn": begin.pipeline_arn,
        "PipelineExecutionId": begin.execution_id,
        "PipelineExecutionArn": begin.arn,
    }
    try:
        found = resolve(plan.definition.experiment, Sources(parameters=begin.parameters, execution=variables))
    except Unresolvable as error:
        raise ValidationError(f"PipelineExperimentConfig: {error}") from None
    names = {key: str(value) for key, value in found.items() if value is not None}
    return {"TrialName": begin.execution_id, **names} if "ExperimentName" in names else {}


@dataclass(frozen=True, slots=True)
class _Page(Generic[T]):
    entries: list[tuple[str, T]]
    next: dict[str, str]


def _page(entries: list[tuple[str, T]], request: Request) -> _Page[T]:
    """A page of entries with unique names; a token is the name of the last one shown, as others may come before it."""
    start = 0
    if request.get("NextToken"):
        last = pages.decode(request["NextToken"], member="NextToken")
        names = [name for name, _ in entries]
        if last not in names:
            raise ValidationError("The NextToken is not one that this operation gave out.")
        start = names.index(last) + 1
    here = entries[start : start + request.get("MaxResults", LARGEST_PAGE)]
    more = start + len(here) < len(entries)
    return _Page(here, {"NextToken": pages.encode(here[-1][0])} if more else {})
