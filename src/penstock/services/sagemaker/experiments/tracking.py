"""Jobs as trial components: a job whose request has an `ExperimentConfig` is one, and tells there what it told.

The component is named after the job (`{job}-aws-training-job`); its document's parent is the job's ARN.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.services.sagemaker import remains
from penstock.services.sagemaker.experiments import entities, members
from penstock.services.sagemaker.experiments.entities import COMPONENT, EXPERIMENT, TRIAL
from penstock.services.sagemaker.people import user_context
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope, ValidationError

LONGEST_NAME: Final = 120
SOURCES: Final[Mapping[str, str]] = {  # the last part of AWS's `SourceType`, by the job's kind
    "training-job": "SageMakerTrainingJob",
    "processing-job": "SageMakerProcessingJob",
    "transform-job": "SageMakerTransformJob",
}


def ensure(tx: Transaction, scope: Scope, at: float, config: Mapping[str, str]) -> Document:
    """The trial that an `ExperimentConfig` names, with its experiment; both are made if they are not there."""
    experiment, trial = config["ExperimentName"], config["TrialName"]
    if entities.look(tx, scope, EXPERIMENT, experiment) is None:
        documents.insert(tx, _new(scope, EXPERIMENT, experiment, at))
    found = entities.look(tx, scope, TRIAL, trial)
    if found is None:
        name = entities.find(tx, scope, EXPERIMENT, experiment).name
        return documents.insert(tx, _new(scope, TRIAL, trial, at, parent=name))
    _must_be_of(found, experiment)
    return found


def begin(tx: Transaction, scope: Scope, kind: str, job: Mapping[str, Json]) -> None:
    """Track a new job (as its Describe operation answers it), if it names an experiment or a trial.

    Raises ResourceNotFound where there is no such experiment, trial or run. Without a trial it makes one, named
    after the job.
    """
    config = job.get("ExperimentConfig") or {}
    if "RunName" in config:
        _run(tx, scope, config.get("ExperimentName", ""), config["RunName"])
    if not ("ExperimentName" in config or "TrialName" in config):
        return
    trial = _trial(tx, scope, config, job["CreationTime"], _name(kind, job))
    component = _new(
        scope, COMPONENT, f"{_name(kind, job)}-aws-{kind}", job["CreationTime"], parent=_arn(kind, job),
        DisplayName=config.get("TrialComponentDisplayName", f"{_name(kind, job)}-aws-{kind}"),
        **told(kind, job),
    )  # fmt: skip
    documents.insert(tx, component)
    members.join(tx, trial, component, component.created_at)


def follow(tx: Transaction, scope: Scope, kind: str, job: Mapping[str, Json], at: float) -> None:
    """Tell the component what the job tells by now."""
    if not job.get("ExperimentConfig"):
        return
    found = entities.look(tx, scope, COMPONENT, f"{_name(kind, job)}-aws-{kind}")
    if found is not None and found.parent == _arn(kind, job):
        documents.update(tx, found.changed(at, **told(kind, job)))


def of_job(tx: Transaction, scope: Scope, name: str) -> Document | None:
    """The component of a job that named no experiment, by its name or ARN: it is told from the job, and not kept.

    A deleted job has one, too; that of a job whose name was used again ends in when the job was created.
    """
    name = name.rpartition("/")[2]
    for kind in SOURCES:
        job, is_component, began = name.rpartition(f"-aws-{kind}")
        if is_component:
            found = _job(tx, scope, f"{kind}/{job.lower()}", began.lstrip("-"))
            return None if found is None else untracked(found)
    return None


def _job(tx: Transaction, scope: Scope, resource: str, began: str) -> Document | None:
    arn = scope.arn("sagemaker", resource)
    live = None if began else documents.find_by_arn(tx, arn)
    if live is not None:
        return live
    gone = [kept.document for kept in remains.of(tx, scope, arn)]
    return next((job for job in reversed(gone) if began in ("", str(int(job.created_at)))), None)


def untracked(job: Document) -> Document:
    """A job as the component that it is, without a trial."""
    kind = job.kind.removeprefix("sagemaker/")
    name = f"{job.name}-aws-{kind}"
    component = _new(job.scope, COMPONENT, name, job.created_at, parent=job.arn, **told(kind, job.body))
    return component.changed(job.modified_at)


def is_followed(tx: Transaction, component: Document) -> bool:
    """Whether a job tells its component by itself, since it named an experiment."""
    job = documents.find_by_arn(tx, component.parent)
    return job is not None and bool(job.body.get("ExperimentConfig"))


def told(kind: str, job: Mapping[str, Json]) -> dict[str, Json]:
    """What a component says of a job."""
    word = _word(kind)
    status = job[f"{word}Status"]
    times = {"StartTime": job.get(f"{word[:-3]}StartTime"), "EndTime": job.get(f"{word[:-3]}EndTime")}
    return {
        "Source": {"SourceArn": _arn(kind, job), "SourceType": SOURCES[kind]},
        "Status": {"PrimaryStatus": status, "Message": job.get("FailureReason", f"Status: {status}")[:1024]},
        **{member: time for member, time in times.items() if time is not None},
        "Parameters": dict(_parameters(job)),
        "InputArtifacts": dict(_inputs(job)),
        "OutputArtifacts": dict(_outputs(job)),
        "Metrics": [_metric(kind, job, each) for each in job.get("FinalMetricDataList", ())],
    }


def _parameters(job: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    processing = job.get("ProcessingResources", {}).get("ClusterConfig", {})
    cluster = job.get("ResourceConfig") or job.get("TransformResources") or processing
    for member in ("InstanceType", "InstanceCount", "VolumeSizeInGB"):
        if member in cluster:
            yield f"SageMaker.{member}", _parameter(cluster[member])
    for name, value in job.get("HyperParameters", {}).items():
        yield name, _parameter(value)
    for name, value in job.get("Environment", {}).items():
        yield name, _parameter(value)


def _parameter(value: Json) -> dict[str, Json]:
    if isinstance(value, str):
        return {"StringValue": value[:2500]}
    return {"NumberValue": float(value)}


def _inputs(job: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    image = job.get("AlgorithmSpecification", {}).get("TrainingImage") or job.get("AppSpecification", {}).get(
        "ImageUri"
    )
    if image:
        yield "SageMaker.ImageUri", {"Value": image}
    for channel in job.get("InputDataConfig", ()):
        source = channel.get("DataSource", {}).get("S3DataSource")
        if source:
            media = {"MediaType": channel["ContentType"]} if channel.get("ContentType") else {}
            yield channel["ChannelName"], {"Value": source["S3Uri"], **media}
    if "TransformInput" in job:
        source = job["TransformInput"]["DataSource"]["S3DataSource"]
        yield "SageMaker.TransformInput", {"Value": source["S3Uri"]}
    for given in job.get("ProcessingInputs", ()):
        if "S3Input" in given:
            yield given["InputName"], {"Value": given["S3Input"]["S3Uri"]}


def _outputs(job: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    if "ModelArtifacts" in job:
        yield "SageMaker.ModelArtifact", {"Value": job["ModelArtifacts"]["S3ModelArtifacts"]}
    if "TransformOutput" in job:
        yield "SageMaker.TransformOutput", {"Value": job["TransformOutput"]["S3OutputPath"]}
    for given in job.get("ProcessingOutputConfig", {}).get("Outputs", ()):
        if "S3Output" in given:
            yield given["OutputName"], {"Value": given["S3Output"]["S3Uri"]}


def _metric(kind: str, job: Mapping[str, Json], final: Mapping[str, Json]) -> dict[str, Json]:
    value = final["Value"]
    return {
        "MetricName": final["MetricName"], "SourceArn": _arn(kind, job), "TimeStamp": final["Timestamp"], "Count": 1,
        "Min": value, "Max": value, "Avg": value, "Last": value, "StdDev": 0.0,
    }  # fmt: skip


def _run(tx: Transaction, scope: Scope, experiment: str, name: str) -> Document:
    """The component that a run is: the SDK names it after both, and gives as `RunName` the whole of that name."""
    own = entities.look(tx, scope, COMPONENT, f"{experiment}-{name}")
    return own or entities.find(tx, scope, COMPONENT, name)


def _trial(tx: Transaction, scope: Scope, config: Mapping[str, Json], at: float, job: str) -> Document:
    if "TrialName" in config:
        found = entities.find(tx, scope, TRIAL, config["TrialName"])
        _must_be_of(found, config.get("ExperimentName", found.parent))
        return found
    experiment = entities.find(tx, scope, EXPERIMENT, config["ExperimentName"])
    trial = f"{experiment.name}-{job}"[:LONGEST_NAME]
    return ensure(tx, scope, at, {"ExperimentName": experiment.name, "TrialName": trial})


def _must_be_of(trial: Document, experiment: str) -> None:
    if trial.parent.lower() != experiment.lower():
        raise ValidationError(f"Trial '{trial.name}' belongs to experiment '{trial.parent}', not to '{experiment}'.")


def _new(scope: Scope, kind: str, name: str, at: float, *, parent: str = "", **body: Json) -> Document:
    return Document(
        kind=kind, scope=scope, name=name, arn=entities.arn(scope, kind, name), parent=parent, created_at=at,
        modified_at=at, body={"DisplayName": name, "CreatedBy": user_context(scope), **body},
    )  # fmt: skip


def _word(kind: str) -> str:
    return kind.title().replace("-", "")


def _name(kind: str, job: Mapping[str, Json]) -> str:
    name: str = job[f"{_word(kind)}Name"]
    return name


def _arn(kind: str, job: Mapping[str, Json]) -> str:
    arn: str = job[f"{_word(kind)}Arn"]
    return arn
