"""What came of an execution: the value that the pipeline's function returned, and why steps failed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from penstock.cli.pipeline.target import Target
from penstock.pipeline import kinds
from penstock.pipeline.expressions import RESULT
from penstock.pipeline.graph import Call, Graph, Known, Many, Output, Property, Reference, Tuning

Json = Any
TOLD: Final = 20  # lines of a failed job's log
JOBS: Final = ("ProcessingJob", "TrainingJob")


def result_of(graph: Graph, steps: list[Json], target: Target) -> Json:
    """The returned value as far as it is JSON; the place in S3 of what is none."""
    return None if graph.result is None else _value(graph.result, {step["StepName"]: step for step in steps}, target)


def _value(reference: Reference, steps: Mapping[str, Json], target: Target) -> Json:
    match reference:
        case Known():
            return reference.value
        case Many(keys=None):
            return [_value(item, steps, target) for item in reference.items]
        case Many():
            pairs = zip(reference.keys or (), reference.items, strict=True)
            return {key: _value(item, steps, target) for key, item in pairs}
        case Output(name="") if reference.call.task.outputs:
            every = reference.call.task.outputs.items()
            return {name: _value(Output(reference.call, name, kind), steps, target) for name, kind in every}
        case Output(call=Call(tuning=None)):
            return _output(reference, steps, target)
        case Output(call=Call(tuning=Tuning(metric=metric))):
            return _best(reference, metric, steps, target)
        case Property():
            return _told(reference, steps)
    return None


def _told(reference: Property, steps: Mapping[str, Json]) -> Json:
    """The ARN of a model package, the name of an endpoint; nothing of a branch that was not taken."""
    metadata = steps.get(reference.node.name, {}).get("Metadata", {})
    arn = metadata.get("RegisterModel", {}).get("Arn") or metadata.get("Endpoint", {}).get("Arn")
    return arn if arn is None or reference.name.endswith("Arn") else arn.rpartition("/")[2]


def _output(reference: Output, steps: Mapping[str, Json], target: Target) -> Json:
    arn = steps.get(reference.call.name, {}).get("Metadata", {}).get("ProcessingJob", {}).get("Arn")
    if arn is None:
        return None  # of a branch that was not taken
    job = target.client("sagemaker").describe_processing_job(ProcessingJobName=arn.rpartition("/")[2])
    folder = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    uri = f"{folder}/{reference.name or RESULT}/"
    if not kinds.is_json(reference.type) or kinds.is_model(reference.type):
        return uri
    bucket, _, key = f"{uri}value.json".removeprefix("s3://").partition("/")
    told = json.loads(target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    value = told.get("value", uri)
    for part in reference.path:
        value = value[part]
    return value


def _best(reference: Output, metric: str, steps: Mapping[str, Json], target: Target) -> Json:
    """Of the best trial the metric; all else is in the archive that the trial left."""
    arn = steps.get(reference.call.name, {}).get("Metadata", {}).get("TuningJob", {}).get("Arn")
    if arn is None:
        return None  # of a branch that was not taken
    sagemaker = target.client("sagemaker")
    job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=arn.rpartition("/")[2])
    best = job["BestTrainingJob"]
    if reference.name == metric:
        return best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    trial = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    return trial["ModelArtifacts"]["S3ModelArtifacts"]


def failures(steps: list[Json], target: Target) -> Iterator[str]:
    """Why steps failed, and the last that their jobs said."""
    for step in steps:
        if step["StepStatus"] != "Failed":
            continue
        yield f"\n{step['StepName']} failed: {step.get('FailureReason', '')}"
        for kind, details in step.get("Metadata", {}).items():
            if kind in JOBS and "Arn" in details:
                yield from (f"  {line}" for line in said(target, kind, details["Arn"].rpartition("/")[2]))


def said(target: Target, kind: str, name: str) -> Iterator[str]:
    """The reason that a job gave, and the end of its log."""
    sagemaker = target.client("sagemaker")
    is_processing = kind == "ProcessingJob"
    job = (
        sagemaker.describe_processing_job(ProcessingJobName=name)
        if is_processing
        else sagemaker.describe_training_job(TrainingJobName=name)
    )
    yield from filter(None, [job.get("ExitMessage")])
    yield from last_lines(target, f"/aws/sagemaker/{kind}s", job[f"{kind}Name"])


def last_lines(target: Target, group: str, job: str) -> list[str]:
    logs = target.client("logs")
    try:
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{job}/")["logStreams"]
        events = [
            event
            for stream in streams
            for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], limit=TOLD)[
                "events"
            ]
        ]
    except ClientError:  # a job that never began has no log
        return []
    return [str(event["message"]) for event in events][-TOLD:]
