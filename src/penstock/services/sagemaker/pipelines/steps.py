"""Steps: which calls a step of each type makes, and the names it gives.

    Processing, Training, Transform     Create…Job ─► the job's run ─► its Describe answer
    QualityCheck, ClarifyCheck          the same with a processing job, see `checking`
    EMR, EMRServerless                  the same with a processing job that runs Spark, see `clusters`
    Tuning                              the same, with what lists its training jobs
    AutoML                              the same, with where reports on the best candidate are
    Model                               CreateModel ─► DescribeModel
    RegisterModel                       CreateModelPackageGroup ─► CreateModelPackage ─► DescribeModelPackage
    EndpointConfig                      CreateEndpointConfig ─► DescribeEndpointConfig
    Endpoint, InferenceComponent        Create…, or Update… where there is one ─► see `deploying`
    Lambda, Callback                    see `outside`

A describe is left out where no other step uses the properties.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.languages.pipeline.tree import (
    EMR,
    AutoML,
    ClarifyCheck,
    Constant,
    DefinitionError,
    EMRServerless,
    Endpoint,
    EndpointConfig,
    Expression,
    InferenceComponent,
    Model,
    Object,
    Processing,
    QualityCheck,
    RegisterModel,
    StepName,
    Training,
    Transform,
    Tuning,
)
from penstock.services.sagemaker.pipelines.model import Begin

Json = Any
Fit = Callable[[str, Mapping[str, Json]], Mapping[str, Json]]  # an operation's request, as its model wants it
TRACKED: Final = frozenset({"CreateProcessingJob", "CreateTrainingJob", "CreateTransformJob"})
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Making:
    """How a type of step makes its thing.

    `name` is the member that names it in requests and answers (empty: it has none of its own), `arn` the one that
    identifies it. Jobs have `stop`, what is deployed `update` and the members that are for what is made `only_new`, the
    rest `describe`. Names begin as `named` and are `longest` characters long at the most.
    """

    create: str
    name: str
    arn: str
    metadata: str
    describe: str = ""
    stop: str = ""
    update: str = ""
    only_new: tuple[str, ...] = ("Tags",)
    named: str = "pipelines-"
    longest: int = 63


MAKING: Final[Mapping[type, Making]] = {
    Processing: Making(
        "CreateProcessingJob", "ProcessingJobName", "ProcessingJobArn", "ProcessingJob", stop="StopProcessingJob"
    ),
    QualityCheck: Making(
        "CreateProcessingJob", "ProcessingJobName", "ProcessingJobArn", "QualityCheck", stop="StopProcessingJob"
    ),
    ClarifyCheck: Making(
        "CreateProcessingJob", "ProcessingJobName", "ProcessingJobArn", "ClarifyCheck", stop="StopProcessingJob"
    ),
    Training: Making("CreateTrainingJob", "TrainingJobName", "TrainingJobArn", "TrainingJob", stop="StopTrainingJob"),
    Tuning: Making(
        "CreateHyperParameterTuningJob",
        "HyperParameterTuningJobName",
        "HyperParameterTuningJobArn",
        "TuningJob",
        stop="StopHyperParameterTuningJob",
        named="",
        longest=32,
    ),
    AutoML: Making(
        "CreateAutoMLJob", "AutoMLJobName", "AutoMLJobArn", "AutoMLJob", stop="StopAutoMLJob", named="", longest=32
    ),
    Transform: Making(
        "CreateTransformJob", "TransformJobName", "TransformJobArn", "TransformJob", stop="StopTransformJob"
    ),
    Model: Making("CreateModel", "ModelName", "ModelArn", "Model", describe="DescribeModel"),
    RegisterModel: Making(
        "CreateModelPackage", "ModelPackageName", "ModelPackageArn", "RegisterModel", describe="DescribeModelPackage"
    ),
    EndpointConfig: Making(
        "CreateEndpointConfig", "EndpointConfigName", "EndpointConfigArn", "EndpointConfig",
        describe="DescribeEndpointConfig",
    ),
    EMR: Making("CreateProcessingJob", "ProcessingJobName", "ProcessingJobArn", "EMR", stop="StopProcessingJob"),
    EMRServerless: Making(
        "CreateProcessingJob", "ProcessingJobName", "ProcessingJobArn", "EMRServerless", stop="StopProcessingJob"
    ),
    Endpoint: Making("CreateEndpoint", "EndpointName", "EndpointArn", "Endpoint", update="UpdateEndpoint"),
    InferenceComponent: Making(
        "CreateInferenceComponent", "InferenceComponentName", "InferenceComponentArn", "InferenceComponent",
        update="UpdateInferenceComponent", only_new=("EndpointName", "VariantName", "Tags"),
    ),
}  # fmt: skip


def tracking(making: Making, begin: Begin, step: StepName) -> dict[str, Json]:
    """What a job's request says of the execution's experiment."""
    if not begin.experiment or making.create not in TRACKED:
        return {}
    return {"ExperimentConfig": {**begin.experiment, "TrialComponentDisplayName": step}}


def request(making: Making, arguments: Mapping[str, Json], name: str) -> dict[str, Json]:
    """The request that makes a step's thing. An experiment that a step names itself is dropped, as on AWS: jobs of a
    pipeline belong to the execution's (`tracking`)."""
    made = {key: value for key, value in arguments.items() if value is not None and key != "ExperimentConfig"}
    if making.create == "CreateModelPackage" and "ModelPackageGroupName" in made:
        made.pop(making.name, None)  # a version of a group is numbered, not named
        return made
    return {making.name: name, **{key: value for key, value in made.items() if key != making.name}}


def update(making: Making, arguments: Mapping[str, Json], name: str) -> dict[str, Json]:
    """The request that changes what is there already."""
    return {key: value for key, value in request(making, arguments, name).items() if key not in making.only_new}


def member(arguments: Expression, key: str) -> Expression | None:
    """A member of a step's arguments that need not be there."""
    match arguments:
        case Object():
            return arguments.members.get(key)
        case Constant() if isinstance(arguments.value, dict) and key in arguments.value:
            return Constant(arguments.value[key])
    return None


def kept_name(step: StepName, making: Making, chosen: Json) -> str:
    """What is deployed keeps its name from one execution to the next. Raises `DefinitionError` where it has none."""
    if not chosen:
        thing = {"Endpoint": "endpoint"}.get(making.metadata, "inference component")
        raise DefinitionError(f"{making.name} in Arguments of step '{step}' is missing: it says which {thing} it is.")
    return str(chosen)


def ten_letters(step: StepName, attempt: int, chance: str) -> str:
    """Letters and digits that no other attempt of a step has: the end of a job's name, or a callback's token."""
    digest = int.from_bytes(hashlib.sha256(f"{chance}/{step}/{attempt}".encode()).digest())
    letters = ""
    for _ in range(10):
        digest, letter = divmod(digest, len(_LETTERS))
        letters += _LETTERS[letter]
    return letters


def job_name(begin: Begin, step: StepName, attempt: int, prefix: Json, chance: str, making: Making) -> str:
    """A name that no other attempt of a step has. `prefix` is the name that the definition's arguments hold, if any."""
    suffix = ten_letters(step, attempt, chance)
    if prefix:
        room = making.longest - len(begin.execution_id) - len(suffix) - 2
        return f"{str(prefix)[:room]}-{begin.execution_id}-{suffix}"
    start = f"{making.named}{begin.execution_id}"
    room = making.longest - len(f"{start}--{suffix}")
    return f"{start}-{step.replace('_', '-')[:room]}-{suffix}"
