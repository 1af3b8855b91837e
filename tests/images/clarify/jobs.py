"""One run of Clarify, in this process: a configuration and data in folders, and a model that is a function."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from penstock_image.clarify.program import main

Json = Any
Answering = Callable[[str], str]  # a request's body to the response's


@dataclass
class SageMaker:
    """The operations that the program uses, and those of S3 and CloudWatch. `answer` is the model of every endpoint."""

    answer: Answering | None = None
    status: str = "InService"
    made: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    asked: list[Json] = field(default_factory=list)
    metrics: list[Json] = field(default_factory=list)
    objects: dict[str, str] = field(default_factory=dict)  # S3's, by their URIs

    def create_endpoint_config(self, **request: Json) -> None:
        self.there.append(f"config {request['EndpointConfigName']}")
        self.made.append(request["ProductionVariants"][0]["ModelName"])

    def create_endpoint(self, **request: Json) -> None:
        self.there.append(f"endpoint {request['EndpointName']}")

    def describe_endpoint(self, **_: Json) -> Json:
        return {"EndpointStatus": self.status, "FailureReason": "it does not answer pings"}

    def delete_endpoint(self, **request: Json) -> None:
        self.there.remove(f"endpoint {request['EndpointName']}")

    def delete_endpoint_config(self, **request: Json) -> None:
        self.there.remove(f"config {request['EndpointConfigName']}")

    def invoke_endpoint(self, **request: Json) -> Json:
        self.asked.append(request)
        assert self.answer is not None
        return {"Body": io.BytesIO(self.answer(request["Body"].decode()).encode())}

    def get_paginator(self, _: str) -> "SageMaker":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[Json]:  # noqa: N803
        start = f"s3://{Bucket}/"
        keys = [uri.removeprefix(start) for uri in self.objects if uri.startswith(start + Prefix)]
        return [{"Contents": [{"Key": key} for key in keys]}]

    def download_file(self, bucket: str, key: str, path: str) -> None:
        Path(path).write_text(self.objects[f"s3://{bucket}/{key}"])

    def put_metric_data(self, **request: Json) -> None:
        self.metrics.append(request)


@dataclass
class Clarify:
    root: Path
    sagemaker: SageMaker

    def run(self, config: Json, data: str, name: str = "data.csv", **variables: str) -> "Ended":
        base = self.root / "ml"
        shutil.rmtree(base, ignore_errors=True)
        for path, text in {"config/analysis_config.json": json.dumps(config), f"data/{name}": data}.items():
            place = base / "processing/input" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        code = main({"SAGEMAKER_BASE_DIR": str(base), **variables})
        return Ended(code, (base / "output/message").read_text(), base / "processing/output")


@dataclass
class Ended:
    code: int
    message: str
    output: Path

    def read(self, name: str) -> Json:
        return json.loads((self.output / name).read_text())

    @property
    def analysis(self) -> Json:
        return self.read("analysis.json")

    def metrics(self, section: str, facet: str, group: int = 0) -> dict[str, Json]:
        told = self.analysis[f"{section}_bias_metrics"]["facets"][facet][group]["metrics"]
        return {each["name"]: each["value"] for each in told}


def installed(root: Path, patch: pytest.MonkeyPatch) -> Clarify:
    sagemaker = SageMaker()
    patch.setattr(boto3, "client", lambda _: sagemaker)
    return Clarify(root, sagemaker)


def by_record(model: Callable[[list[float]], Any]) -> Answering:
    """A model of numbers in CSV."""
    return lambda body: "\n".join(str(model([*map(float, line.split(","))])) for line in body.split()) + "\n"
