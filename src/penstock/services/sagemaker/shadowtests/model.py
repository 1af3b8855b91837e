"""The nouns of shadow tests: an experiment as it is asked for, and where it stands. All travel through the journal."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from penstock.wire.call import Scope, ServiceError

Json = Any
Phase = Literal["waiting", "starting", "running", "updating", "stopping", "over"]
Outcome = Literal["Completed", "Cancelled"]

EXPERIMENT: Final = "sagemaker/inference-experiment"
STATUSES: Final[Mapping[Phase, str]] = {
    "waiting": "Created",
    "starting": "Starting",
    "running": "Running",
    "updating": "Updating",
    "stopping": "Stopping",
}  # that of one that is over is its outcome


class ResourceInUse(ServiceError):
    code = "ResourceInUse"


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class Conflict(ServiceError):
    code = "ConflictException"


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an experiment is: its members in AWS's spelling, and its schedule."""

    members: dict[str, Json]  # ModelVariants, ShadowModeConfig, DataStorageConfig, Description …
    start: float
    end: float

    @property
    def source(self) -> str:
        """The name of the production variant."""
        return str(self.members["ShadowModeConfig"]["SourceModelVariantName"])

    @property
    def shadow(self) -> str:
        (config,) = self.members["ShadowModeConfig"]["ShadowModelVariants"]
        return str(config["ShadowModelVariantName"])

    @property
    def sampling(self) -> int:
        """The percentage of requests that the shadow is asked."""
        (config,) = self.members["ShadowModeConfig"]["ShadowModelVariants"]
        return int(config["SamplingPercentage"])

    @property
    def variants(self) -> dict[str, Json]:
        return {each["VariantName"]: each for each in self.members["ModelVariants"]}


class Plan(msgspec.Struct, frozen=True):
    """What an experiment's run was started with. `capture` is what the endpoint captured before, `explainer` its
    ExplainerConfig."""

    name: str
    arn: str
    luck: str
    created_at: float
    endpoint: str
    wanted: Wanted
    capture: dict[str, Json]
    explainer: dict[str, Json] = {}


class End(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an experiment is to end: what becomes of each variant, and which are wanted then."""

    actions: dict[str, str]
    outcome: Outcome
    reason: str = ""
    variants: tuple[dict[str, Json], ...] = ()

    @property
    def left(self) -> frozenset[str]:
        """The variants that stay."""
        return frozenset(name for name, action in self.actions.items() if action != "Remove")


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an experiment stands. `made` counts the endpoint's configurations so far, `end` is how it is to end."""

    wanted: Wanted
    modified_at: float = 0.0
    phase: Phase = "waiting"
    made: int = 0
    changes: int = 0  # of the schedule: another one has other timers
    end: End | None = None
    reason: str = ""
    completed_at: float = 0.0

    @property
    def status(self) -> str:
        if self.phase == "over":
            return self.end.outcome if self.end else "Cancelled"
        return STATUSES[self.phase]


def arn_of(scope: Scope, name: str) -> str:
    return scope.arn("sagemaker", f"inference-experiment/{name.lower()}")
