"""Accounts: a run, as its journal has it, told as an act. One function for each product; all of them only look.

account(tx, engine, run) ──► Act, with its parts
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from penstock.engine.engine import Engine, View
from penstock.engine.facts import RunId
from penstock.engine.milestones import Span, span
from penstock.languages.pipeline.tree import StepName
from penstock.services.sagemaker.automl.flow import FLOW as AUTOML
from penstock.services.sagemaker.jobs.answers import described
from penstock.services.sagemaker.jobs.model import NAMES, Phase
from penstock.services.sagemaker.lineage.jobs import READS, WRITES
from penstock.services.sagemaker.pipelines.flow import FLOW as PIPELINE
from penstock.services.sagemaker.pipelines.model import Progress
from penstock.services.stepfunctions import flow as machines
from penstock.store.database import Transaction
from penstock.telemetry import states
from penstock.telemetry.kinship import kin_of, step_job
from penstock.telemetry.model import Act, Attribute, Ended, Kin, Kind, part_key, part_of, run_key

OUTCOMES: Final[Mapping[str, Ended]] = {
    "Succeeded": "Succeeded", "Failed": "Failed", "Stopped": "Stopped", "Completed": "Succeeded",
    "CompletedWithFailures": "Succeeded",
}  # fmt: skip
PHASES: Final[Mapping[str, str]] = {
    "Starting": "starting", "Pending": "queued", "Downloading": "staging", "DownloadingTrainingImage": "building image",
    "Training": "running", "Uploading": "uploading", "Restarting": "restarting", "Stopping": "stopping",
}  # fmt: skip
HAVE_RUNS: Final = (
    ":training-job/",
    ":processing-job/",
    ":transform-job/",
    ":hyper-parameter-tuning-job/",
    ":automl-job/",
)
Account = Callable[[Transaction, "Seen"], Act]


class Seen:
    """A run that is looked at."""

    def __init__(self, run: RunId, view: View, when: Span, kin: Kin) -> None:
        self.run = run
        self.view = view
        self.when = when
        self.kin = kin
        self.key = run_key(run, when.began)
        outcome = view.outcome
        self.outcome: Ended | None = None if outcome is None else outcome.status

    def act(self, kind: Kind, name: str, *, reason: str, attributes: Mapping[str, Attribute]) -> Act:
        """The run as an act, without its parts."""
        return Act(
            key=self.key, kin=self.kin, kind=kind, name=name, began=self.when.began, ended=self.when.settled,
            outcome=self.outcome, reason=reason, attributes=attributes,
        )  # fmt: skip


def account(tx: Transaction, engine: Engine, run: RunId) -> Act | None:
    """None if the run is gone: it was deleted before anybody could tell of it."""
    view, when, kin = engine.look(tx, run), span(tx, run), kin_of(tx, engine, run)
    if view is None or when is None or kin is None:
        return None
    return ACCOUNTS[view.flow](tx, Seen(run, view, when, kin))


# ------------------------------------------------------------------------------------------------------ pipelines


def pipeline_execution(_: Transaction, seen: Seen) -> Act:
    state, plan = seen.view.state, seen.view.plan
    begin = state.begin
    execution = seen.act(
        "pipeline-execution",
        begin.pipeline_name,
        reason=state.reason,
        attributes={
            "aws.sagemaker.pipeline.arn": begin.pipeline_arn,
            "aws.sagemaker.pipeline.execution.arn": begin.arn,
            "aws.sagemaker.pipeline.execution.status": state.status,
        },
    )
    started = ((name, step) for name, step in state.steps.items() if step.status != "Skipped" and step.started_at)
    return replace(execution, parts=tuple(_step(execution, plan, name, step) for name, step in started))


def _step(execution: Act, plan: Any, name: str, step: Progress) -> Act:
    definition = plan.step(StepName(name))
    is_kept = bool(step.source or step.reused_from)
    attributes: dict[str, Attribute] = {
        "aws.sagemaker.pipeline.step.name": name,
        "aws.sagemaker.pipeline.step.type": type(definition).__name__,
        "aws.sagemaker.pipeline.step.attempts": step.attempt,
    }
    if step.arn:
        attributes["aws.sagemaker.pipeline.step.arn"] = step.arn
    if is_kept:
        attributes["aws.sagemaker.pipeline.step.answered_by"] = step.source or step.reused_from
    return Act(
        key=part_key(execution.key, name),
        kin=part_of(execution, step_job(execution.kin.job, name)),
        kind="step",
        name=name,
        began=step.started_at,
        ended=step.ended_at or execution.ended,
        outcome=OUTCOMES.get(step.status, execution.outcome),
        reason=step.reason,
        description=definition.description,
        attributes=attributes,
        is_told_by_itself=is_kept or not any(kind in step.arn for kind in HAVE_RUNS),
    )


# ------------------------------------------------------------------------------------------------------- jobs


def job(_: Transaction, seen: Seen) -> Act:
    """A training, processing or transform job, its phases as parts."""
    plan, state = seen.view.plan, seen.view.state
    body, document = described(plan, state), f"sagemaker/{plan.product}"
    reads = tuple(READS[document](body))
    attributes: dict[str, Attribute] = {
        f"aws.sagemaker.{plan.product.replace('-', '_')}.arn": plan.arn,
        "aws.sagemaker.job.status": str(body.get(NAMES[plan.product].status, "")),
        "aws.sagemaker.job.attempts": state.attempt,
    }
    if image := next((uri for uri, what in reads if what == "Image"), ""):
        attributes["container.image.name"] = image
    if state.report is not None:
        attributes["aws.sagemaker.job.end"] = state.report.reason
        if state.report.exit_code is not None:
            attributes["process.exit.code"] = state.report.exit_code
    act = seen.act(
        plan.product,
        plan.name,
        reason=state.verdict.failure_reason if state.verdict is not None else "",
        attributes=attributes,
    )
    return replace(
        act,
        reads=tuple(uri for uri, what in reads if what == "DataSet"),
        code=tuple(uri for uri, what in reads if what == "Code"),
        writes=tuple(uri for uri, _ in WRITES[document](body)) if seen.outcome in {"Succeeded", "Stopped"} else (),
        parts=tuple(_phases(act, state.phases)),
    )


def _phases(whole: Act, phases: tuple[Phase, ...]) -> Iterator[Act]:
    for phase, following in pairwise(phases):
        if (name := PHASES.get(phase.status)) is not None:
            yield Act(
                key=part_key(whole.key, f"{phase.attempt}/{phase.status}"),
                kin=part_of(whole, whole.kin.job),
                kind="phase",
                name=name,
                began=phase.at,
                ended=following.at,
                attributes={"aws.sagemaker.job.attempt": phase.attempt},
            )


def tuning_job(_: Transaction, seen: Seen) -> Act:
    plan, state = seen.view.plan, seen.view.state
    return seen.act(
        "tuning-job",
        plan.name,
        reason=state.failure,
        attributes={
            "aws.sagemaker.tuning_job.arn": plan.arn,
            "aws.sagemaker.tuning_job.strategy": plan.strategy,
            "aws.sagemaker.tuning_job.trials": len(state.trials),
        },
    )


def automl_job(_: Transaction, seen: Seen) -> Act:
    plan, state = seen.view.plan, seen.view.state
    return seen.act(
        "automl-job",
        plan.name,
        reason=state.failure,
        attributes={
            "aws.sagemaker.automl_job.arn": plan.arn,
            "aws.sagemaker.automl_job.mode": plan.mode,
            "aws.sagemaker.automl_job.status": state.secondary,
        },
    )


# ----------------------------------------------------------------------------------------------- state machines


def machine_execution(tx: Transaction, seen: Seen) -> Act:
    order, ended = seen.view.plan.order, seen.view.state.ended
    act = seen.act(
        "state-machine-execution",
        order.machine_name,
        reason="" if ended is None or not ended.error else f"{ended.error}: {ended.cause or ''}".removesuffix(": "),
        attributes={
            "aws.step_functions.state_machine.arn": order.machine,
            "aws.step_functions.execution.arn": order.arn,
            "aws.step_functions.execution.status": "RUNNING" if ended is None else ended.status,
        },
    )
    return act if seen.when.settled is None else replace(act, parts=tuple(states.of_execution(tx, act, order.arn)))


ACCOUNTS: Final[Mapping[str, Account]] = {
    PIPELINE: pipeline_execution,
    machines.NAME: machine_execution,
    "sagemaker.training-job": job,
    "sagemaker.processing-job": job,
    "sagemaker.transform-job": job,
    "sagemaker.tuning-job": tuning_job,
    AUTOML: automl_job,
}
