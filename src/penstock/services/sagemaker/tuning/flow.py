"""The flow of a tuning job: draw or ask for values, have them trained, learn what they came to, until enough. Pure.

    Started ──► Invoke 1/create ──► Watch 1/job (and, to stop early, Perform 1/follow) ──► Ended: its objective
       └──────► Perform 2/suggest ──► Invoke 2/create ──► …         a place is free: the next number

No trial is begun when there is a reason to end; trials that run are stopped then, and the last one to end ends the job.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Command,
    Done,
    Ended,
    Event,
    Finish,
    Fired,
    Invoke,
    Json,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Signalled,
    Started,
    Watch,
)
from penstock.engine.facts import Status as RunStatus
from penstock.services.sagemaker.announcing import TUNING_JOB, Announce, unheard
from penstock.services.sagemaker.tuning import answers, drawing, early, ending, rows
from penstock.services.sagemaker.tuning.model import Plan, State, Trial, TrialStatus, trial_name
from penstock.services.sagemaker.tuning.training import training_request
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.tuning-job"
SUGGEST: Final = "sagemaker.suggest-trial"
FOLLOW: Final = "sagemaker.follow-trial"
STOP: Final = "stop"  # signals
TOLD: Final = "told"
DEADLINE: Final = "deadline"
OUTCOMES: Final[dict[str, RunStatus]] = {"Completed": "Succeeded", "Failed": "Failed", "Stopped": "Stopped"}
ENDINGS: Final[dict[RunStatus, TrialStatus]] = {"Succeeded": "Completed", "Failed": "Failed", "Stopped": "Stopped"}

_plans: Final = msgspec.json.Decoder(Plan)


class TuningFlow:
    """Tuning jobs."""

    name = FLOW
    state_type = State

    def __init__(self, announce: Announce = unheard) -> None:
        self._announce = announce

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(modified_at=plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        after = taken_in(plan, state, event)
        if after is state:
            return state
        return replace(filled(plan, after, event.at), modified_at=event.at)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.is_over:
            yield Finish(Outcome(OUTCOMES[state.status], answers.outcome(plan, state)))
            return
        if plan.criteria.seconds is not None:
            yield SetTimer(DEADLINE, plan.created_at + plan.criteria.seconds)
        if state.asking:
            yield Perform(f"{state.asking}/suggest", SUGGEST, state.asking)
        for trial in state.trials:
            if not trial.is_over:
                yield from self._for(plan, state, trial)

    @staticmethod
    def _for(plan: Plan, state: State, trial: Trial) -> Iterator[Command]:
        """What is to be under way for a trial."""
        objective = plan.searches[trial.definition].objective
        if not trial.arn:
            request = training_request(plan.definitions[trial.definition], objective, trial)
            tagged = {**request, "Tags": list(plan.tags)} if plan.tags else request
            yield Invoke(f"{trial.number}/create", "sagemaker", "CreateTrainingJob", tagged)
            return
        yield Watch(f"{trial.number}/job", RunId(trial.arn))
        if plan.is_stopping_early:
            followed = {"Trial": trial.number, "TrainingJobName": trial.name, "Regex": objective.regex}
            yield Perform(f"{trial.number}/follow", FOLLOW, followed)
        if trial.is_hopeless or state.ending:
            yield Invoke(f"{trial.number}/stop", "sagemaker", "StopTrainingJob", {"TrainingJobName": trial.name})

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if after is before:
            return
        changed_to = answers.document(scope, plan, after)
        documents.update(tx, changed_to)
        if after.status != before.status or not before.seed:
            self._announce(tx, TUNING_JOB, changed_to, lambda: changed_to.body)
        known = len(before.trials)
        changed = [
            trial
            for place, trial in enumerate(after.trials)
            if trial.arn and (place >= known or trial is not before.trials[place])
        ]
        rows.keep(tx, plan, changed)


def taken_in(plan: Plan, state: State, event: Event) -> State:
    """The state with a fact in it; the same where it means nothing."""
    match event.fact:
        case Started():
            return replace(state, seed=event.chance if plan.seed is None else str(plan.seed))
        case Signalled(name=name) if name == STOP and state.status == "InProgress":
            return replace(state, ending="stop", status="Stopping")
        case Signalled(name=name, payload=payload) if name == TOLD:
            return with_values(plan, state, state.trials[payload["Trial"] - 1], payload)
        case Fired(key=key) if key == DEADLINE:
            return replace(state, ending=state.ending or "time")
        case Done(key=key, result=result):
            number, _, what = key.partition("/")
            return done(plan, state, int(number), what, result, at=event.at)
        case Ended(key=key, outcome=outcome):
            return with_end(plan, state, state.trials[int(key.partition("/")[0]) - 1], outcome, at=event.at)
        case Refused() as refused:
            return with_refusal(state, refused, at=event.at)
    return state


def done(plan: Plan, state: State, number: int, what: str, result: Json, *, at: float) -> State:
    if what == "suggest":
        state = replace(state, asking=0)
        return state if state.ending else begun(plan, state, number, result, at)
    if what == "create":
        return changed(state, replace(state.trials[number - 1], arn=result["TrainingJobArn"]))
    if what == "follow":
        return with_values(plan, state, state.trials[number - 1], result)
    return state


def begun(plan: Plan, state: State, number: int, values: drawing.Values, at: float) -> State:
    """The state with one more trial, whose training job is to be created."""
    name = trial_name(plan, state.seed, number)
    trial = Trial(number, drawing.definition_of(plan, number), name, values, at)
    return replace(state, trials=(*state.trials, trial))


def changed(state: State, trial: Trial) -> State:
    trials = list(state.trials)
    trials[trial.number - 1] = trial
    return replace(state, trials=tuple(trials))


def with_values(plan: Plan, state: State, trial: Trial, told: Json) -> State:
    """The state when a trial's log has shown more values of its objective metric."""
    after = early.told(plan, trial, told["First"], told["Values"])
    if after.told == trial.told:
        return state
    state = changed(state, after)
    for each in early.hopeless(plan, state, trial, after):
        state = changed(state, replace(each, is_hopeless=True))
    return state


def with_end(plan: Plan, state: State, trial: Trial, outcome: Outcome, *, at: float) -> State:
    """The state when a trial's training job has ended."""
    job = outcome.result
    metric = plan.searches[trial.definition].objective.metric
    final = [each["Value"] for each in job.get("FinalMetricDataList", ()) if each["MetricName"] == metric]
    after = replace(
        trial,
        status=ENDINGS[outcome.status],
        started_at=job.get("TrainingStartTime"),
        ended_at=job.get("TrainingEndTime", at),
        reason=job.get("FailureReason", ""),
        objective=final[-1] if final and outcome.status != "Failed" else None,
    )
    state = ending.counted(plan, changed(state, after), after, at)
    return replace(state, ending=state.ending or ending.reason_to_end(plan, state))


def with_refusal(state: State, refused: Refused, *, at: float) -> State:
    """The state when something was not done. A training job that ended before it could be stopped says so itself."""
    number, _, what = refused.key.partition("/")
    if what in ("stop", "follow"):
        return state
    reason = f"{'InternalServerError' if what == 'suggest' else 'ClientError'}: {refused.message}"
    state = replace(state, ending=state.ending or "failure", failure=state.failure or reason[:1024])
    if what == "suggest":
        return replace(state, asking=0)
    return changed(state, replace(state.trials[int(number) - 1], status="Failed", reason=reason[:1024], ended_at=at))


def filled(plan: Plan, state: State, at: float) -> State:
    """The state with as many trials begun as may be; over, if none is left and none may be."""
    running = sum(not trial.is_over for trial in state.trials)
    while not state.ending and not state.asking and running < plan.parallel and len(state.trials) < plan.most:
        number = len(state.trials) + 1
        values = drawing.drawn(plan, state, number)
        state = replace(state, asking=number) if values is None else begun(plan, state, number, values, at)
        running += 1
    return state if running or state.asking else ending.ended(state)
