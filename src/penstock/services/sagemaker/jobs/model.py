"""The nouns of a job: what it was started with (`Plan`), where it stands (`State`), what an attempt told (`Report`).

All of them travel through the journal, so each is a msgspec struct; the request inside a plan is in the service
model's spelling, with AWS's defaults filled in.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from penstock.engine.facts import RunId
from penstock.store.blobs import Digest
from penstock.wire.addresses import S3Address
from penstock.wire.call import Scope, ValidationError

Json = Any
Status = Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
Ended = Literal["Completed", "Failed", "Stopped"]
Reason = Literal[
    "exited", "timed-out", "stopped", "lost", "exhausted", "unstartable", "download-failed", "upload-failed",
    "unfit-data", "bug",
]  # fmt: skip
Product = Literal["training-job", "processing-job", "transform-job"]

DEFAULT_RUNTIME: Final = 86_400  # seconds, of StoppingCondition.MaxRuntimeInSeconds
LONGEST_REASON: Final = 1_024  # characters of FailureReason and ExitMessage


@dataclass(frozen=True, slots=True)
class Names:
    """How a product's members and places are called."""

    name: str
    arn: str
    status: str
    summaries: str
    log_group: str


NAMES: Final[dict[Product, Names]] = {
    "training-job": Names(
        "TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "TrainingJobSummaries", "/aws/sagemaker/TrainingJobs"
    ),
    "processing-job": Names(
        "ProcessingJobName", "ProcessingJobArn", "ProcessingJobStatus", "ProcessingJobSummaries",
        "/aws/sagemaker/ProcessingJobs",
    ),
    "transform-job": Names(
        "TransformJobName", "TransformJobArn", "TransformJobStatus", "TransformJobSummaries",
        "/aws/sagemaker/TransformJobs",
    ),
}  # fmt: skip


class Plan(msgspec.Struct, frozen=True):
    """What a job's run was started with."""

    product: Product
    name: str
    arn: str
    created_at: float
    request: dict[str, Json]
    tuning_job: str = ""  # the ARN of the tuning job whose run asked for it, if one did
    schedule: str = ""  # … and of the monitoring schedule


class Phase(msgspec.Struct, frozen=True, array_like=True):
    """A secondary status, and when an attempt came to it."""

    status: str
    at: float
    attempt: int = 1
    message: str = ""  # where it says more than its status does


class Metric(msgspec.Struct, frozen=True, array_like=True):
    name: str
    value: float
    at: float


class Content(msgspec.Struct, frozen=True, array_like=True):
    """An object as it was."""

    uri: str
    digest: Digest
    size: int


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an attempt took from S3 and left there: see `record`.

    `environment` is the digest of a blob that lists what its image stood for, `items` of one that lists the objects of
    a transform job in their order. `is_restaged`: the server was started anew while the job ran, and what the job took
    was looked up again. `installed` are packages that the job put beside its environment, as `name==version`.

    `exchanges` is the digest of a blob that tells what the job asked AWS by itself and was answered (`exchanges`):
    `fetched` are the objects among that, `unheld` the questions whose answers are not there. What the job put by
    itself are the last so many (`put`) of `left`.
    """

    taken: tuple[Content, ...] = ()
    left: tuple[Content, ...] = ()
    environment: Digest | None = None
    is_restaged: bool = False
    items: Digest | None = None
    installed: tuple[str, ...] = ()
    exchanges: Digest | None = None
    fetched: tuple[Content, ...] = ()
    unheld: tuple[str, ...] = ()
    put: int = 0

    @property
    def stored(self) -> tuple[Content, ...]:
        """What it put by itself."""
        return self.left[len(self.left) - self.put :]

    @property
    def seen(self) -> tuple[Content, ...]:
        """All objects that it worked from: those that were taken for it, and those that it fetched."""
        return (*self.taken, *self.fetched)

    @property
    def ingredients(self) -> frozenset[Digest]:
        """What it takes to run the job again."""
        listed = (each for each in (self.items, self.exchanges) if each is not None)
        return frozenset((*listed, *(content.digest for content in self.seen)))

    @property
    def digests(self) -> frozenset[Digest]:
        """The same, and what it takes to compare."""
        listed = () if self.environment is None else (self.environment,)
        return self.ingredients.union(listed, (content.digest for content in self.left))


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an attempt ended, as whoever ran it saw it; `verdict.judge` says what that means."""

    reason: Reason
    exit_code: int | None = None
    message: str = ""
    failure: str = ""  # what the container wrote to /opt/ml/output/failure
    exit_message: str = ""  # … and to /opt/ml/output/message
    started_at: float | None = None
    ended_at: float | None = None
    phases: tuple[Phase, ...] = ()
    metrics: tuple[Metric, ...] = ()
    record: Record | None = None  # of an attempt that was harvested


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a job."""

    status: Ended
    secondary: str
    failure_reason: str = ""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a job stands, folded from its run's journal."""

    modified_at: float = 0.0
    phases: tuple[Phase, ...] = ()
    attempt: int = 1
    spent: float = 0.0  # seconds that earlier attempts ran: MaxRuntimeInSeconds is for all of them together
    stopping: bool = False
    progress: Json = None  # what whoever carries the job out has told, to go on from there after a restart
    report: Report | None = None
    verdict: Verdict | None = None

    @property
    def status(self) -> Status:
        if self.verdict is not None:
            return self.verdict.status
        return "Stopping" if self.stopping else "InProgress"

    @property
    def secondary(self) -> str:
        return self.phases[-1].status if self.phases else "Starting"


def kind_of(product: Product) -> str:
    """The kind of a job's document."""
    return f"sagemaker/{product}"


def arn_of(scope: Scope, product: Product, name: str) -> str:
    """A job's ARN. AWS writes it in lower case, which makes names unique without regard to case."""
    return scope.arn("sagemaker", f"{product}/{name.lower()}")


def tuning_job_of(token: str) -> str:
    """The tuning job whose run placed a call with this token; empty for anybody else's call."""
    run, _, _ = token.partition("#")
    return run if ":hyper-parameter-tuning-job/" in run else ""


def schedule_of(token: str) -> str:
    """The monitoring schedule one of whose executions placed a call with this token; empty for anybody else's call."""
    run, _, _ = token.partition("#")
    return run.rpartition("/")[0] if ":monitoring-schedule/" in run else ""


def holder(run: RunId) -> str:
    """In whose name blobs are held that were made for a job."""
    return f"sagemaker/job/{run}"


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and a key (or the beginning of keys)."""

    bucket: str
    key: str

    @classmethod
    def of(cls, uri: str, member: str) -> "Place":
        """Read `s3://bucket/key`, or an `https` address of S3; raises `ValidationError` naming the request's member."""
        address = S3Address.of(uri)
        if address is None or address.version:
            raise ValidationError(f"{member} must be an S3 URI of the form s3://bucket/key; it is '{uri}'.")
        return cls(address.bucket, address.key)

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def under(self, path: str) -> "Place":
        """A key below this one, whether or not this one ends with a slash."""
        return Place(self.bucket, f"{self.key.rstrip('/')}/{path}".lstrip("/"))
