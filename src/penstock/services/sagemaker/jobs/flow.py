"""The flow of a job: run it, stop it when asked, judge the report, try again where the request says so. Pure.

    Started ──► Perform run-1 ──► Signalled "phase" … ──► Done run-1 ──► Finish
                    Signalled "stop" ──► Perform stop      └─ lost, and RetryStrategy ──► Perform run-2

A short job tells its phases with its report, so that it costs two commits: its beginning and its end.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Command,
    Done,
    Event,
    Finish,
    Json,
    Outcome,
    Perform,
    Refused,
    RunId,
    Signalled,
    Started,
)
from penstock.engine.facts import Status as RunStatus
from penstock.services.sagemaker import announcing
from penstock.services.sagemaker.announcing import Announce, Subject, unheard
from penstock.services.sagemaker.experiments import tracking
from penstock.services.sagemaker.jobs import byitself
from penstock.services.sagemaker.jobs.answers import described
from penstock.services.sagemaker.jobs.model import Ended, Phase, Plan, Product, Report, State, holder, kind_of
from penstock.services.sagemaker.jobs.verdict import is_worth_another_try, judge
from penstock.store import blobs, documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

RUN_JOB: Final = "sagemaker.run-job"
STOP_JOB: Final = "sagemaker.stop-job"
STOP: Final = "stop"
PHASE: Final = "phase"
PROGRESS: Final = "progress"
SUBJECTS: Final[Mapping[Product, Subject]] = {
    "training-job": announcing.TRAINING_JOB,
    "processing-job": announcing.PROCESSING_JOB,
    "transform-job": announcing.TRANSFORM_JOB,
}
OUTCOMES: Final[Mapping[Ended, RunStatus]] = {"Completed": "Succeeded", "Failed": "Failed", "Stopped": "Stopped"}

_plans: Final = msgspec.json.Decoder(Plan)


class JobFlow:
    """What runs of one product do; `settled` is told, after the commit, which of them have ended.

    `run` and `stop` are the activities that carry a job out, and end it. `because` is told why each attempt that counts
    has ended.
    """

    state_type = State

    def __init__(
        self,
        product: Product,
        settled: Callable[[RunId], None] = lambda _: None,
        *,
        run: str = RUN_JOB,
        stop: str = STOP_JOB,
        announce: Announce = unheard,
        because: Callable[[str, str], None] = lambda _flow, _reason: None,
    ) -> None:
        self.name = f"sagemaker.{product}"
        self._announce = announce
        self._because = because
        self._settled = settled
        self._run = run
        self._stop = stop

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(modified_at=plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Started():
                return entered(state, Phase("Starting", event.at), at=event.at)
            case Signalled(name, payload) if name == PHASE:
                return met(state, payload, at=event.at)
            case Signalled(name, payload) if name == PROGRESS:
                return replace(state, progress=payload)
            case Signalled(name) if name == STOP and not state.stopping:
                return replace(entered(state, Phase("Stopping", event.at, state.attempt), at=event.at), stopping=True)
            case Done(key, result) if key == run_key(state.attempt):
                return reported(plan, state, msgspec.convert(result, Report), at=event.at)
            case Refused(key, error, message) if key == run_key(state.attempt):
                return reported(plan, state, Report("bug", message=f"{error}: {message}"), at=event.at)
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.verdict is not None:
            yield Finish(Outcome(OUTCOMES[state.verdict.status], described(plan, state)))
            return
        work = {"attempt": state.attempt, "spent": state.spent, "plan": msgspec.to_builtins(plan)}
        yield Perform(run_key(state.attempt), self._run, work)
        if state.stopping:
            yield Perform("stop", self._stop)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before == after or not before.phases:  # what it begins with is kept by whoever starts the run
            return
        changed = document(scope, plan, after)
        documents.update(tx, changed)
        tracking.follow(tx, scope, plan.product, changed.body, changed.modified_at)
        if standing(plan, before) != standing(plan, after):
            self._announce(tx, SUBJECTS[plan.product], changed, lambda: changed.body)
        if after.verdict is not None:
            blobs.release(tx, holder(run))
            if after.report is not None and after.report.record is not None:
                blobs.hold_all(tx, after.report.record.digests, holder(run))
                byitself.keep(tx, scope, plan, after.report.record, after.modified_at)
            tx.after_commit(lambda: self._end(run, after))

    def _end(self, run: RunId, state: State) -> None:
        if state.report is not None:
            self._because(self.name, state.report.reason)
        self._settled(run)


def standing(plan: Plan, state: State) -> tuple[str, str]:
    """What EventBridge is told changes of: training's secondary statuses, too."""
    return state.status, state.secondary if plan.product == "training-job" else ""


def run_key(attempt: int) -> str:
    return f"run-{attempt}"


def document(scope: Scope, plan: Plan, state: State, token: str = "") -> documents.Document:
    """A job as it is kept: the body is what Describe answers."""
    return documents.Document(
        kind=kind_of(plan.product), scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at,
        modified_at=state.modified_at, status=state.status, token=token, body=described(plan, state),
    )  # fmt: skip


def entered(state: State, *phases: Phase, at: float) -> State:
    """The state with phases that it has not come to yet, in order of time; those it has keep their first time."""
    known = {(phase.attempt, phase.status): phase for phase in state.phases}
    merged = dict(known)
    for phase in phases:
        first = known.get((phase.attempt, phase.status), phase)
        merged[phase.attempt, phase.status] = replace(first, message=phase.message or first.message)
    if merged == known:
        return state
    return replace(state, phases=tuple(sorted(merged.values(), key=lambda phase: phase.at)), modified_at=at)


def met(state: State, payload: Json, *, at: float) -> State:
    """Progress, told while the job runs; a job that has been asked to stop stays Stopping to its end."""
    phases = msgspec.convert(payload, tuple[Phase, ...])
    return state if state.stopping else entered(state, *phases, at=at)


def reported(plan: Plan, state: State, report: Report, *, at: float) -> State:
    """An attempt has ended: judge it, or begin the next one."""
    state = entered(state, *report.phases, at=at)
    if is_worth_another_try(plan, report, attempt=state.attempt, stopping=state.stopping):
        again = Phase("Restarting", at, state.attempt + 1)
        spent = state.spent + at - next((phase.at for phase in report.phases if phase.status == "Training"), at)
        return replace(entered(state, again, at=at), attempt=state.attempt + 1, spent=spent)
    verdict = judge(plan, report, stopping=state.stopping)
    final = Phase(verdict.secondary, at, state.attempt)
    return replace(state, phases=(*state.phases, final), report=report, verdict=verdict, modified_at=at)
