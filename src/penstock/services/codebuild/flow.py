"""The flow of a build: fetch what it begins with, run it, judge how it ended. Pure, but for `reflect`.

Started ──► Perform fetch ──► Done ──► Perform run ──► Signalled "told" … ──► Done ──► Finish
                    Signalled "stop" ──► Perform stop
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Signalled
from penstock.engine.facts import Status as RunStatus
from penstock.services.codebuild import places
from penstock.services.codebuild.announcing import Announce, unheard
from penstock.services.codebuild.answers import described
from penstock.services.codebuild.model import BUILD, Fetched, Plan, Report, State, Status, Trouble, holder
from penstock.store import blobs, documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

FLOW: Final = "codebuild.build"
FETCH: Final = "codebuild.fetch"
RUN: Final = "codebuild.run"
STOP_JOB: Final = "codebuild.stop"
STOP: Final = "stop"
TOLD: Final = "told"
ENDS: Final[Mapping[str, Status]] = {
    "timed-out": "TIMED_OUT", "queued-too-long": "TIMED_OUT", "stopped": "STOPPED", "lost": "FAULT", "bug": "FAULT",
}  # fmt: skip
OUTCOMES: Final[Mapping[Status, RunStatus]] = {"SUCCEEDED": "Succeeded", "STOPPED": "Stopped"}

Again = Callable[[Transaction, Scope, Plan, float], str]  # a build that has failed, and when; the next one's ARN


def never(tx: Transaction, scope: Scope, plan: Plan, at: float) -> str:  # noqa: ARG001
    """Where builds are not retried."""
    return ""


_plans: Final = msgspec.json.Decoder(Plan)


class BuildFlow:
    """`settled` is told, after the commit, of a build whose job need not be remembered any more; `again` retries."""

    name = FLOW
    state_type = State

    def __init__(
        self, settled: Callable[[RunId], None] = lambda _: None, announce: Announce = unheard, again: Again = never
    ) -> None:
        self._settled = settled
        self._announce = announce
        self._again = again

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Signalled(name) if name == STOP:
                return replace(state, is_stopping=True)
            case Signalled(name, payload) if name == TOLD and state.report is None:
                began_at = state.began_at or payload["began_at"]  # a job is found again, and begins once
                return replace(state, began_at=began_at, told=payload["told"] or state.told)
            case Done("fetch", result):
                fetched = msgspec.convert(result, Fetched)
                state = replace(state, fetched=fetched)
                if state.is_stopping:
                    return ended(state, Report("stopped"), event.at)
                return state if fetched.trouble is None else ended(state, failed_early(fetched.trouble), event.at)
            case Done("run", result):
                return ended(state, msgspec.convert(result, Report), event.at)
            case Refused("fetch" | "run", error, message):
                return ended(state, Report("bug", message=f"{error}: {message}"), event.at)
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.ended_at is not None:
            yield Finish(Outcome(OUTCOMES.get(state.status, "Failed"), described(plan, state)))
            return
        yield Perform("fetch", FETCH, msgspec.to_builtins(plan))
        if state.fetched is None:
            return
        yield Perform("run", RUN, {"plan": msgspec.to_builtins(plan), "fetched": msgspec.to_builtins(state.fetched)})
        if state.is_stopping:
            yield Perform("stop", STOP_JOB)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before == after:
            return
        changed = document(scope, plan, after)
        documents.update(tx, changed)
        self._announce(tx, changed, described(plan, before))
        if after.ended_at is not None:
            blobs.release(tx, holder(run))
            places.give_back(tx, scope, plan)
            tx.after_commit(lambda: self._settled(run))
            if has_tries_left(plan, after) and (following := self._again(tx, scope, plan, after.ended_at)):
                retries = {**plan.build["autoRetryConfig"], "nextAutoRetry": following}
                documents.update(tx, changed.changed(changed.modified_at, autoRetryConfig=retries))


def has_tries_left(plan: Plan, state: State) -> bool:
    """Whether a build has failed that is retried by itself; what was stopped, or took too long, has not."""
    retries = plan.build.get("autoRetryConfig", {"autoRetryLimit": 0, "autoRetryNumber": 0})
    return state.status in ("FAILED", "FAULT") and retries["autoRetryNumber"] < int(retries["autoRetryLimit"])


def document(scope: Scope, plan: Plan, state: State) -> Document:
    """A build as it is kept: the body is what BatchGetBuilds answers."""
    return Document(
        kind=BUILD, scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at,
        modified_at=state.ended_at or state.began_at or plan.created_at, parent=plan.project, status=state.status,
        body=described(plan, state),
    )  # fmt: skip


def failed_early(trouble: Trouble) -> Report:
    """A build whose job has never been started."""
    return Report("exited", exit_code=1, trouble=trouble)


def ended(state: State, report: Report, at: float) -> State:
    return replace(
        state, report=report, began_at=state.began_at or report.began_at, told=report.told or state.told,
        status=verdict(report), ended_at=at,
    )  # fmt: skip


def verdict(report: Report) -> Status:
    if report.reason in ENDS:
        return ENDS[report.reason]
    good = report.reason == "exited" and report.exit_code == 0 and report.trouble is None
    return "SUCCEEDED" if good else "FAILED"
