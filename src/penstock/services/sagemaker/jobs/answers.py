"""What Describe and List tell of a job: a pure function of what it was started with and where it stands.

`described` is the body of the job's document and the result of its run; nothing else is kept about a job.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from penstock.services.sagemaker.jobs.model import LONGEST_REASON, Json, Phase, Place, Plan, Product, State
from penstock.store.documents import Document

NOT_TOLD: Final = frozenset({"Tags", "SessionChainingConfig"})  # in a request, and not in Describe's answer
MESSAGES: Final[Mapping[str, str]] = {
    "Starting": "Starting the training job",
    "Pending": "Waiting for free slots on this machine, or for the environment to be ready",
    "Restarting": "Restarting the training job",
    "Downloading": "Downloading input data",
    "DownloadingTrainingImage": "Building the environment that the training image stands for",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
}


def described(plan: Plan, state: State) -> dict[str, Json]:
    """Describe's answer; members that have no value yet are not in it."""
    answer = {key: value for key, value in plan.request.items() if key not in NOT_TOLD}
    answer |= PRODUCTS[plan.product](plan, state)
    return {key: value for key, value in answer.items() if value is not None}


def training(plan: Plan, state: State) -> dict[str, Json]:
    started, ended = span(state)
    seconds = None if started is None or ended is None else max(1, round(ended - started))
    has_model = state.verdict is not None and state.verdict.status != "Failed"
    return {
        "TrainingJobName": plan.name,
        "TrainingJobArn": plan.arn,
        "TuningJobArn": plan.tuning_job or None,
        "TrainingJobStatus": state.status,
        "SecondaryStatus": state.secondary,
        "SecondaryStatusTransitions": list(transitions(state)),
        "ModelArtifacts": {"S3ModelArtifacts": model_artifact(plan).uri} if has_model else None,
        "FinalMetricDataList": final_metrics(state),
        "CreationTime": plan.created_at,
        "LastModifiedTime": state.modified_at,
        "TrainingStartTime": started,
        "TrainingEndTime": ended,
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
        "FailureReason": failure_reason(state),
        "ProfilingStatus": "Disabled",  # whatever ProfilerConfig says: nothing here profiles
        "WarmPoolStatus": warm_pool(plan, state),
        "DebugRuleEvaluationStatuses": rule_statuses(plan, "DebugRuleConfigurations"),
        "ProfilerRuleEvaluationStatuses": rule_statuses(plan, "ProfilerRuleConfigurations"),
    }


def processing(plan: Plan, state: State) -> dict[str, Json]:
    report = state.report
    message = "" if report is None else report.exit_message[:LONGEST_REASON]
    return {
        "ProcessingJobName": plan.name,
        "ProcessingJobArn": plan.arn,
        "MonitoringScheduleArn": plan.schedule or None,
        "ProcessingJobStatus": state.status,
        "CreationTime": plan.created_at,
        "LastModifiedTime": state.modified_at,
        "ProcessingStartTime": began(state, "Training"),
        "ProcessingEndTime": None if state.verdict is None else state.modified_at,
        "ExitMessage": message or None,
        "FailureReason": failure_reason(state),
    }


def transform(plan: Plan, state: State) -> dict[str, Json]:
    return {
        "TransformJobName": plan.name,
        "TransformJobArn": plan.arn,
        "TransformJobStatus": state.status,
        "CreationTime": plan.created_at,
        "TransformStartTime": began(state, "Transforming"),
        "TransformEndTime": None if state.verdict is None else state.modified_at,
        "FailureReason": failure_reason(state),
    }


PRODUCTS: Final[Mapping[Product, Callable[[Plan, State], dict[str, Json]]]] = {
    "training-job": training,
    "processing-job": processing,
    "transform-job": transform,
}


def began(state: State, status: str) -> float | None:
    """When a phase was first come to."""
    return next((phase.at for phase in state.phases if phase.status == status), None)


def span(state: State) -> tuple[float | None, float | None]:
    """When instances were first busy with the job, and when the last of it was done."""
    started = next((phase.at for phase in state.phases if phase.status not in {"Starting", "Stopping"}), None)
    return started, None if state.verdict is None else state.modified_at


def transitions(state: State) -> Iterator[dict[str, Json]]:
    """Each secondary status with its time; it ends when the next one begins, the last one with the job."""
    last = None if state.verdict is None else Phase("", state.modified_at)
    for phase, following in pairwise((*state.phases, last)):
        assert phase is not None
        told = {
            "Status": phase.status,
            "StartTime": phase.at,
            "StatusMessage": phase.message or MESSAGES.get(phase.status, phase.status),
        }
        yield told if following is None else {**told, "EndTime": following.at}


def final_metrics(state: State) -> list[dict[str, Json]] | None:
    if state.report is None or not state.report.metrics:
        return None
    return [
        {"MetricName": metric.name, "Value": metric.value, "Timestamp": metric.at} for metric in state.report.metrics
    ]


def failure_reason(state: State) -> str | None:
    return None if state.verdict is None else state.verdict.failure_reason or None


def warm_pool(plan: Plan, state: State) -> dict[str, Json] | None:
    """Instances are processes here: none is kept when the job is over, and nothing is billed for keeping it."""
    if not plan.request["ResourceConfig"].get("KeepAlivePeriodInSeconds"):
        return None
    if state.verdict is None:
        return {"Status": "InUse"}
    return {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 0}


def rule_statuses(plan: Plan, member: str) -> list[dict[str, Json]] | None:
    """Rules are kept, and not evaluated; who waits for one learns so."""
    rules = plan.request.get(member)
    return rules and [
        {
            "RuleConfigurationName": rule["RuleConfigurationName"],
            "RuleEvaluationStatus": "Stopped",
            "StatusDetails": "Penstock does not evaluate rules.",
            "LastModifiedTime": plan.created_at,
        }
        for rule in rules
    ]


def model_artifact(plan: Plan) -> Place:
    """Where a training job's model goes: one archive, or a folder where `CompressionType` is NONE."""
    config = plan.request["OutputDataConfig"]
    output = Place.of(config["S3OutputPath"], "OutputDataConfig.S3OutputPath").under(f"{plan.name}/output")
    return output.under("model/" if config.get("CompressionType") == "NONE" else "model.tar.gz")


SUMMARY: Final[Mapping[Product, tuple[str, ...]]] = {
    "training-job": (
        "TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime", "TrainingJobStatus",
        "SecondaryStatus", "WarmPoolStatus",
    ),
    "processing-job": (
        "ProcessingJobName", "ProcessingJobArn", "CreationTime", "ProcessingEndTime", "ProcessingJobStatus",
        "FailureReason", "ExitMessage",
    ),
    "transform-job": (
        "TransformJobName", "TransformJobArn", "CreationTime", "TransformEndTime", "TransformJobStatus",
        "FailureReason",
    ),
}  # fmt: skip


def summarised(product: Product, document: Document) -> dict[str, Json]:
    """A line of List's answer."""
    told = {key: document.body[key] for key in SUMMARY[product] if key in document.body}
    told["LastModifiedTime"] = document.modified_at
    plan_arn = document.body.get("ResourceConfig", {}).get("TrainingPlanArn")
    return told if plan_arn is None else {**told, "TrainingPlanArn": plan_arn}
