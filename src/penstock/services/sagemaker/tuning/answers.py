"""What Describe and List tell of a tuning job and its training jobs: pure functions of what it was asked and where it
stands."""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.tuning.ending import trial_of
from penstock.services.sagemaker.tuning.model import KIND, Json, Plan, State, Trial
from penstock.store.documents import Document
from penstock.wire.call import Scope

SHOWN_TO_STEPS: Final = 50  # training jobs, best first, in the properties of a pipeline's step
INTERNAL_ERROR: Final = "InternalServerError"
_SUMMARY: Final = (
    "HyperParameterTuningJobName", "HyperParameterTuningJobArn", "HyperParameterTuningJobStatus", "CreationTime",
    "HyperParameterTuningEndTime", "LastModifiedTime", "TrainingJobStatusCounters", "ObjectiveStatusCounters",
)  # fmt: skip


def described(plan: Plan, state: State) -> dict[str, Json]:
    """Describe's answer; members that have no value yet are not in it."""
    answer = {
        **plan.request,
        "HyperParameterTuningJobName": plan.name,
        "HyperParameterTuningJobArn": plan.arn,
        "HyperParameterTuningJobStatus": state.status,
        "CreationTime": plan.created_at,
        "HyperParameterTuningEndTime": state.modified_at if state.is_over else None,
        "LastModifiedTime": state.modified_at,
        "TrainingJobStatusCounters": job_counters(state),
        "ObjectiveStatusCounters": objective_counters(state),
        "BestTrainingJob": best(plan, state),
        "OverallBestTrainingJob": overall_best(plan, state),
        "FailureReason": state.failure or None,
        "TuningJobCompletionDetails": completion(state),
        "ConsumedResources": {"RuntimeInSeconds": round(state.modified_at - plan.created_at)},
    }
    return {key: value for key, value in answer.items() if value is not None}


def outcome(plan: Plan, state: State) -> dict[str, Json]:
    """What watchers of the run are told: Describe's answer, and the best training jobs, best first, that pipelines'
    steps have as a property."""
    found = sorted((trial for trial in state.trials if trial.objective is not None), key=lambda each: rank(plan, each))
    summaries = [summarised(plan, trial) for trial in found[:SHOWN_TO_STEPS]]
    return {**described(plan, state), "TrainingJobSummaries": summaries}


def rank(plan: Plan, trial: Trial) -> float:
    """Low for the best."""
    value = trial.objective or 0.0
    return -value if plan.searches[trial.definition].objective.direction == "Maximize" else value


def job_counters(state: State) -> dict[str, int]:
    jobs = [trial for trial in state.trials if trial.arn]
    failed = [trial for trial in jobs if trial.status == "Failed"]
    retryable = sum(trial.reason.startswith(INTERNAL_ERROR) for trial in failed)
    return {
        "Completed": sum(trial.status == "Completed" for trial in jobs),
        "InProgress": sum(trial.status == "InProgress" for trial in jobs),
        "RetryableError": retryable,
        "NonRetryableError": len(failed) - retryable,
        "Stopped": sum(trial.status == "Stopped" for trial in jobs),
    }


def objective_counters(state: State) -> dict[str, int]:
    statuses = [objective_status(trial) for trial in state.trials if trial.arn]
    return {status: statuses.count(status) for status in ("Succeeded", "Pending", "Failed")}


def objective_status(trial: Trial) -> str:
    if not trial.is_over:
        return "Pending"
    return "Failed" if trial.objective is None else "Succeeded"


def completion(state: State) -> dict[str, Json]:
    told = {"NumberOfTrainingJobsObjectiveNotImproving": state.not_improving}
    return told if state.converged_at is None else {**told, "ConvergenceDetectedTime": state.converged_at}


def best(plan: Plan, state: State) -> dict[str, Json] | None:
    found = trial_of(state, state.best)
    return None if found is None else summarised(plan, found)


def overall_best(plan: Plan, state: State) -> dict[str, Json] | None:
    """The best of this job and its parents, where all of them were about the same data."""
    if plan.best_known is None:
        return None
    own = trial_of(state, state.best)
    known: float = plan.best_known["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    if own is None or own.objective is None:
        return plan.best_known
    is_better = plan.searches[own.definition].objective.is_better(own.objective, known)
    return summarised(plan, own) if is_better else plan.best_known


def summarised(plan: Plan, trial: Trial) -> dict[str, Json]:
    """A training job, as Describe's best and List's lines tell it."""
    objective = plan.searches[trial.definition].objective
    final = {"Type": objective.direction, "MetricName": objective.metric, "Value": trial.objective}
    told = {
        "TrainingJobDefinitionName": plan.definitions[trial.definition].get("DefinitionName"),
        "TrainingJobName": trial.name,
        "TrainingJobArn": trial.arn,
        "TuningJobName": plan.name,
        "CreationTime": trial.created_at,
        "TrainingStartTime": trial.started_at,
        "TrainingEndTime": trial.ended_at,
        "TrainingJobStatus": trial.status,
        "TunedHyperParameters": trial.values,
        "FailureReason": trial.reason or None,
        "FinalHyperParameterTuningJobObjectiveMetric": None if trial.objective is None else final,
        "ObjectiveStatus": objective_status(trial),
    }
    return {key: value for key, value in told.items() if value is not None}


def document(scope: Scope, plan: Plan, state: State, token: str = "") -> Document:
    """A tuning job as it is kept: the body is what Describe answers."""
    return Document(
        kind=KIND, scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at,
        modified_at=state.modified_at, status=state.status, token=token, body=described(plan, state),
    )  # fmt: skip


def line(found: Document) -> Mapping[str, Json]:
    """A line of ListHyperParameterTuningJobs."""
    config = found.body["HyperParameterTuningJobConfig"]
    told = {key: found.body[key] for key in _SUMMARY if key in found.body}
    return {**told, "Strategy": config["Strategy"], "ResourceLimits": config["ResourceLimits"]}
