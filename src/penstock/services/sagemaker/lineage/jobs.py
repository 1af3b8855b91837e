"""Jobs in the graph: each is a trial component, what it read contributed to it, and it produced what it wrote.

    DataSet, Image, Code ──ContributedTo──► TrainingJob ──Produced──► Model
    HyperParameterTuningJob ──AssociatedWith──► its training jobs

A job that is under way, or has failed, has produced nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from penstock.services.sagemaker.jobs.byitself import Objects
from penstock.services.sagemaker.lineage.drawing import Drawing
from penstock.services.sagemaker.lineage.lives import Life
from penstock.services.sagemaker.lineage.model import arn_of, entity_name
from penstock.store.documents import Document
from penstock.wire.call import Json
from penstock.wire.times import iso

TRAINING: Final = "sagemaker/training-job"
PROCESSING: Final = "sagemaker/processing-job"
TRANSFORM: Final = "sagemaker/transform-job"
TUNING: Final = "sagemaker/hyper-parameter-tuning-job"
TYPES: Final[Mapping[str, str]] = {TRAINING: "TrainingJob", PROCESSING: "ProcessingJob", TRANSFORM: "TransformJob"}
WROTE: Final = frozenset({"Completed", "Stopped"})
STATUSES: Final = frozenset({"InProgress", "Completed", "Failed", "Stopping", "Stopped"})
CHANNELS: Final = "/opt/ml/input/data"
SUBMITTED: Final = "sagemaker_submit_directory"
Use = tuple[str, str]  # a URI, and the type of its artifact


def tuning_action(tuning: Document) -> str:
    """The ARN of the action that a tuning job is."""
    return arn_of(tuning.scope, "Action", _tuning_name(tuning))


def draw_job(drawing: Drawing, life: Life, by_itself: Objects) -> str:
    """A training, processing or transform job, and all that it read and wrote; its component's ARN."""
    job = life.document
    name = f"{job.name}-aws-{job.kind.removeprefix('sagemaker/')}"
    component = drawing.component(
        name if life.is_latest else entity_name(name, str(int(job.created_at))), TYPES[job.kind], job.arn,
        job.created_at, job.modified_at,
        Status=job.status, SourceDeleted=None if life.gone is None else iso(life.gone),
    )  # fmt: skip
    reads, writes = list(READS[job.kind](job.body)), list(WRITES[job.kind](job.body))
    for uri, kind in reads:
        drawing.join(drawing.artifact(uri, kind, job.created_at), component, "ContributedTo", job.created_at)
    for uri in beyond(by_itself.fetched, (*reads, *writes)):  # while it ran, and nobody knows when
        drawing.join(drawing.artifact(uri, "DataSet", job.modified_at), component, "ContributedTo", job.modified_at)
    if job.status in WROTE:
        for uri, kind in writes:
            drawing.join(component, drawing.artifact(uri, kind, job.modified_at), "Produced", job.modified_at)
        for uri in beyond(by_itself.stored, writes):  # others may have read it before the job's end
            drawing.join(component, drawing.artifact(uri, "DataSet", job.created_at), "Produced", job.created_at)
    return component


def beyond(uris: Iterable[str], told: Iterable[Use]) -> Iterator[str]:
    """Those that are in no place of which it is told already."""
    places = [place.rstrip("/") for place, _ in told]
    return (uri for uri in uris if not any(uri == place or uri.startswith(f"{place}/") for place in places))


def draw_tuning(drawing: Drawing, tuning: Document, gone: float | None) -> str:
    """A tuning job; its action's ARN."""
    status = tuning.status if tuning.status in STATUSES else "Unknown"
    best = tuning.body.get("BestTrainingJob", {}).get("TrainingJobName")
    return drawing.action(
        _tuning_name(tuning), "HyperParameterTuningJob", tuning.arn, tuning.created_at, status=status, body={},
        BestTrainingJob=best, SourceDeleted=None if gone is None else iso(gone),
    )  # fmt: skip


def training_reads(job: Mapping[str, Json]) -> Iterator[Use]:
    if image := job.get("AlgorithmSpecification", {}).get("TrainingImage"):
        yield image, "Image"
    channels = {f"{CHANNELS}/{each['ChannelName']}": each for each in job.get("InputDataConfig", ())}
    programs = _programs(job.get("AlgorithmSpecification", {}), list(channels))
    for folder, channel in channels.items():
        if source := channel.get("DataSource", {}).get("S3DataSource"):
            yield source["S3Uri"], "Code" if folder in programs else "DataSet"
    script = str(job.get("HyperParameters", {}).get(SUBMITTED, "")).strip('"')
    if script.startswith("s3://"):
        yield script, "Code"


def training_writes(job: Mapping[str, Json]) -> Iterator[Use]:
    if model := job.get("ModelArtifacts", {}).get("S3ModelArtifacts"):
        yield model, "Model"
    if checkpoints := job.get("CheckpointConfig", {}).get("S3Uri"):
        yield checkpoints, "Checkpoint"
    if board := job.get("TensorBoardOutputConfig", {}).get("S3OutputPath"):
        yield board, "TensorBoard"


def processing_reads(job: Mapping[str, Json]) -> Iterator[Use]:
    if image := job.get("AppSpecification", {}).get("ImageUri"):
        yield image, "Image"
    inputs = [given for given in job.get("ProcessingInputs", ()) if "S3Input" in given]
    programs = _programs(job["AppSpecification"], [str(given["S3Input"].get("LocalPath", "")) for given in inputs])
    for given in inputs:
        source = given["S3Input"]
        yield source["S3Uri"], "Code" if source.get("LocalPath") in programs else "DataSet"


def _programs(run: Mapping[str, Json], folders: list[str]) -> set[str]:
    """The input folders that hold what is run: of each word of the command, the nearest folder that it is in."""
    words = (*run.get("ContainerEntrypoint", ()), *run.get("ContainerArguments", ()))
    within = ([folder for folder in folders if word.startswith(folder.rstrip("/") + "/")] for word in words)
    return {max(found, key=len) for found in within if found}


def processing_writes(job: Mapping[str, Json]) -> Iterator[Use]:
    for output in job.get("ProcessingOutputConfig", {}).get("Outputs", ()):
        if "S3Output" in output:
            yield output["S3Output"]["S3Uri"], "DataSet"


def transform_reads(job: Mapping[str, Json]) -> Iterator[Use]:
    yield job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"], "DataSet"


def transform_writes(job: Mapping[str, Json]) -> Iterator[Use]:
    yield job["TransformOutput"]["S3OutputPath"], "DataSet"


READS: Final = {TRAINING: training_reads, PROCESSING: processing_reads, TRANSFORM: transform_reads}
WRITES: Final = {TRAINING: training_writes, PROCESSING: processing_writes, TRANSFORM: transform_writes}


def _tuning_name(tuning: Document) -> str:
    return entity_name(tuning.name, str(int(tuning.created_at)), "aws-tuning-job")
