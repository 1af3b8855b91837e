"""Messages: what SQS takes and what it refuses, where moto would take anything."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.wire import models
from penstock.wire.call import Json, ServiceError

RANGES: Final = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1 << 20),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
_FORBIDDEN: Final = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
VALUES: Final = {"String": "StringValue", "Number": "StringValue", "Binary": "BinaryValue"}


def check_attributes(request: Mapping[str, Json]) -> None:
    """Of a queue: their names, and numbers within their limits."""
    known = models.model("sqs").shape_for("QueueAttributeName").metadata["enum"]
    for name, value in request.get("Attributes", {}).items():
        if name not in known:
            raise ServiceError(f"Unknown Attribute {name}.", code="InvalidAttributeName", status=400)
        if name in RANGES and not _is_within(value, *RANGES[name]):
            sentence = f"Invalid value for the parameter {name}."
            raise ServiceError(sentence, code="InvalidAttributeValue", status=400)


def _is_within(value: str, least: int, most: int) -> bool:
    return value.isascii() and value.isdecimal() and least <= int(value) <= most


def check_message(request: Mapping[str, Json]) -> None:
    if not request["MessageBody"]:
        raise ServiceError("The request must contain the parameter MessageBody.", code="MissingParameter", status=400)
    _check_content(request)


def check_batch(request: Mapping[str, Json]) -> None:
    for entry in request["Entries"]:
        _check_content(entry)


def _check_content(message: Mapping[str, Json]) -> None:
    if _FORBIDDEN.search(message["MessageBody"]):
        raise ServiceError(
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
            "#xFFFD | #x10000 to #x10FFFF.",
            code="InvalidMessageContents", status=400,
        )  # fmt: skip
    for sentence in _wrong_attributes(message.get("MessageAttributes", {})):
        raise ServiceError(sentence, code="InvalidParameterValue", status=400)


def _wrong_attributes(attributes: Mapping[str, Json]) -> Iterator[str]:
    for name, attribute in attributes.items():
        kind = attribute.get("DataType") or ""
        if not kind:
            yield f"The message attribute '{name}' must contain non-empty message attribute type."
        member = VALUES.get(kind.partition(".")[0])  # what is none of the three, moto tells
        if member is not None and not attribute.get(member):
            yield (
                f"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
                f"type '{kind}'."
            )
