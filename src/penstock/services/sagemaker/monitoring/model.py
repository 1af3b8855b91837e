"""The nouns of monitoring: its kinds, what an execution is started with (`Plan`) and where it stands (`State`)."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from penstock.wire.call import Scope, ServiceError

Json = Any
TypeName = Literal["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"]
Status = Literal["Pending", "InProgress", "Completed", "CompletedWithViolations", "Failed", "Stopped"]
Phase = Literal["looking", "merging", "analysing", "over"]

SCHEDULE: Final = "sagemaker/monitoring-schedule"
NOW: Final = "NOW"
ANALYSIS: Final = "analysis.json"  # Clarify's
LONGEST_REASON: Final = 1_024
OVER: Final = frozenset({"Completed", "CompletedWithViolations", "Failed", "Stopped"})


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of monitoring: how AWS calls what belongs to it, and what of captured data it reads."""

    name: TypeName
    words: str  # as ARNs and the names of jobs have it
    analysis: str
    captured: tuple[str, ...]
    merges: bool = False  # whether labels are joined to it first
    constraints: str = "constraints.json"  # what a baselining job of the kind writes

    @property
    def kind(self) -> str:
        """The kind of a job definition's document."""
        return f"sagemaker/{self.words}-job-definition"


TYPES: Final[dict[TypeName, Type]] = {
    each.name: each
    for each in (
        Type("DataQuality", "data-quality", "", ("endpointInput", "endpointOutput")),
        Type("ModelQuality", "model-quality", "MODEL_QUALITY", ("endpointOutput",), merges=True),
        Type("ModelBias", "model-bias", "MODEL_BIAS", ("endpointInput", "endpointOutput"), True, ANALYSIS),
        Type(
            "ModelExplainability", "model-explainability", "MODEL_EXPLAINABILITY", ("endpointInput",), False, ANALYSIS
        ),
    )
}


class Definition(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a monitoring job is, whether a job definition says so or the schedule itself.

    `application`, `source` (an EndpointInput or a BatchTransformInput), `output`, `resources` and `network` are in
    the service model's spelling.
    """

    type: TypeName
    application: dict[str, Json]
    source: dict[str, Json]
    output: dict[str, Json]
    resources: dict[str, Json]
    role: str
    is_batch: bool = False
    truth: str = ""  # the S3 URI of labels
    baseline: dict[str, Json] = {}
    network: dict[str, Json] = {}
    stopping: dict[str, Json] = {}
    name: str = ""  # of the job definition; empty where the schedule has its own

    @property
    def endpoint(self) -> str:
        return "" if self.is_batch else str(self.source["EndpointName"])


class Plan(msgspec.Struct, frozen=True):
    """What an execution's run is started with: the window begins at `since` and ends before `until`."""

    schedule: str
    schedule_arn: str
    luck: str  # what tells its jobs' names from others'
    scheduled_at: float
    created_at: float
    since: float
    until: float
    endpoint: str
    definition_name: str
    type: TypeName
    is_once: bool = False
    definition: Definition | None = None  # None: the job definition is gone


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """Some data in S3, and the folder that it is brought to, relative to all that is brought with it."""

    uri: str
    folder: str
    form: Literal["S3Prefix", "ManifestFile"] = "S3Prefix"


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """What there is to be analysed; with a `problem` there is nothing to be done."""

    data: tuple[Piece, ...] = ()
    truths: tuple[Piece, ...] = ()
    constraints: str = ""
    statistics: str = ""
    problem: str = ""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an execution stands."""

    phase: Phase = "looking"
    found: Found = Found()
    merge_job: str = ""  # ARNs
    job: str = ""
    status: Status = "Pending"
    reason: str = ""
    modified_at: float = 0.0

    @property
    def latest_job(self) -> str:
        return self.job or self.merge_job


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class ResourceInUse(ServiceError):
    code = "ResourceInUse"


def schedule_arn(scope: Scope, name: str) -> str:
    """AWS writes names in ARNs in lower case."""
    return scope.arn("sagemaker", f"monitoring-schedule/{name.lower()}")
