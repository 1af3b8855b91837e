"""Announcing: what EventBridge is told of SageMaker's resources, as AWS writes it.

An event's detail is what Describe answers, its times as AWS has them in that event: milliseconds or texts.

    announce(tx, TRAINING_JOB, document, lambda: document.body)

Who tells it is `announcer`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.engine.notices import Kind
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json
from penstock.wire.times import to_the_second

SOURCE: Final = "aws.sagemaker"
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def milliseconds(moment: float) -> Json:
    return round(moment * 1000)


def text(moment: float) -> Json:
    return to_the_second(moment)


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


def upper(status: str) -> str:
    """`InService` as the events of endpoints write it: `IN_SERVICE`."""
    return _HUMP.sub("_", status).upper()
