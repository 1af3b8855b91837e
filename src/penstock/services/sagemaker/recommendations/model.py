"""The nouns of recommendation jobs: what is tested, how, and what came of it. All travel through the journal."""

from typing import Any, Final, Literal

import msgspec

from penstock.wire.call import Scope, ServiceError

Json = Any
JOB: Final = "sagemaker/recommendations-job"
RUN: Final = "_Run"  # members of a document that are not told
STEPS: Final = "_Steps"
VARIANT: Final = "AllTraffic"
LONGEST_REASON: Final = 1024
TOO_LATE: Final = "The job was over before this endpoint could be measured."
STOPPING: Final = "STOPPING"
UNDER_WAY: Final = ("IN_PROGRESS", STOPPING)


class ResourceInUse(ServiceError):
    code = "ResourceInUse"


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class Stage(msgspec.Struct, frozen=True):
    """So many users at once, each of whom asks again as soon as it is answered, for so many seconds."""

    users: int
    seconds: float


class Threshold(msgspec.Struct, frozen=True):
    percentile: float
    milliseconds: float


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What ends a test early."""

    invocations: int = 0  # in a minute; 0 is any
    thresholds: tuple[Threshold, ...] = ()
    is_flat_enough: bool = True  # to stop when more users get no more answers


class Test(msgspec.Struct, frozen=True, omit_defaults=True):
    """An endpoint to be tried: `members` are its variant's, `container` its model's."""

    endpoint: str
    members: dict[str, Json]
    container: dict[str, Json]
    environment: dict[str, str] = {}
    is_existing: bool = False  # a customer's own, which stays

    __test__ = False  # for pytest


class Plan(msgspec.Struct, frozen=True):
    """What a job's run was started with."""

    name: str
    arn: str
    created_at: float
    role: str
    parent: str  # the model's name, or the package's ARN
    told: dict[str, Json]  # members that are told as they were given
    payload: str
    content_type: str
    tests: tuple[Test, ...]
    at_once: int
    stages: tuple[Stage, ...]
    limits: Limits
    until: float  # when the job must be over

    def run(self, luck: str) -> str:
        return f"{self.arn}/{luck}"


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a test has measured, or why it could not."""

    invocations: int = 0  # in a minute, at best
    latency: int = 0  # milliseconds
    started_at: float = 0.0
    ended_at: float = 0.0
    problem: str = ""


Status = Literal["IN_PROGRESS", "STOPPING", "STOPPED", "COMPLETED", "FAILED"]


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a job stands: results by the tests' numbers; `begun` is how many tests will ever be begun."""

    results: dict[int, Result] = {}
    begun: int = 0
    is_stopped: bool = False
    modified_at: float = 0.0


def arn_of(scope: Scope, name: str) -> str:
    return scope.arn("sagemaker", f"inference-recommendations-job/{name}")
