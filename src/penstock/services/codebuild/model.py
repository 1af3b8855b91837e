"""The nouns of CodeBuild. What travels through the journal is a msgspec struct."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from penstock.store.blobs import Digest

Json = Any
PROJECT: Final = "codebuild/project"
BUILD: Final = "codebuild/build"
REPORT_GROUP: Final = "codebuild/report-group"
REPORT: Final = "codebuild/report"
SOURCE_CREDENTIAL: Final = "codebuild/source-credential"
POLICY: Final = "codebuild/policy"
FLEET: Final = "codebuild/fleet"
PLACE: Final = "codebuild/place"
SANDBOX: Final = "codebuild/sandbox"
COMMAND: Final = "codebuild/command"
CACHE: Final = "codebuild/cache"
EXHIBIT: Final = "codebuild/exhibit"  # what anybody may see, by an id that nobody can guess
NEWEST: Final = "codebuild/newest"  # which build is the newest of a branch or a tag

Status = Literal["SUCCEEDED", "FAILED", "FAULT", "TIMED_OUT", "IN_PROGRESS", "STOPPED"]


class PartOf(msgspec.Struct, frozen=True):
    """Which build of which batch a build is; of a fanout it is part `part` of `parts`."""

    arn: str
    identifier: str
    part: int = 0
    parts: int = 0


class Occasion(msgspec.Struct, frozen=True):
    """How a build came to be: by whom, for which batch, by what a webhook told, in place of which build that failed."""

    initiator: str
    part: PartOf | None = None
    webhook: Mapping[str, str] = {}
    retried: Mapping[str, Json] = {}  # that build's `autoRetryConfig`, and its ARN as `previousAutoRetry`


class Plan(msgspec.Struct, frozen=True):
    """A build as it was asked for: `build` holds the members of AWS's Build that do not change while it runs."""

    name: str  # project:uuid
    arn: str
    created_at: float
    build: dict[str, Json]
    artifacts: tuple[dict[str, Json], ...]  # as the project, or an override, has them; the primary ones first
    logs: dict[str, Json]
    asked: dict[str, Json]  # the request that it was started with
    webhook: dict[str, str] = {}  # variables that a webhook tells
    cache_epoch: int = 0  # how often its project's cache was invalidated
    part: PartOf | None = None
    is_sandbox: bool = False
    alias: str = ""  # under which anybody may see it

    @property
    def is_debugged(self) -> bool:
        return "debugSession" in self.build

    @property
    def project(self) -> str:
        return self.name.rpartition(":")[0]

    @property
    def id(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def sources(self) -> tuple[dict[str, Json], ...]:
        """The primary one first."""
        return (self.build["source"], *self.build.get("secondarySources", ()))

    def version(self, identifier: str) -> str:
        """Which version of a source is asked for; empty: its newest."""
        if not identifier:
            return str(self.build.get("sourceVersion", ""))
        versions = self.build.get("secondarySourceVersions", ())
        return next((each["sourceVersion"] for each in versions if each["sourceIdentifier"] == identifier), "")


class Trouble(msgspec.Struct, frozen=True):
    """Why a phase has failed, in the words of its context."""

    code: str
    message: str


class Archive(msgspec.Struct, frozen=True):
    """A source that was fetched: an archive, by content."""

    identifier: str
    digest: Digest
    size: int
    resolved: str = ""


class Cached(msgspec.Struct, frozen=True):
    """An archive that earlier builds have kept, by content."""

    key: str
    digest: Digest
    size: int


class Fetched(msgspec.Struct, frozen=True):
    """What a build begins with, or why it cannot."""

    archives: tuple[Archive, ...] = ()
    buildspec: str = ""
    caches: tuple[Cached, ...] = ()  # the newest first
    trouble: Trouble | None = None


class Report(msgspec.Struct, frozen=True):
    """How a build's job has ended, and what has become of what it left."""

    reason: Literal["exited", "timed-out", "stopped", "lost", "exhausted", "unstartable", "queued-too-long", "bug"]
    exit_code: int | None = None
    message: str = ""
    began_at: float | None = None
    told: dict[str, Json] = {}
    trouble: Trouble | None = None  # before the job, or in what came after it
    artifacts: tuple[dict[str, Json], ...] = ()
    reports: tuple[str, ...] = ()  # ARNs


class State(msgspec.Struct, frozen=True):
    """Where a build stands, folded from its run's journal. `told` is what its program has said."""

    fetched: Fetched | None = None
    began_at: float | None = None
    told: dict[str, Json] = {}
    report: Report | None = None
    is_stopping: bool = False
    status: Status = "IN_PROGRESS"
    ended_at: float | None = None


def holder(run: str) -> str:
    """In whose name a build's sources are held."""
    return f"codebuild/{run}"
