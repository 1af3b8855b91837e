"""A world of pipelines whose jobs are recorded: the real rooms of jobs and pipelines, containers that are functions.

A step's output is made of all that goes into it, and of nothing else, so that a change shows downstream and nowhere
else.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from decisions.any_pipeline import Job as AnyJob
from decisions.any_pipeline import Pipeline
from penstock.engine.engine import Engine
from penstock.services.sagemaker.pipelines.room import open_pipelines
from penstock.services.sagemaker.recorded import story
from penstock.services.sagemaker.recorded.story import Story
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, operation
from services.sagemaker.jobs import worlds
from services.sagemaker.jobs.worlds import SOURCE, Client, MemoryS3, Room, processing_input, processing_request

Json = Any
DEADLINE = 30.0


class TaggedS3(MemoryS3):
    """As `MemoryS3`, with what tells content apart."""

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        bucket = self.bucket(request["Bucket"])
        keys = [key for key in sorted(bucket) if key.startswith(request["Prefix"])]
        return {
            "Contents": [
                {"Key": key, "ETag": hashlib.md5(bucket[key]).hexdigest(), "Size": len(bucket[key])} for key in keys
            ]
        }


def depends_on_all_of_it(versions: Mapping[str, str]) -> Any:
    """A container whose output is a digest of what it finds."""

    def container(room: Room) -> int:
        given = {path: text for path, text in room.files().items() if "/config/" not in path}
        given |= {"LEVEL": room.job.environment["LEVEL"], "numpy": versions[room.job.image]}
        made = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
        return room.write("/opt/ml/processing/out/made.txt", made)

    return container


@dataclass
class World(worlds.World):
    """`versions` is what the image of each step has of numpy."""

    versions: dict[str, str] = field(default_factory=dict)
    more_migrations = [SOURCE / "services" / "sagemaker" / "pipelines" / "migrations"]  # noqa: RUF012

    def __post_init__(self) -> None:
        self.container = depends_on_all_of_it(self.versions)
        self.identify = self.listed
        super().__post_init__()
        self.s3 = TaggedS3(self.blobs)

    async def listed(self, image: str) -> Digest | None:
        return self.blobs.put_bytes(json.dumps({"packages": {"numpy": self.versions[image]}}).encode()).digest

    def open_more(self, engine: Engine, directory: Directory, streams: Streams) -> None:
        chance = iter(range(10**6))
        open_pipelines(
            database=engine.database, directory=directory, engine=engine, clock=self.clock,
            chance=lambda: hashlib.md5(f"{self.lives}/{next(chance)}".encode()).hexdigest(),
            identify=self.listed,
        )  # fmt: skip

    def furnish(self, steps: tuple[AnyJob, ...]) -> None:
        """Data, code and an environment for each step."""
        for step in steps:
            self.objects[f"data/{step.name}.csv"] = f"data of {step.name}".encode()
            self.objects[f"code/{step.name}.py"] = f"code of {step.name}".encode()
            self.versions[image(step.name)] = "1.0"


def jobs_of(pipeline: Pipeline) -> tuple[AnyJob, ...]:
    """The jobs that stand for themselves, and what they need of one another."""
    found: dict[str, AnyJob] = {}
    for node in pipeline:
        if isinstance(node, AnyJob) and node.branch is None:
            found[node.name] = AnyJob(node.name, {need: "Completed" for need in node.needs if need in found})
    return tuple(found.values())


def image(step: str) -> str:
    return f"penstock/{step}:1"


def definition(steps: tuple[AnyJob, ...]) -> str:
    parameters = [{"Name": f"Level{step.name}", "Type": "String", "DefaultValue": "low"} for step in steps]
    return json.dumps({"Version": "2020-12-01", "Parameters": parameters, "Steps": [*map(written, steps)]})


def written(step: AnyJob) -> Json:
    inputs = [
        processing_input("data", f"s3://bucket/data/{step.name}.csv", "/opt/ml/processing/data"),
        processing_input("code", f"s3://bucket/code/{step.name}.py", "/opt/ml/processing/input/code"),
        *(
            processing_input(
                need,
                {"Get": f"Steps.{need}.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"},  # type: ignore[arg-type]
                f"/opt/ml/processing/{need}",
            )
            for need in step.needs
        ),
    ]
    output = {
        "S3Uri": f"s3://bucket/out/{step.name}",
        "LocalPath": "/opt/ml/processing/out",
        "S3UploadMode": "EndOfJob",
    }
    request = processing_request(
        AppSpecification={"ImageUri": image(step.name), "ContainerEntrypoint": ["python3", "/code"]},
        Environment={"LEVEL": {"Get": f"Parameters.Level{step.name}"}},
        ProcessingInputs=inputs,
        ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": output}]},
    )
    del request["ProcessingJobName"]
    return {"Name": step.name, "Type": "Processing", "Arguments": request, "CacheConfig": {"Enabled": True}}


async def create(client: Client, name: str, text: str) -> None:
    """A pipeline whose steps are cached by content."""
    tags = [{"Key": "penstock:cache", "Value": "content"}]
    role = worlds.ROLE
    await client("CreatePipeline", PipelineName=name, PipelineDefinition=text, RoleArn=role, Tags=tags,
                 ClientRequestToken="t" * 32)  # fmt: skip


async def execute(client: Client, name: str, **parameters: str) -> str:
    """Run it to its end; the execution's ARN."""
    given = [{"Name": key, "Value": value} for key, value in parameters.items()]
    answer = await client("StartPipelineExecution", PipelineName=name, PipelineParameters=given)
    arn: str = answer["PipelineExecutionArn"]
    async with asyncio.timeout(DEADLINE):
        outcome = await client.outcome(arn)
    assert outcome.status == "Succeeded", outcome
    return arn


async def told(client: Client, arn: str) -> Story:
    """Its story, as a command would read it."""

    def tell(tx: Transaction) -> Story:
        return story.tell(tx, story.find(tx, arn))

    return await client.engine.database.scan(tell)
