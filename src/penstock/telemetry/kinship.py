"""Kinship: what a run is part of, read off the token of the call that started it (`run#key`), and so on to the top."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.milestones import span
from penstock.services.sagemaker.automl.flow import FLOW as AUTOML
from penstock.services.sagemaker.pipelines.flow import FLOW as PIPELINE
from penstock.services.sagemaker.pipelines.origin import origin_of
from penstock.services.stepfunctions import flow as machines
from penstock.services.stepfunctions.mapruns import rows as mapruns
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.telemetry.model import Kin, Named, part_key, run_key

TUNING: Final = "sagemaker.tuning-job"
JOBS: Final = ("sagemaker.training-job", "sagemaker.processing-job", "sagemaker.transform-job", TUNING, AUTOML)
FLOWS: Final = frozenset({PIPELINE, machines.NAME, *JOBS})  # whose runs are told of
DEEPEST: Final = 32  # what starts what: a bound, as machines may start one another


@dataclass(frozen=True, slots=True)
class Link:
    """A run, its key, what it is called, and the step of the run above that had it started, if that has steps."""

    key: str
    flow: str
    name: str
    step: str


def kin_of(tx: Transaction, engine: Engine, run: RunId) -> Kin | None:
    """None if the run is gone."""
    line = list(_line(tx, engine, run))
    if not line:
        return None
    named: list[Named] = []  # from the top down
    for link in reversed(line):
        above = named[-1].job if named else ""
        named.append(Named(link.key, job_of(link, above)))
    own = named[-1]
    if len(named) == 1:
        return Kin(own.job, root=own)
    step = line[0].step
    asker = named[-2]
    return Kin(own.job, root=named[0], asker=asker, parent=part_key(asker.key, step) if step else asker.key)


def job_of(link: Link, above: str) -> str:
    """What a run is one more run of: its pipeline or machine; a step of what is above it; or just its own name."""
    if link.flow in {PIPELINE, machines.NAME} or not above:
        return link.name
    return step_job(above, link.step or link.flow.rpartition(".")[2])


def step_job(pipeline: str, step: str) -> str:
    return f"{pipeline}.{step}"


def _line(tx: Transaction, engine: Engine, run: RunId) -> Iterator[Link]:
    """A run, who had it started, and so on up to what nobody did that is told of, or that is gone."""
    here: RunId | None = run
    for _ in range(DEEPEST):
        seen = engine.look(tx, here) if here else None
        when = span(tx, here) if here and seen is not None and seen.flow in FLOWS else None
        if here is None or seen is None or when is None:
            return
        token = _token(tx, engine, here)
        origin = origin_of(token)
        yield Link(
            run_key(here, when.began), seen.flow, name_of(seen.flow, seen.plan, here), origin.step if origin else ""
        )
        here = RunId(token.rpartition("#")[0])


def name_of(flow: str, plan: object, run: RunId) -> str:
    """A pipeline's, a machine's, a job's: what its run's id ends with, but for an execution's."""
    if flow == PIPELINE:
        return run.partition(":pipeline/")[2].partition("/")[0]
    if flow == machines.NAME:
        return str(plan.order.machine_name)  # type: ignore[attr-defined]
    return str(plan.name)  # type: ignore[attr-defined]


def _token(tx: Transaction, engine: Engine, run: RunId) -> str:
    """What the call that started a run said of who placed it; a retried execution has its first one's."""
    found = documents.find_by_arn(tx, run.partition("#")[0])
    if found is not None:
        return found.token
    seen = engine.look(tx, run)
    if seen is None or seen.flow != machines.NAME:
        return ""
    order = seen.plan.order
    if order.map_run is None:
        return str(order.token)
    map_run = mapruns.find(tx, order.map_run)
    return f"{map_run.execution}#map" if map_run is not None else ""
