"""Stories: executions, and jobs started outside of them, as their journals have them.

A step that was answered by the cache tells of the job that stands for it, a Tuning or AutoML step of all its jobs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from penstock.engine import journal
from penstock.engine.facts import RunId
from penstock.engine.journal import AnyFlow
from penstock.languages.pipeline.tree import (
    AnyStep,
    AutoML,
    Check,
    Condition,
    Fail,
    ForEach,
    Processing,
    StepName,
    Training,
    Transform,
    Tuning,
)
from penstock.services.sagemaker.automl import candidates
from penstock.services.sagemaker.automl.model import KIND as AUTOML_JOB
from penstock.services.sagemaker.jobs.flow import JobFlow
from penstock.services.sagemaker.jobs.model import Plan, Product, Record, Report, State
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.pipelines.flow import PipelineFlow
from penstock.services.sagemaker.pipelines.model import Execution, Progress
from penstock.services.sagemaker.pipelines.model import Plan as PipelinePlan
from penstock.services.sagemaker.tuning.model import KIND as TUNING_JOB
from penstock.services.sagemaker.tuning.rows import arns_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

Json = Any
PRODUCTS: Final[tuple[Product, ...]] = ("training-job", "processing-job", "transform-job")
PIPELINES: Final = PipelineFlow()
FLOWS: Final[Mapping[str, AnyFlow]] = {
    PIPELINES.name: PIPELINES,
    **{f"sagemaker.{each}": JobFlow(each) for each in PRODUCTS},
}
JOBS: Final = tuple(f"sagemaker/{product}" for product in PRODUCTS)
THINGS: Final = (rows.EXECUTION, *JOBS, TUNING_JOB, AUTOML_JOB)
TUNING: Final = ":hyper-parameter-tuning-job/"
AUTOML: Final = ":automl-job/"
Does = Literal["jobs", "decides", "effects"]


class Unknown(Exception):
    """Nothing goes by the name that was given; the message says which."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A job that ran, or runs: what it was started with, and how its last attempt ended."""

    plan: Plan
    scope: Scope
    status: str
    report: Report | None
    progress: Json = None  # of a transform job: what was pinned when it began, and how far it came

    @property
    def record(self) -> Record | None:
        return None if self.report is None else self.report.record

    @property
    def window(self) -> tuple[float, float]:
        """From when to when, in seconds since the epoch."""
        report = self.report
        began = report.started_at if report is not None and report.started_at else self.plan.created_at
        return began, report.ended_at if report is not None and report.ended_at else began


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of an execution. `source` is the execution whose run stands for it; `gone` are jobs that were deleted."""

    name: str
    type: str
    does: Does
    status: str
    seconds: float = 0.0
    cache: str = ""
    source: str = ""
    code: str = ""  # of the function that it called: the digest that Lambda tells
    outcome: Json = None  # what it answered: a condition's side, a function's outputs, an ARN
    jobs: tuple[Ran, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An execution, or a job by itself, which is its only step."""

    arn: str
    id: str
    pipeline: str
    status: str
    began_at: float
    ended_at: float
    steps: tuple[Step, ...]
    parameters: Mapping[str, Json] = field(default_factory=dict)
    definition: Json = None
    version: int | None = None


def find(tx: Transaction, words: str) -> Document:
    """What is meant: an execution or a job by its ARN, id or name, or a pipeline's latest. Raises `Unknown`."""
    found = [documents.find_by_arn(tx, words)] if words.startswith("arn:") else _named(tx, words)
    for each in found:
        if each is not None and each.kind in THINGS:
            return each
    raise Unknown(
        f"no execution or job goes by '{words}': give an ARN, the id of an execution, the name of a job, or that of "
        "a pipeline, whose latest execution is meant then"
    )


def _named(tx: Transaction, name: str) -> Iterator[Document]:
    for kind in THINGS:
        yield from documents.anywhere(tx, kind, name)
    for pipeline in documents.anywhere(tx, rows.PIPELINE, name):
        query = documents.Query(
            kind=rows.EXECUTION, scope=pipeline.scope, parent=name, order="created_at", descending=True, limit=1
        )
        yield from documents.page(tx, query).documents


def tell(tx: Transaction, found: Document) -> Story:
    """The story of what `find` found."""
    return _execution(tx, found) if found.kind == rows.EXECUTION else _lone(tx, found)


def _lone(tx: Transaction, found: Document) -> Story:
    """A job that is its own only step; of a tuning or AutoML job the steps are the jobs that it has made."""
    jobs, gone = _ran_all(tx, jobs_behind(tx, found.arn))
    steps = [
        Step(
            name=job.plan.name, type=job.plan.product, does="jobs", status=job.status,
            seconds=job.window[1] - job.window[0], jobs=(job,),
        )
        for job in jobs
    ]  # fmt: skip
    if gone:
        steps.append(Step(name="deleted", type="job", does="jobs", status="", gone=gone))
    return Story(
        arn=found.arn, id=found.name, pipeline="", status=found.status, began_at=found.created_at,
        ended_at=found.modified_at, steps=tuple(steps),
    )  # fmt: skip


def _execution(tx: Transaction, found: Document) -> Story:
    loaded = journal.load(tx, RunId(found.body["Run"]), FLOWS)
    assert loaded is not None
    plan: PipelinePlan = loaded.plan
    state: Execution = loaded.state
    assert state.begin is not None
    return Story(
        arn=found.arn,
        id=found.name,
        pipeline=found.parent,
        status=found.status,
        began_at=found.created_at,
        ended_at=found.modified_at,
        steps=tuple(_step(tx, plan, name, each) for name, each in state.steps.items() if each.status != "Skipped"),
        parameters=state.begin.parameters,
        definition=msgspec.json.decode(plan.text),
        version=found.body.get("PipelineVersionId"),
    )


def _step(tx: Transaction, plan: PipelinePlan, name: str, progress: Progress) -> Step:
    definition = plan.step(StepName(name))
    arns = jobs_behind(tx, progress.arn)
    jobs, gone = _ran_all(tx, arns)
    return Step(
        name=name,
        type=type(definition).__name__,
        does=_does(definition),
        status=progress.status,
        seconds=max(0.0, progress.ended_at - progress.started_at),
        cache=progress.cache,
        source=progress.source or progress.reused_from,
        code=progress.code,
        outcome=progress.outputs or (progress.arn if not arns else None) or progress.outcome,
        jobs=jobs,
        gone=gone,
    )


def _does(definition: AnyStep) -> Does:
    if isinstance(definition, Condition | Fail | ForEach):
        return "decides"
    return "jobs" if isinstance(definition, Processing | Check | Training | Tuning | AutoML | Transform) else "effects"


def jobs_behind(tx: Transaction, arn: str) -> tuple[str, ...]:
    """The jobs behind the ARN that a step has."""
    if AUTOML in arn:
        return candidates.arns_of(tx, arn)
    if TUNING in arn:
        return arns_of(tx, arn)
    return (arn,) if any(f":{product}/" in arn for product in PRODUCTS) else ()


def family(tx: Transaction, arn: str) -> tuple[str, ...]:
    """The jobs behind the ARN that a step has, and the tuning and AutoML jobs that they belong to; those first."""
    whole = (arn,) if TUNING in arn or AUTOML in arn else ()
    within = candidates.parts_of(tx, arn) if AUTOML in arn else ()
    return tuple(dict.fromkeys((*whole, *within, *jobs_behind(tx, arn))))


def _ran_all(tx: Transaction, arns: tuple[str, ...]) -> tuple[tuple[Ran, ...], tuple[str, ...]]:
    """The jobs of these ARNs, and the ARNs of those that were deleted."""
    found = {arn: ran(tx, arn) for arn in arns}
    jobs = tuple(job for job in found.values() if job is not None)
    return jobs, tuple(arn for arn, job in found.items() if job is None)


def ran(tx: Transaction, arn: str) -> Ran | None:
    """A job by its ARN; None if it was deleted."""
    loaded = journal.load(tx, RunId(arn), FLOWS)
    if loaded is None:
        return None
    state: State = loaded.state
    return Ran(loaded.plan, loaded.scope, state.status, state.report, state.progress)
