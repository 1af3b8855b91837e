"""Announcing: what EventBridge is told of SageMaker's resources, as AWS writes it.

An event's detail is what Describe answers, its times as AWS has them in that event: milliseconds or texts.

    announce(tx, TRAINING_JOB, document, lambda: document.body)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.engine.notices import Kind, Notices
from penstock.store import tags
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire import models
from penstock.wire.call import Json

SOURCE: Final = "aws.sagemaker"
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def milliseconds(moment: float) -> Json:
    return round(moment * 1000)


def text(moment: float) -> Json:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Subject:
    """What events are about: `described_by` is the operation whose answer they tell."""

    kind: Kind
    described_by: str
    time: Callable[[float], Json] = milliseconds
    untold: frozenset[str] = frozenset()
    has_tags: bool = True


def subject(what: str, described_by: str) -> Subject:
    return Subject(Kind(SOURCE, f"SageMaker {what} State Change"), described_by)


TRAINING_JOB: Final = subject("Training Job", "DescribeTrainingJob")
PROCESSING_JOB: Final = subject("Processing Job", "DescribeProcessingJob")
TRANSFORM_JOB: Final = subject("Transform Job", "DescribeTransformJob")
TUNING_JOB: Final = subject("HyperParameter Tuning Job", "DescribeHyperParameterTuningJob")
FEATURE_GROUP: Final = subject("Feature Group", "DescribeFeatureGroup")
MODEL: Final = subject("Model", "DescribeModel")
ENDPOINT_CONFIG: Final = subject("Endpoint Config", "DescribeEndpointConfig")
ENDPOINT: Final = subject("Endpoint", "DescribeEndpoint")
ENDPOINT_DEPLOYMENT: Final = subject("Endpoint Deployment", "DescribeEndpoint")
IMAGE_VERSION: Final = Subject(
    Kind(SOURCE, "SageMaker Image Version State Change"), "DescribeImageVersion", text, has_tags=False
)
MODEL_PACKAGE: Final = Subject(
    Kind(SOURCE, "SageMaker Model Package State Change"),
    "DescribeModelPackage",
    text,
    untold=frozenset({"CreatedBy", "LastModifiedBy"}),
    has_tags=False,
)

Announce = Callable[[Transaction, Subject, Document, Callable[[], Mapping[str, Json]]], None]


def unheard(tx: Transaction, about: Subject, document: Document, described: Callable[[], Mapping[str, Json]]) -> None:
    """Where there is no EventBridge."""


@dataclass(frozen=True)
class Announcer:
    """Tells of resources that have come to another state."""

    notices: Notices

    def __call__(
        self, tx: Transaction, about: Subject, document: Document, described: Callable[[], Mapping[str, Json]]
    ) -> None:
        def detail() -> Json:
            labels = {"Tags": tags.of(tx, document.arn)} if about.has_tags else {}
            return {**told(about, described()), **labels}

        self.notices.keep(tx, document.scope, about.kind, [document.arn], detail, at=document.modified_at)


def told(about: Subject, answer: Mapping[str, Json]) -> dict[str, Json]:
    """Describe's answer as an event's detail."""
    operation = models.operation("sagemaker", about.described_by)
    assert operation is not None
    shown = {member: value for member, value in answer.items() if member not in about.untold}
    detail: dict[str, Json] = written(operation.output_shape, shown, about.time)
    return detail


def written(shape: Shape, value: Json, time: Callable[[float], Json]) -> Json:
    """A value as events have it: what the model does not name is left out."""
    if isinstance(shape, StructureShape):
        return {name: written(shape.members[name], each, time) for name, each in value.items() if name in shape.members}
    if isinstance(shape, ListShape):
        return [written(shape.member, each, time) for each in value]
    if isinstance(shape, MapShape):
        return {key: written(shape.value, each, time) for key, each in value.items()}
    return time(value) if shape.type_name == "timestamp" else value


def upper(status: str) -> str:
    """`InService` as the events of endpoints write it: `IN_SERVICE`."""
    return _HUMP.sub("_", status).upper()
