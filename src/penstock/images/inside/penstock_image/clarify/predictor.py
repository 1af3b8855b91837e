"""The predictor: a model behind an endpoint. One of the job's own is made for it and deleted whatever happens.

model_name      an endpoint named {prefix}-…, in service while it is needed
endpoint_name   one that is there already
"""

import importlib
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from penstock_image.clarify import answers
from penstock_image.clarify.answers import Answer
from penstock_image.clarify.configuration import Configuration
from penstock_image.clarify.objects import refusals
from penstock_image.clarify.table import Table, Values
from penstock_image.failure import ClientError
from penstock_image.layout import Json

LONGEST_WAIT = 1800.0  # seconds, for an endpoint to be in service
OFTEN = 0.2
MANY = 2_000  # records in a request
LARGEST = 5_000_000  # bytes in a request


@dataclass(frozen=True)
class Predictor:
    runtime: Any
    endpoint: str
    options: dict[str, Json]
    names: tuple[str, ...]
    content_type: str
    accept: str

    def ask(self, records: Values) -> list[Answer]:
        """What the model says of each record."""
        found: list[Answer] = []
        most = answers.most_records(self.options, self.content_type, MANY)
        for first in range(0, len(records), most):
            found += self._ask(records[first : first + most])
        return found

    def _ask(self, records: Values) -> list[Answer]:
        body = answers.request(records, self.names, self.options, self.content_type).encode()
        if len(body) > LARGEST and len(records) > 1:
            half = len(records) // 2
            return self._ask(records[:half]) + self._ask(records[half:])
        optional = {"CustomAttributes": "custom_attributes", "TargetModel": "target_model"}
        more = {name: self.options[member] for name, member in optional.items() if self.options.get(member)}
        response = self.runtime.invoke_endpoint(
            EndpointName=self.endpoint, ContentType=self.content_type, Accept=self.accept, Body=body, **more
        )
        return answers.answers(response["Body"].read().decode(), len(records), self.options, self.accept)


@contextmanager
def ready(config: Configuration, features: Table) -> Iterator[Predictor]:
    """The model, ready to be asked with these features. Raises `ClientError`."""
    options = config.predictor
    if not options.get("model_name") and not options.get("endpoint_name"):
        raise ClientError("the predictor in analysis_config.json needs a model_name or an endpoint_name.")
    is_table = config.dataset_type == "application/x-parquet"
    content = str(options.get("content_type") or ("text/csv" if is_table else config.dataset_type)).lower()
    accept = str(options.get("accept_type") or content).lower()
    if content not in answers.READ or accept not in answers.READ:
        raise ClientError(f"content_type and accept_type must be one of {', '.join(answers.READ)}.")
    boto3 = importlib.import_module("boto3")
    runtime = boto3.client("sagemaker-runtime")
    with refusals():
        if name := options.get("endpoint_name"):
            yield Predictor(runtime, name, options, features.names, content, accept)
            return
        with _endpoint(boto3.client("sagemaker"), options) as name:
            yield Predictor(runtime, name, options, features.names, content, accept)


@contextmanager
def _endpoint(sagemaker: Any, options: dict[str, Json]) -> Iterator[str]:
    """An endpoint of this job's own; a job that is stopped deletes it, too."""
    name = f"{options.get('endpoint_name_prefix') or 'sm-clarify'}-{uuid.uuid4().hex[:20]}"[:63]
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": options["model_name"],
        "InstanceType": options.get("instance_type") or "ml.m5.large",
        "InitialInstanceCount": options.get("initial_instance_count") or 1,
    }
    before = signal.signal(signal.SIGTERM, _stopped)
    try:
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        try:
            sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
            try:
                _await(sagemaker, name)
                yield name
            finally:
                sagemaker.delete_endpoint(EndpointName=name)
        finally:
            sagemaker.delete_endpoint_config(EndpointConfigName=name)
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _await(sagemaker: Any, name: str) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        found = sagemaker.describe_endpoint(EndpointName=name)
        if found["EndpointStatus"] == "InService":
            return
        if found["EndpointStatus"] == "Failed":
            raise ClientError(f"the endpoint {name} of the model failed: {found.get('FailureReason', '')}")
        time.sleep(OFTEN)
    raise ClientError(f"the endpoint {name} of the model was not in service after {LONGEST_WAIT:.0f} s.")
