"""What travels through the journal of a batch."""

from typing import Final, Literal

import msgspec

from penstock.languages.buildspec import Batch
from penstock.services.codebuild.model import Json, Plan, Status, Trouble

BATCH: Final = "codebuild/batch"


def run_of(arn: str, attempt: int) -> str:
    """The run of one attempt at a batch."""
    return arn if attempt == 1 else f"{arn}#{attempt}"


class Specified(msgspec.Struct, frozen=True):
    """Which builds there are to be, and of which version of each source (by its identifier)."""

    batch: Batch
    versions: dict[str, str] = {}


class Group(msgspec.Struct, frozen=True):
    """One of the builds, from when it is asked for. `status` is what the batch knows of it."""

    status: Status = "IN_PROGRESS"
    arn: str = ""
    requested_at: float = 0.0
    artifacts: tuple[dict[str, Json], ...] = ()  # as the build tells them, the primary ones first
    reports: tuple[str, ...] = ()
    message: str = ""

    @property
    def summary(self) -> dict[str, Json]:
        """As AWS tells it."""
        told = [
            {
                "type": "S3" if each.get("location") else "NO_ARTIFACTS",
                "identifier": each.get("artifactIdentifier", ""),
                **({"location": each["location"]} if each.get("location") else {}),
            }
            for each in self.artifacts
        ]
        return {
            "arn": self.arn,
            "requestedOn": self.requested_at,
            "buildStatus": self.status,
            **({"primaryArtifact": told[0], "secondaryArtifacts": told[1:]} if told else {}),
        }


class BatchPlan(msgspec.Struct, frozen=True):
    """A batch as it was asked for. `model` is the build that it would be, if it were one."""

    model: Plan
    arn: str
    number: int
    config: dict[str, Json]
    logs: dict[str, Json]
    began_at: float  # this attempt
    attempt: int = 1
    specified: Specified | None = None  # of a batch that is tried again
    resolved: str = ""  # likewise
    kept: dict[str, Group] = {}  # what an earlier attempt has had done
    earlier: dict[str, list[dict[str, Json]]] = {}  # summaries of what is done again

    @property
    def run(self) -> str:
        return run_of(self.arn, self.attempt)

    @property
    def combines(self) -> bool:
        wanted = any(each["type"] == "S3" for each in self.model.artifacts)
        return bool(self.config.get("combineArtifacts")) and wanted


class BatchState(msgspec.Struct, frozen=True):
    """Where a batch stands."""

    specified: Specified | None = None
    specified_at: float | None = None
    resolved: str = ""
    groups: dict[str, Group] = {}
    ending: Literal["", "stop", "time", "failure"] = ""
    is_merging: bool = False
    reports: tuple[str, ...] | None = None  # merged
    built_at: float | None = None  # there is nothing left to be built
    artifacts: tuple[dict[str, Json], ...] = ()  # combined
    trouble: Trouble | None = None
    status: Status = "IN_PROGRESS"
    ended_at: float | None = None
