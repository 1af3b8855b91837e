"""Nouns of a tuning job: what it was asked for (`Plan`), its trials, and where it stands (`State`).

All of them travel through the journal, so each is a msgspec struct. A trial that was created has a training job of its
own; what is kept of it here is what the search and the answers need.
"""

import hashlib
from typing import Any, Final, Literal

import msgspec

from penstock.services.sagemaker.tuning.ranges import Range
from penstock.wire.call import Scope

Json = Any
Status = Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
Strategy = Literal["Random", "Bayesian", "Grid", "Hyperband"]
Direction = Literal["Maximize", "Minimize"]
TrialStatus = Literal["InProgress", "Completed", "Failed", "Stopped"]
Reason = Literal["stop", "target", "not-improving", "converged", "time", "failure"]

KIND: Final = "sagemaker/hyper-parameter-tuning-job"
NAME: Final = "HyperParameterTuningJobName"


class Objective(msgspec.Struct, frozen=True):
    """The metric that training jobs of a definition are judged by, and how it is found in their logs."""

    direction: Direction
    metric: str
    regex: str

    def is_better(self, one: float, other: float) -> bool:
        return one > other if self.direction == "Maximize" else one < other


class Observation(msgspec.Struct, frozen=True, array_like=True):
    """What values of hyperparameters came to."""

    values: dict[str, str]
    objective: float


class Search(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is searched for one training job definition: where, for what, and what parent jobs have seen there."""

    objective: Objective
    ranges: tuple[Range, ...]
    known: tuple[Observation, ...] = ()


class Band(msgspec.Struct, frozen=True):
    """Hyperband's resources: a trial has used up as many as it has told values of its objective metric."""

    least: int
    most: int


class Criteria(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a tuning job has had enough before its last trial."""

    target: float | None = None
    not_improving: int | None = None
    convergence: bool = False
    seconds: int | None = None


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tuning job's run was started with. `request` is the customer's, with AWS's defaults filled in."""

    name: str
    arn: str
    created_at: float
    request: dict[str, Json]
    strategy: Strategy
    searches: tuple[Search, ...]
    most: int  # trials
    parallel: int
    seed: int | None = None
    criteria: Criteria = Criteria()
    is_stopping_early: bool = False
    band: Band | None = None
    is_transfer: bool = False  # what parents have seen was on other data: of use for the beginning only
    best_known: dict[str, Json] | None = None  # the summary of the parents' best training job
    tags: tuple[dict[str, str], ...] = ()

    @property
    def definitions(self) -> list[dict[str, Json]]:
        """The training job definitions, one or more."""
        one = self.request.get("TrainingJobDefinition")
        return [one] if one is not None else self.request["TrainingJobDefinitions"]

    @property
    def startup(self) -> int:
        """How many observations a model of the objective needs to be worth asking."""
        return max(3, min(10, self.most // 4))


class Trial(msgspec.Struct, frozen=True, omit_defaults=True):
    """One training job of a tuning job.

    `told` counts the values of its objective metric that its log has shown while it ran, `total` is their sum, `latest`
    the last of them; `marks` are what some of them came to, by their number (see `early`).
    """

    number: int  # from 1
    definition: int  # from 0
    name: str
    values: dict[str, str]
    created_at: float
    arn: str = ""  # once the training job exists
    status: TrialStatus = "InProgress"
    is_hopeless: bool = False
    started_at: float | None = None
    ended_at: float | None = None
    reason: str = ""
    objective: float | None = None
    told: int = 0
    total: float = 0.0
    latest: float = 0.0
    marks: dict[int, float] = {}

    @property
    def is_over(self) -> bool:
        return self.status != "InProgress"


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a tuning job stands, folded from its run's journal.

    `ending` says why no more trials are begun, `best` is the number of the best one. `reference` is the objective that
    one has to be better than, and by one per cent, to count as improving; `not_improving` how many since then were not.
    """

    modified_at: float = 0.0
    seed: str = ""
    trials: tuple[Trial, ...] = ()
    asking: int = 0  # the number of the trial whose values are being suggested
    ending: Reason | None = None
    failure: str = ""
    status: Status = "InProgress"
    best: int = 0
    reference: float | None = None
    not_improving: int = 0
    converged_at: float | None = None

    @property
    def is_over(self) -> bool:
        return self.status not in ("InProgress", "Stopping")


def arn_of(scope: Scope, name: str) -> str:
    """A tuning job's ARN. AWS writes it in lower case, which makes names unique without regard to case."""
    return scope.arn("sagemaker", f"hyper-parameter-tuning-job/{name.lower()}")


def trial_name(plan: Plan, seed: str, number: int) -> str:
    """The name of a trial's training job, as AWS makes it: the tuning job's, a number, eight hexadecimal digits."""
    digits = hashlib.sha256(f"{plan.arn}@{plan.created_at}/{seed}/{number}".encode()).hexdigest()[:8]
    return f"{plan.name}-{number:03d}-{digits}"
