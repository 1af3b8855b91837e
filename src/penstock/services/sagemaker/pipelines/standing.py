"""Standing: where the steps of an execution are while a turn goes on, and the words that all kinds of steps need."""

from collections.abc import Mapping
from typing import Any

from penstock.engine.facts import Event, Invoke, SetTimer
from penstock.languages.pipeline.expressions import Sources
from penstock.languages.pipeline.retries import delay
from penstock.languages.pipeline.tree import Processing, StepName, Training
from penstock.services.sagemaker.pipelines import failures
from penstock.services.sagemaker.pipelines.ledger import Ledger
from penstock.services.sagemaker.pipelines.model import Begin, Execution, Plan, Progress
from penstock.services.sagemaker.pipelines.steps import MAKING, Making
from penstock.wire.times import iso

Json = Any


class Standing:
    """What a turn knows; everything that changes is in its ledger."""

    def __init__(self, plan: Plan, state: Execution, event: Event, begin: Begin) -> None:
        self.ledger = Ledger(plan, state, event, begin)
        self._known: dict[StepName, tuple[Progress, Sources]] = {}

    def key(self, name: StepName, what: str) -> str:
        return f"{name}/{self.ledger.steps[name].attempt}/{what}"

    def invoke(self, name: StepName, what: str, operation: str, request: Mapping[str, Json]) -> Invoke:
        return Invoke(self.key(name, what), "sagemaker", operation, request)

    def making(self, name: StepName) -> Making:
        return MAKING[type(self.ledger.plan.step(name))]

    def fail(self, name: StepName, reason: str, kind: str = "") -> None:
        """The step has failed, unless a retry policy gives it another attempt."""
        ledger, progress = self.ledger, self.ledger.steps[name]
        policies = ledger.plan.step(name).retries
        errors = (*progress.errors, kind) if kind else progress.errors
        wait = (
            delay(policies, errors, ledger.at - progress.started_at) if kind and ledger.status == "Executing" else None
        )
        if wait is not None:
            ledger.go(name, "resting", SetTimer(self.key(name, "retry"), ledger.at + wait), errors=errors)
            return
        whole = reason + failures.not_retried(kind, policies, ledger.begin.arn, name)
        ledger.settle(name, "Failed", reason=whole[: failures.LONGEST_REASON], errors=errors)

    def sources(self, name: StepName) -> Sources:
        """What is known to a step's expressions as it stands."""
        progress = self.ledger.steps[name]
        seen, sources = self._known.get(name, (None, None))
        if sources is None or seen is not progress:
            sources = self._gather(name, progress)
            self._known[name] = progress, sources
        return sources

    def _gather(self, name: StepName, progress: Progress) -> Sources:
        begin = self.ledger.begin
        step = self.ledger.plan.step(name)
        execution = {
            "PipelineName": begin.pipeline_name,
            "PipelineArn": begin.pipeline_arn,
            "PipelineExecutionId": begin.execution_id,
            "PipelineExecutionArn": begin.arn,
            "StartDateTime": iso(begin.started_at),
            "CurrentDateTime": iso(progress.started_at),
        }
        if isinstance(step, Processing | Training) and progress.name:
            execution[MAKING[type(step)].name] = progress.name
        return Sources(
            parameters=begin.parameters,
            execution=execution,
            steps=self._properties(name),
            property_files=self.ledger.plan.property_files,
            documents=progress.documents,
            item=progress.item,
        )

    def _properties(self, name: StepName) -> dict[StepName, Json]:
        """The properties of steps that a step waits for, by the names that the definition gives them."""
        plan, steps = self.ledger.plan, self.ledger.steps
        found = {plan.written_as(need): steps[need].properties for need in plan.needs(name)}
        loop = plan.loop_of(name)
        return found if loop is None else {**self._properties(loop), **found}
