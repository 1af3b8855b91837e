"""A world for AutoML jobs: those of jobs and of tuning jobs, and endpoints that are in service at once.

Its image finds a regression, and says what hyperparameters come to; an ensemble comes to half of what is best.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penstock.engine.engine import Engine
from penstock.services.sagemaker.automl.model import IMAGE
from penstock.services.sagemaker.automl.room import open_automl
from penstock.services.sagemaker.pipelines.deploying import AWAIT_ENDPOINT, Deployments
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, operation
from services.sagemaker.jobs.worlds import ROLE, Client, Room
from services.sagemaker.tuning.worlds import TuningWorld, values_of

Json = Any
NAME = "Find-1"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:automl-job/find-1"
FOUND = {"ProblemType": "Regression", "MetricName": "MSE", "Mode": "ENSEMBLING", "Rows": 40}


def image(room: Room, found: Mapping[str, Json] = FOUND) -> int:
    """What `penstock/automl` does, without doing it."""
    assert room.job.image == IMAGE
    match room.job.arguments:
        case ("explore",):
            room.write("/opt/ml/output/message", json.dumps(found))
            room.write("/opt/ml/processing/output/data/schema.json", "{}")
            room.write("/opt/ml/processing/output/notebooks/a.ipynb", "{}")
        case ("train",):
            room.say(f"validation:MSE={worth(values_of(room))!r}", "validation:R2=0.5")
            room.write("/opt/ml/model/model.pkl", "learned")
        case (_,):
            room.write("/opt/ml/processing/output/report.json", "{}")
    return 0


def worth(values: Mapping[str, str]) -> float:
    """A number that hyperparameters come to; trees are better."""
    if values["algorithm"] == "ensemble":
        return 0.5
    return 1.0 + len(values["algorithm"]) + sum(float(value) for value in values.values() if value[0].isdigit()) / 1e4


@dataclass
class Endpoints:
    """Models and endpoints, by name only."""

    service = "sagemaker"
    made: dict[str, Json] = field(default_factory=dict)
    status: str = "InService"

    @operation("CreateModel")
    async def model(self, call: Call, request: Json) -> Answer:
        self.made["model"] = request
        return {"ModelArn": "arn"}

    @operation("CreateEndpointConfig")
    async def config(self, call: Call, request: Json) -> Answer:
        self.made["config"] = request
        return {"EndpointConfigArn": "arn"}

    @operation("CreateEndpoint")
    async def endpoint(self, call: Call, request: Json) -> Answer:
        self.made["endpoint"] = request
        return {"EndpointArn": "arn"}

    @operation("DescribeEndpoint")
    async def describe(self, call: Call, request: Json) -> Answer:
        told = {"EndpointName": request["EndpointName"], "EndpointStatus": self.status}
        return told if self.status == "InService" else {**told, "FailureReason": "no such model"}


@dataclass
class AutoMLWorld(TuningWorld):
    endpoints: Endpoints = field(default_factory=Endpoints)
    ahead: float = 0.0  # seconds that the clock has been put forward

    def clock(self) -> float:
        return super().clock() + self.ahead

    def __post_init__(self) -> None:
        super().__post_init__()
        self.objects["d/a.csv"] = b"x,y\n1,2\n"

    def open_more(self, engine: Engine, directory: Directory, streams: Streams) -> None:
        super().open_more(engine, directory, streams)
        engine.activity(AWAIT_ENDPOINT, Deployments(directory).settled)
        directory.register(self.endpoints)
        open_automl(engine=engine, directory=directory, clock=self.clock)


def world(folder: Path, container: Any = image) -> AutoMLWorld:
    return AutoMLWorld(folder, container)


def channel(**members: Json) -> dict[str, Json]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/d/"}
    return {"DataSource": {"S3DataSource": source}, "TargetAttributeName": "y", **members}


def config(most: int | None = 4, **members: Json) -> dict[str, Json]:
    limits = {} if most is None else {"MaxCandidates": most}
    return {"CompletionCriteria": {**limits, **members.pop("limits", {})}, **members}


def request(name: str = NAME, **members: Json) -> dict[str, Json]:
    whole = {
        "AutoMLJobName": name,
        "InputDataConfig": [channel()],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out/"},
        "AutoMLJobConfig": config(),
        "RoleArn": ROLE,
        **members,
    }
    return {key: value for key, value in whole.items() if value is not None}


def request_v2(name: str = NAME, **tabular: Json) -> dict[str, Json]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/d/"}
    return {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out/"},
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {"TargetAttributeName": "y", "CompletionCriteria": {"MaxCandidates": 2}, **tabular}
        },
        "RoleArn": ROLE,
    }


async def found(client: Client, **members: Json) -> Json:
    """Create a job, wait for its end, and describe it."""
    asked = request(**members)
    made = await client("CreateAutoMLJob", **asked)
    await client.outcome(made["AutoMLJobArn"])
    return await described(client, asked["AutoMLJobName"])


async def described(client: Client, name: str = NAME) -> Json:
    return await client("DescribeAutoMLJob", AutoMLJobName=name)


async def candidates(client: Client, name: str = NAME, **members: Json) -> list[Json]:
    """All candidates of a job, page by page."""
    seen: list[Json] = []
    while True:
        page = await client("ListCandidatesForAutoMLJob", AutoMLJobName=name, **members)
        seen += page["Candidates"]
        if "NextToken" not in page:
            return seen
        members["NextToken"] = page["NextToken"]
