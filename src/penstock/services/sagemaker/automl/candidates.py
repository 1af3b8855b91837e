"""Candidates, as AutoML's model tells them, and what there is of them while a job searches."""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.services.sagemaker.automl import contract
from penstock.services.sagemaker.automl.model import SCORED, Candidate, Found, Json, Plan, State
from penstock.services.sagemaker.tuning import rows
from penstock.store import documents
from penstock.store.database import Transaction

TUNING: Final = ":hyper-parameter-tuning-job/"
EVERY: Final = 10_000  # more than a job may have


def told(plan: Plan, state: State, candidate: Candidate) -> dict[str, Json]:
    """A candidate as Describe and List tell it."""
    assert state.found is not None
    found = state.found
    under_way = candidate.status in ("InProgress", "Stopping")
    judged = "Pending" if under_way else "Failed" if candidate.objective is None else "Succeeded"
    answer = {
        "CandidateName": candidate.name,
        "FinalAutoMLJobObjectiveMetric": final(found, candidate),
        "ObjectiveStatus": judged,
        "CandidateSteps": [step("ProcessingJob", state.jobs["analyzing"]), step("TrainingJob", candidate.arn)],
        "CandidateStatus": candidate.status,
        "InferenceContainers": contract.containers(plan, found, candidate.name)
        if candidate.status == "Completed"
        else None,
        "CreationTime": candidate.created_at,
        "EndTime": candidate.ended_at,
        "LastModifiedTime": candidate.ended_at or candidate.created_at,
        "FailureReason": candidate.reason or None,
        "CandidateProperties": properties(plan, state, candidate),
    }
    return {key: value for key, value in answer.items() if value is not None}


def final(found: Found, candidate: Candidate) -> dict[str, Json] | None:
    if candidate.objective is None:
        return None
    name = found.metric_name
    return {"Type": found.direction, "MetricName": name, "Value": candidate.objective, "StandardMetricName": name}


def step(kind: str, arn: str) -> dict[str, str]:
    return {
        "CandidateStepType": f"AWS::SageMaker::{kind}",
        "CandidateStepArn": arn,
        "CandidateStepName": arn.rpartition("/")[2],
    }


def properties(plan: Plan, state: State, candidate: Candidate) -> dict[str, Json] | None:
    """Its metrics; of the best, where its reports are: `Explainability` is required of locations."""
    metrics = [
        {
            **({} if name == "LogLoss" else {"MetricName": name}),
            "StandardMetricName": name, "Value": value, "Set": "Validation",
        }
        for name, value in sorted(candidate.metrics.items())
    ]  # fmt: skip
    made: dict[str, Json] = {"CandidateMetrics": metrics} if metrics else {}
    if state.best is not None and candidate.name == state.best.name and "explaining" in state.reported:
        places = {"Explainability": contract.explainability(plan, candidate.name).uri}
        if "assessing" in state.reported:
            places["ModelInsights"] = contract.insights(plan, candidate.name).uri
        made["CandidateArtifactLocations"] = places
    return made or None


def metrics_of(job: Mapping[str, Json]) -> dict[str, float]:
    """What a training job has told, by the names of AutoML's model."""
    values = {each["MetricName"]: each["Value"] for each in job.get("FinalMetricDataList", ())}
    return {name: values[f"validation:{name}"] for name in SCORED if f"validation:{name}" in values}


def of_summary(summary: Mapping[str, Json], job: Mapping[str, Json] | None = None) -> Candidate:
    """A trial of the tuning job, as its list tells it."""
    final_metric = summary.get("FinalHyperParameterTuningJobObjectiveMetric")
    return Candidate(
        name=summary["TrainingJobName"],
        arn=summary["TrainingJobArn"],
        created_at=summary["CreationTime"],
        ended_at=summary.get("TrainingEndTime"),
        objective=None if final_metric is None else final_metric["Value"],
        metrics={} if job is None else metrics_of(job),
        status=summary["TrainingJobStatus"],
        reason=summary.get("FailureReason", ""),
    )


def of_training(found: Found, job: Mapping[str, Json]) -> Candidate:
    """A training job as Describe tells it."""
    metrics = metrics_of(job)
    return Candidate(
        name=job["TrainingJobName"],
        arn=job["TrainingJobArn"],
        created_at=job["CreationTime"],
        ended_at=job.get("TrainingEndTime"),
        objective=metrics.get(found.metric_name),
        metrics=metrics,
        status=job["TrainingJobStatus"],
        reason=job.get("FailureReason", ""),
    )


def arns_of(tx: Transaction, automl_job: str) -> tuple[str, ...]:
    """The processing and training jobs of a job, in the order in which they were begun."""
    return tuple(
        job for each in parts_of(tx, automl_job) for job in (rows.arns_of(tx, each) if TUNING in each else (each,))
    )


def parts_of(tx: Transaction, automl_job: str) -> tuple[str, ...]:
    """The processing, training and tuning jobs that a job has begun."""
    found = documents.find_by_arn(tx, automl_job)
    return () if found is None else tuple(found.body["Jobs"])


def every(tx: Transaction, state: State) -> Iterator[Candidate]:
    """All that there are by now, in the order in which they were begun."""
    if tuning := state.jobs.get("tuning"):
        found, _ = rows.page(tx, rows.Wanted(tuning_job=tuning, sort_by="CreationTime", limit=EVERY))
        for summary in found:
            job = documents.find_by_arn(tx, summary["TrainingJobArn"])
            yield of_summary(summary, None if job is None else job.body)
    if mixture := state.jobs.get("ensembling"):
        job = documents.find_by_arn(tx, mixture)
        if job is not None and state.found is not None:
            yield of_training(state.found, job.body)
