"""Data capture: what was asked of an endpoint and answered, a line of JSON for each request that is captured.

    {"captureData": {"endpointInput": {…}, "endpointOutput": {…}}, "eventMetadata": {"eventId", "inferenceTime"},
     "eventVersion": "0"}

Pure; `spool` brings the lines to S3, under `{destination}/{endpoint}/{variant}/yyyy/mm/dd/hh/{mm-ss-mmm-id}.jsonl`.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from penstock.services.sagemaker.endpoints.model import Capture, Json

Mode = Literal["INPUT", "OUTPUT"]
LUCK: Final = 6  # hexadecimal digits that decide whether a request is captured


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer."""

    at: float
    body: bytes
    content_type: str
    answer: bytes
    answer_type: str
    attributes: str = ""
    inference_id: str = ""


def is_drawn(capture: Capture, chance: str) -> bool:
    """Whether a request is among those that are captured, by its luck."""
    return int(chance[-LUCK:], 16) * 100 < capture.percent * 16**LUCK


def line(capture: Capture, exchange: Exchange, chance: str) -> bytes:
    """What is kept of an exchange."""
    data = {}
    if "Input" in capture.modes:
        data["endpointInput"] = side(capture, "INPUT", exchange.body, exchange.content_type)
    if "Output" in capture.modes:
        data["endpointOutput"] = side(capture, "OUTPUT", exchange.answer, exchange.answer_type)
    moment = datetime.fromtimestamp(exchange.at, UTC)
    metadata: dict[str, Json] = {"eventId": str(UUID(chance)), "inferenceTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if exchange.attributes:
        metadata["customAttributes"] = [exchange.attributes]
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}).encode() + b"\n"


def side(capture: Capture, mode: Mode, body: bytes, content_type: str) -> dict[str, str]:
    plain = content_type.partition(";")[0].strip().lower()
    encoding = "CSV" if plain in capture.csv_types else "JSON" if plain in capture.json_types else "BASE64"
    try:
        data = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode()
    except UnicodeDecodeError:  # it is not what its type says
        encoding, data = "BASE64", base64.b64encode(body).decode()
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def key(prefix: str, endpoint: str, variant: str, at: float, chance: str) -> str:
    """The key of the object that lines from a moment on go to."""
    moment = datetime.fromtimestamp(at, UTC)
    folder = "/".join(filter(None, (prefix.strip("/"), endpoint, variant)))
    return f"{folder}/{moment:%Y/%m/%d/%H/%M-%S}-{moment.microsecond // 1000:03d}-{UUID(chance)}.jsonl"


def summary(capture: Capture) -> dict[str, Json]:
    """What DescribeEndpoint tells of it."""
    return {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": capture.percent,
        "DestinationS3Uri": capture.destination,
        "KmsKeyId": capture.key_id,
    }
