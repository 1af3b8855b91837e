"""The flow of a job: look at the data, search, mix, report, deploy. Pure.

    analyzing ──► tuning ──► choosing ──► (ensembling) ──► explaining ──► assessing ──► (deploying) ──► over
        │            └ "ending": what is under way is stopped, and the best so far is the best
        └ whose failure is the job's; what fails after the search is told as partial

A phase's keys begin with its name: `tuning/create`, `tuning/job`, `tuning/stop`.
"""

from collections.abc import Callable, Iterator, Mapping
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
from penstock.services.sagemaker.automl import answers, candidates, contract, tracking
from penstock.services.sagemaker.automl.model import (
    LONGEST_REASON,
    Candidate,
    Deploying,
    Found,
    Json,
    Partial,
    Phase,
    Plan,
    State,
    Status,
)
from penstock.services.sagemaker.pipelines.deploying import AWAIT_ENDPOINT
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.automl-job"
STOP: Final = "stop"
DEADLINE: Final = "deadline"
OUTCOMES: Final[Mapping[str, RunStatus]] = {"Completed": "Succeeded", "Failed": "Failed", "Stopped": "Stopped"}
JOBS: Final[Mapping[Phase, str]] = {
    "analyzing": "ProcessingJob",
    "tuning": "HyperParameterTuningJob",
    "ensembling": "TrainingJob",
    "explaining": "ProcessingJob",
    "assessing": "ProcessingJob",
}
REQUESTS: Final[Mapping[Phase, Callable[[Plan, State], dict[str, Json]]]] = {
    "analyzing": contract.exploration,
    "tuning": contract.tuning,
    "ensembling": contract.ensemble,
    "explaining": lambda plan, state: contract.report(plan, state, "explain"),
    "assessing": lambda plan, state: contract.report(plan, state, "assess"),
}
SECONDARY: Final[Mapping[Phase, str]] = {
    "ensembling": "TrainingModels",
    "explaining": "GeneratingExplainabilityReport",
    "assessing": "GeneratingModelInsightsReport",
    "deploying": "DeployingModel",
}
ERRORS: Final[Mapping[Phase, str]] = {
    "ensembling": "Completed",
    "explaining": "ExplainabilityError",
    "assessing": "ModelInsightsError",
    "deploying": "ModelDeploymentError",
}
NEXT: Final[Mapping[Deploying, Deploying]] = {
    "CreateModel": "CreateEndpointConfig",
    "CreateEndpointConfig": "CreateEndpoint",
    "CreateEndpoint": "settling",
}
NO_TIME: Final = "MaxAutoMLJobRuntimeInSeconds were over before a candidate was trained."

_plans: Final = msgspec.json.Decoder(Plan)


class AutoMLFlow:
    """AutoML jobs."""

    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(modified_at=plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        after = moved(plan, state, event)
        return state if after is state else replace(after, modified_at=event.at)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.is_over:
            yield Finish(Outcome(OUTCOMES[state.status], answers.outcome(plan, state)))
            return
        if seconds := plan.criteria.get("MaxAutoMLJobRuntimeInSeconds"):
            yield SetTimer(DEADLINE, plan.created_at + seconds)
        if state.phase == "choosing":
            chosen = {"TrainingJobName": state.scored[0].name}
            yield Invoke("choosing/describe", "sagemaker", "DescribeTrainingJob", chosen)
        elif state.phase == "deploying":
            yield deployment(plan, state)
        else:
            yield from job(plan, state)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if after is before:
            return
        documents.update(tx, answers.document(scope, plan, after))
        if before.phase == "tuning" and after.phase != "tuning":
            tracking.join(tx, scope, plan, candidates.every(tx, after))


def job(plan: Plan, state: State) -> Iterator[Command]:
    """What is to be under way in a phase that has a job."""
    phase, kind = state.phase, JOBS[state.phase]
    yield Invoke(f"{phase}/create", "sagemaker", f"Create{kind}", REQUESTS[phase](plan, state))
    if state.job:
        yield Watch(f"{phase}/job", RunId(state.job))
    if state.job and state.ending:
        name = REQUESTS[phase](plan, state)[f"{kind}Name"]
        yield Invoke(f"{phase}/stop", "sagemaker", f"Stop{kind}", {f"{kind}Name": name})


def deployment(plan: Plan, state: State) -> Command:
    if state.deploying == "settling":
        return Perform("deploying/settling", AWAIT_ENDPOINT, {"EndpointName": contract.endpoint(plan, state)})
    operation, request = contract.deployment(plan, state)
    return Invoke(f"deploying/{operation}", "sagemaker", operation, request)


# ------------------------------------------------------------------------------------------------------- deciding


def moved(plan: Plan, state: State, event: Event) -> State:
    """The state after a fact; the same where it means nothing."""
    match event.fact:
        case Started():
            return replace(state, seed=event.chance)
        case Signalled(name=name) if name == STOP and state.status == "InProgress":
            return ending(replace(state, ending="stop", status="Stopping", secondary="Stopping"))
        case Fired(key=key) if key == DEADLINE and state.ending is None:
            return ending(replace(state, ending="time"))
        case Done(key=key, result=result) if key.startswith(f"{state.phase}/"):
            return done(plan, state, key.partition("/")[2], result)
        case Ended(key=key, outcome=outcome) if key == f"{state.phase}/job":
            return with_end(plan, state, outcome)
        case Refused(key=key, message=message) if key.startswith(f"{state.phase}/") and not key.endswith("/stop"):
            return with_failure(plan, state, message)
    return state


def ending(state: State) -> State:
    """An endpoint is not waited for when a job is to end: it goes on by itself."""
    return over(state) if state.phase == "deploying" else state


def done(plan: Plan, state: State, what: str, result: Json) -> State:
    if what == "create":
        arn = result[f"{JOBS[state.phase]}Arn"]
        begun = replace(state, jobs={**state.jobs, state.phase: arn})
        return begun if state.ending else replace(begun, secondary=secondary(state))
    if what == "describe":
        assert state.found is not None
        return onward(plan, replace(state, best=candidates.of_training(state.found, result)))
    if state.phase == "deploying" and what == state.deploying:
        return deployed(plan, state, result)
    return state


def deployed(plan: Plan, state: State, result: Json) -> State:
    """One more thing on the way to an endpoint is there."""
    if state.deploying != "settling":
        return replace(state, deploying=NEXT[state.deploying])
    if result["EndpointStatus"] == "InService":
        return over(replace(state, endpoint=result["EndpointName"]))
    reason = result.get("FailureReason") or f"The endpoint is {result['EndpointStatus']}."
    return with_failure(plan, state, reason)


def with_end(plan: Plan, state: State, outcome: Outcome) -> State:
    """The state when the job of its phase has ended."""
    told = outcome.result or {}
    if state.phase == "tuning":
        return searched(plan, state, told)
    if outcome.status != "Succeeded":
        if state.ending:
            return over(state)
        return with_failure(plan, state, told.get("ExitMessage") or told.get("FailureReason") or "It was stopped.")
    if state.phase == "analyzing":
        return explored(plan, state, told.get("ExitMessage", ""))
    if state.phase == "ensembling":
        return onward(plan, mixed(state, told))
    return onward(plan, replace(state, reported=(*state.reported, state.phase)))


def explored(plan: Plan, state: State, message: str) -> State:
    """The state when the exploration has said what it found."""
    try:
        return onward(plan, replace(state, found=msgspec.json.decode(message, type=Found)))
    except msgspec.DecodeError:
        return with_failure(plan, state, f"The exploration did not say what it found, but: '{message}'")


def searched(plan: Plan, state: State, told: Mapping[str, Json]) -> State:
    """The state when the tuning job has ended, however: what it has found counts."""
    found = [candidates.of_summary(each) for each in told.get("TrainingJobSummaries", ())]
    good = tuple(each for each in found if each.status == "Completed")[: contract.MIXED]
    if good:
        return onward(plan, replace(state, scored=good))
    if state.ending:
        return over(state)
    return with_failure(plan, state, told.get("FailureReason") or "No candidate was trained.")


def mixed(state: State, told: Mapping[str, Json]) -> State:
    assert state.found is not None
    assert state.best is not None
    made = candidates.of_training(state.found, told)
    return replace(state, ensemble=made, best=better(state.found, state.best, made))


def better(found: Found, one: Candidate, other: Candidate) -> Candidate:
    """The other only if it is better, so that what is simpler is preferred."""
    if one.objective is None or other.objective is None:
        return one if other.objective is None else other
    return other if found.is_better(other.objective, one.objective) else one


def with_failure(plan: Plan, state: State, message: str) -> State:
    """What fails before there is a best candidate fails the job; the rest is told, and the job goes on."""
    reason = message[:LONGEST_REASON]
    if state.phase not in ERRORS:
        return over(state, reason)
    failed = Partial(ERRORS[state.phase], f"{state.phase}: {reason}"[:LONGEST_REASON])
    return onward(plan, replace(state, partial=(*state.partial, failed)))


def onward(plan: Plan, state: State) -> State:
    """The state in the phase that comes next."""
    phase = following(plan, state)
    if phase == "over":
        return over(state)
    return replace(state, phase=phase, secondary="Stopping" if state.ending == "stop" else secondary(state, phase))


def following(plan: Plan, state: State) -> Phase:
    if state.phase == "tuning":
        return "choosing"  # even when it is to end: a best candidate has its metrics
    assert state.found is not None
    if state.ending or (state.phase == "analyzing" and plan.only_definitions):
        return "over"
    match state.phase:
        case "analyzing":
            return "tuning"
        case "choosing" if contract.is_mixing(plan, state.found) and len(state.scored) > 1:
            return "ensembling"
        case "choosing" | "ensembling":
            return "explaining"
        case "explaining":
            return "assessing"
        case "assessing" if plan.endpoint is not None:
            return "deploying"
    return "over"


def secondary(state: State, phase: Phase | None = None) -> str:
    """What customers see of a phase."""
    phase = phase or state.phase
    if phase in ("tuning", "choosing"):
        assert state.found is not None
        return "TrainingModels" if state.found.mode == "ENSEMBLING" else "ModelTuning"
    return SECONDARY.get(phase, "AnalyzingData")


def over(state: State, failure: str = "") -> State:
    """The state at its end: `failure` is why there is no candidate, if there is none."""
    status: Status = "Completed"
    if state.ending == "time" and state.best is None:
        failure = failure or NO_TIME
    if state.ending == "stop":
        status, second, failure = "Stopped", "Stopped", ""
    elif failure:
        status, second = "Failed", "Failed"
    elif state.ending:
        second = "MaxAutoMLJobRuntimeReached"
    elif state.best is None:
        second = "CandidateDefinitionsGenerated"
    else:
        second = next((each.secondary for each in state.partial if each.secondary != "Completed"), "Completed")
    return replace(state, phase="over", status=status, secondary=second, failure=failure)
