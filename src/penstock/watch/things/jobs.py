"""Jobs of SageMaker's: what went in and came out, what was measured, and the log. Steps lead to them."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from penstock.watch.asking import SHOWN, Asker
from penstock.watch.model import Entry, Fact, Log, Sheet, Table, tone_of
from penstock.wire.call import Answer, Json


class Job(NamedTuple):
    """How the model calls the jobs of a kind: `Training` for DescribeTrainingJob, TrainingJobName, …"""

    operation: str
    prefix: str
    group: str


JOBS: Final = {
    "training-job": Job("DescribeTrainingJob", "TrainingJob", "/aws/sagemaker/TrainingJobs"),
    "processing-job": Job("DescribeProcessingJob", "ProcessingJob", "/aws/sagemaker/ProcessingJobs"),
    "transform-job": Job("DescribeTransformJob", "TransformJob", "/aws/sagemaker/TransformJobs"),
    "hyper-parameter-tuning-job": Job("DescribeHyperParameterTuningJob", "HyperParameterTuningJob", ""),
    "automl-job": Job("DescribeAutoMLJobV2", "AutoMLJob", ""),
}  # fmt: skip


async def about(asker: Asker, arn: str) -> Sheet:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    job = JOBS[kind]
    told = await asker.sagemaker(job.operation, **{f"{job.prefix}Name": name})
    status, named = told[f"{job.prefix}Status"], told[f"{job.prefix}Name"]
    start, end = (f"{job.prefix.removesuffix('Job')}{word}Time" for word in ("Start", "End"))
    tables = [
        Table(title="Metrics", facts=tuple(_metrics(told))),
        Table(title="Parameters", facts=tuple(_given(told))),
        Table(title="Inputs", facts=tuple(_inputs(told))),
        Table(title="Outputs", facts=tuple(_outputs(told))),
        Table(title="Trials", entries=tuple(await _trials(asker, kind, named))),
    ]
    return Sheet(
        kind="job", key=arn, name=named, status=status, tone=tone_of(status),
        began=told.get(start) or told["CreationTime"], ended=told.get(end) or 0.0, note=told.get("FailureReason", ""),
        tables=tuple(table for table in tables if table.facts or table.entries),
        log=Log(group=job.group, prefix=f"{named}/") if job.group else None,
    )  # fmt: skip


def _metrics(told: Answer) -> Iterator[Fact]:
    for each in told.get("FinalMetricDataList", ()):
        yield Fact(label=each["MetricName"], value=f"{each['Value']:.6g}")
    best = told.get("BestTrainingJob", {})
    if found := best.get("FinalHyperParameterTuningJobObjectiveMetric"):
        yield Fact(label=f"best {found['MetricName']}", value=f"{found['Value']:.6g}")


def _given(told: Answer) -> Iterator[Fact]:
    for name, value in told.get("HyperParameters", {}).items():
        yield Fact(label=name, value=str(value))
    if arguments := told.get("AppSpecification", {}).get("ContainerArguments"):
        yield Fact(label="arguments", value=" ".join(arguments))
    image = told.get("AlgorithmSpecification", told.get("AppSpecification", {}))
    if uri := image.get("TrainingImage") or image.get("ImageUri"):
        yield Fact(label="image", value=uri)


def _inputs(told: Answer) -> Iterator[Fact]:
    for each in told.get("InputDataConfig", ()) if isinstance(told.get("InputDataConfig"), list) else ():
        if source := each.get("DataSource", {}).get("S3DataSource"):
            yield Fact(label=each.get("ChannelName", "input"), value=source["S3Uri"])
    for each in told.get("ProcessingInputs", ()):
        if "S3Input" in each:
            yield Fact(label=each["InputName"], value=each["S3Input"]["S3Uri"])


def _outputs(told: Answer) -> Iterator[Fact]:
    if model := told.get("ModelArtifacts", {}).get("S3ModelArtifacts"):
        yield Fact(label="model", value=model)
    for each in told.get("ProcessingOutputConfig", {}).get("Outputs", ()):
        if "S3Output" in each:
            yield Fact(label=each["OutputName"], value=each["S3Output"]["S3Uri"])
    if path := told.get("TransformOutput", {}).get("S3OutputPath"):
        yield Fact(label="output", value=path)
    if exit_message := told.get("ExitMessage"):
        yield Fact(label="exit message", value=exit_message)


async def _trials(asker: Asker, kind: str, name: str) -> list[Entry]:
    """The training jobs of a tuning job."""
    if kind != "hyper-parameter-tuning-job":
        return []
    answer = await asker.sagemaker(
        "ListTrainingJobsForHyperParameterTuningJob", HyperParameterTuningJobName=name, MaxResults=SHOWN
    )
    return [_trial(each) for each in answer["TrainingJobSummaries"]]


def _trial(each: Json) -> Entry:
    metric = each.get("FinalHyperParameterTuningJobObjectiveMetric")
    tuned = ", ".join(f"{name}={value}" for name, value in each.get("TunedHyperParameters", {}).items())
    measured = f"{metric['MetricName']} {metric['Value']:.6g}" if metric else ""
    status = each["TrainingJobStatus"]
    return Entry(
        kind="job", key=each["TrainingJobArn"], name=each["TrainingJobName"], status=status, tone=tone_of(status),
        began=each.get("TrainingStartTime") or each["CreationTime"], ended=each.get("TrainingEndTime") or 0.0,
        changed=each.get("TrainingEndTime") or each["CreationTime"], note="; ".join(filter(None, (measured, tuned))),
    )  # fmt: skip
