"""Nouns of an AutoML job: what it was asked for (`Plan`), and where it stands (`State`)."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from penstock.wire.call import Scope

Json = Any
Status = Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
Phase = Literal["analyzing", "tuning", "choosing", "ensembling", "explaining", "assessing", "deploying", "over"]
Deploying = Literal["CreateModel", "CreateEndpointConfig", "CreateEndpoint", "settling"]
Ending = Literal["stop", "time"]

KIND: Final = "sagemaker/automl-job"
IMAGE: Final = "penstock/automl:1"
LONGEST_REASON: Final = 1_024
METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "Regression": ("MSE", "MAE", "R2", "RMSE"),
    "BinaryClassification": ("F1", "Accuracy", "AUC", "BalancedAccuracy", "Precision", "Recall"),
    "MulticlassClassification": ("Accuracy", "BalancedAccuracy", "F1macro", "PrecisionMacro", "RecallMacro"),
}
SCORED: Final = (*dict.fromkeys(name for names in METRICS.values() for name in names), "LogLoss")
MINIMIZED: Final = frozenset({"MSE", "MAE", "RMSE"})


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a job's run was started with. `request` is in the first version's spelling, whichever was spoken."""

    name: str
    arn: str
    created_at: float
    request: dict[str, Json]
    mode: str = "AUTO"
    tags: tuple[dict[str, str], ...] = ()

    @property
    def config(self) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.request.get("AutoMLJobConfig", {})
        return found

    @property
    def criteria(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self.config.get("CompletionCriteria", {})
        return found

    @property
    def generation(self) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.config.get("CandidateGenerationConfig", {})
        return found

    @property
    def only_definitions(self) -> bool:
        return bool(self.request.get("GenerateCandidateDefinitionsOnly"))

    @property
    def endpoint(self) -> Mapping[str, Json] | None:
        """How the endpoint is to be named; None where there is to be none."""
        return self.request.get("ModelDeployConfig")


class Found(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    """What the exploration found."""

    problem_type: str
    metric_name: str
    mode: str
    rows: int

    @property
    def direction(self) -> str:
        return "Minimize" if self.metric_name in MINIMIZED else "Maximize"

    def is_better(self, one: float, other: float) -> bool:
        return one < other if self.direction == "Minimize" else one > other


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A training job that has made a model. `metrics` are by the names of AutoML's model."""

    name: str
    arn: str
    created_at: float
    ended_at: float | None = None
    objective: float | None = None
    metrics: dict[str, float] = {}
    status: str = "Completed"
    reason: str = ""


class Partial(msgspec.Struct, frozen=True, array_like=True):
    """Something beside the search for candidates that has failed, and the secondary status that it makes."""

    secondary: str
    message: str


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a job stands, folded from its run's journal.

    `jobs` are the ARNs of what its phases have started; `scored` are candidates of the tuning job, best first, as many
    as may be mixed.
    """

    modified_at: float = 0.0
    seed: str = ""
    phase: Phase = "analyzing"
    jobs: dict[str, str] = {}
    ending: Ending | None = None
    found: Found | None = None
    scored: tuple[Candidate, ...] = ()
    ensemble: Candidate | None = None
    best: Candidate | None = None
    reported: tuple[Phase, ...] = ()  # the phases whose report was written
    deploying: Deploying = "CreateModel"
    endpoint: str = ""  # that is in service
    partial: tuple[Partial, ...] = ()
    status: Status = "InProgress"
    secondary: str = "Starting"
    failure: str = ""

    @property
    def is_over(self) -> bool:
        return self.phase == "over"

    @property
    def job(self) -> str:
        """The ARN of what is under way; empty where there is nothing, or not yet."""
        return self.jobs.get(self.phase, "")


def arn_of(scope: Scope, name: str) -> str:
    """A job's ARN. AWS writes it in lower case, which makes names unique without regard to case."""
    return scope.arn("sagemaker", f"automl-job/{name.lower()}")


def named(plan: Plan, state: State, what: str, longest: int = 63) -> str:
    """The name of something that a job makes: the job's, what it is, eight hexadecimal digits."""
    digits = hashlib.sha256(f"{plan.arn}@{plan.created_at}/{state.seed}/{what}".encode()).hexdigest()[:8]
    end = f"{what}-{digits}"
    return f"{plan.name[: longest - len(end) - 1].rstrip('-')}-{end}"
