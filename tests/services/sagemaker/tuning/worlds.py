"""A world for tuning jobs: that of jobs, with the tuning room on it. Its containers say what their values come to."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from penstock.engine.engine import Engine
from penstock.services.sagemaker.tuning.room import open_tuning
from penstock.store.streams import Streams
from penstock.wire.call import Directory
from services.sagemaker.jobs.worlds import IMAGE, ROLE, SOURCE, Client, Room, World, definitions

Json = Any
NAME = "Tune-1"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/tune-1"
SCORE = {"Name": "score", "Regex": r"score=(\S+)"}


@dataclass
class TuningWorld(World):
    more_migrations: ClassVar[list[Path]] = [SOURCE / "services" / "sagemaker" / "tuning" / "migrations"]

    def open_more(self, engine: Engine, directory: Directory, streams: Streams) -> None:
        open_tuning(
            engine=engine, directory=directory, streams=streams, definitions=definitions, clock=self.clock,
            announce=self.announce,
        )  # fmt: skip


def values_of(room: Room) -> dict[str, str]:
    """The hyperparameters of a container's job."""
    found: dict[str, str] = json.loads(room.read("/opt/ml/input/config/hyperparameters.json"))
    return found


def scoring(score: Callable[[dict[str, str]], float | None]) -> Callable[[Room], int]:
    """A container that says what its hyperparameters are worth."""

    def container(room: Room) -> int:
        found = score(values_of(room))
        if found is not None:
            room.say(f"score={found!r}")
        return 0

    return container


def bowl(values: dict[str, str]) -> float:
    """Best, and zero, at 0.3."""
    return (float(values["x"]) - 0.3) ** 2


def continuous(name: str, low: str, high: str, scaling: str = "Linear") -> Json:
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": scaling}


def definition(**members: Json) -> Json:
    whole = {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File", "MetricDefinitions": [SCORE]},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **members,
    }
    return {key: value for key, value in whole.items() if value is not None}


def config(strategy: str = "Random", most: int | None = 4, parallel: int = 2, **members: Json) -> Json:
    limits = {"MaxNumberOfTrainingJobs": most, "MaxParallelTrainingJobs": parallel, **members.pop("limits", {})}
    whole = {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "score"},
        "ResourceLimits": {key: value for key, value in limits.items() if value is not None},
        "ParameterRanges": {"ContinuousParameterRanges": [continuous("x", "0", "1")]},
        "RandomSeed": 1,
        **members,
    }
    return {key: value for key, value in whole.items() if value is not None}


def request(name: str = NAME, **members: Json) -> dict[str, Json]:
    """A request for a tuning job: `config` members by their names here, the rest of the request's own."""
    whole = {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": config(),
        "TrainingJobDefinition": definition(),
        **members,
    }
    return {key: value for key, value in whole.items() if value is not None}


async def tuned(client: Client, **members: Json) -> Json:
    """Create a tuning job, wait for its end, and describe it."""
    asked = request(**members)
    made = await client("CreateHyperParameterTuningJob", **asked)
    await client.outcome(made["HyperParameterTuningJobArn"])
    return await described(client, asked["HyperParameterTuningJobName"])


async def described(client: Client, name: str = NAME) -> Json:
    return await client("DescribeHyperParameterTuningJob", HyperParameterTuningJobName=name)


async def trials(client: Client, name: str = NAME, **members: Json) -> list[Json]:
    """All training jobs of a tuning job, page by page."""
    found: list[Json] = []
    while True:
        page = await client("ListTrainingJobsForHyperParameterTuningJob", HyperParameterTuningJobName=name, **members)
        found += page["TrainingJobSummaries"]
        if "NextToken" not in page:
            return found
        members["NextToken"] = page["NextToken"]
