"""A small world for pipelines: the real engine and store, with jobs, models and S3 that answer at once.

A job is a run like any other and ends as the world says: `plays` holds, by step, how its jobs end, one after another.
"""

import asyncio
import contextlib
import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrated import migrate
from penstock.engine.engine import Engine
from penstock.engine.facts import Asked, Command, Event, Finish, Outcome, RunId, Signalled, Started, Status
from penstock.services.sagemaker.pipelines.flow import as_written
from penstock.services.sagemaker.pipelines.room import open_pipelines
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, ValidationError, operation

Json = Any
ENGINE = Path(__file__).parents[4] / "src" / "penstock" / "engine" / "migrations"
SCOPE = Scope(principal="arn:aws:sts::123456789012:assumed-role/Scientist/me")
ROLE = "arn:aws:iam::123456789012:role/SageMakerRole"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:measure"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/approvals"
DEADLINE = 20.0


@dataclass(frozen=True)
class Play:
    """How a job ends: with a status and members of its Describe answer; or not before it is told to (`holds`)."""

    status: Status = "Succeeded"
    result: dict[str, Json] = field(default_factory=dict)
    holds: bool = False


class FakeJobFlow:
    """A job that ends as its plan says, or when it is stopped or released."""

    name = "fake.job"
    state_type = dict

    def plan(self, document: bytes) -> Json:
        return json.loads(document)

    def begin(self, plan: Json) -> Json:
        return {}

    def evolve(self, plan: Json, state: Json, event: Event) -> Json:
        match event.fact:
            case Started() if not plan["holds"]:
                return {"ends": plan["status"]}
            case Signalled(name="stop"):
                return {"ends": "Stopped"}
            case Signalled(name="release"):
                return {"ends": plan["status"]}
            case Asked() | _:
                return state

    def decide(self, plan: Json, state: Json) -> Iterator[Command]:
        if state:
            yield Finish(Outcome(state["ends"], plan["result"]))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Json, before: Json, after: Json) -> None:
        pass


class FakeSageMaker:
    """The operations that steps call. Every request is remembered."""

    service = "sagemaker"

    def __init__(self, world: "World") -> None:
        self.world = world

    async def _start(self, call: Call, request: Json, kind: str, word: str) -> Answer:
        self.world.asked(call, request)
        name = request[f"{word}Name"]
        arn = call.scope.arn("sagemaker", f"{kind}/{name}")
        play = self.world.next_play(name)
        result = {**request, f"{word}Arn": arn, f"{word}Status": "Completed", **play.result}
        plan = json.dumps({"status": play.status, "holds": play.holds, "result": result}).encode()
        await self.world.database.write(
            lambda tx: self.world.engine.start(tx, RunId(arn), "fake.job", plan, scope=call.scope)
        )
        return {f"{word}Arn": arn}

    @operation("CreateProcessingJob")
    async def process(self, call: Call, request: Json) -> Answer:
        return await self._start(call, request, "processing-job", "ProcessingJob")

    @operation("CreateTrainingJob")
    async def train(self, call: Call, request: Json) -> Answer:
        return await self._start(call, request, "training-job", "TrainingJob")

    @operation("CreateTransformJob")
    async def transform(self, call: Call, request: Json) -> Answer:
        return await self._start(call, request, "transform-job", "TransformJob")

    @operation("CreateHyperParameterTuningJob")
    async def tune(self, call: Call, request: Json) -> Answer:
        return await self._start(call, request, "hyper-parameter-tuning-job", "HyperParameterTuningJob")

    @operation("StopHyperParameterTuningJob")
    async def stop_tuning(self, call: Call, request: Json) -> Answer:
        name = request["HyperParameterTuningJobName"]
        return await self._stop(call, call.scope.arn("sagemaker", f"hyper-parameter-tuning-job/{name}"), request)

    @operation("CreateAutoMLJob")
    async def search(self, call: Call, request: Json) -> Answer:
        return await self._start(call, request, "automl-job", "AutoMLJob")

    @operation("StopAutoMLJob")
    async def stop_search(self, call: Call, request: Json) -> Answer:
        return await self._stop(call, call.scope.arn("sagemaker", f"automl-job/{request['AutoMLJobName']}"), request)

    async def _stop(self, call: Call, arn: str, request: Json) -> Answer:
        self.world.asked(call, request)
        await self.world.database.write(lambda tx: self.world.engine.signal(tx, RunId(arn), "stop"))
        return {}

    @operation("StopProcessingJob")
    async def stop_processing(self, call: Call, request: Json) -> Answer:
        arn = call.scope.arn("sagemaker", f"processing-job/{request['ProcessingJobName']}")
        return await self._stop(call, arn, request)

    @operation("StopTrainingJob")
    async def stop_training(self, call: Call, request: Json) -> Answer:
        arn = call.scope.arn("sagemaker", f"training-job/{request['TrainingJobName']}")
        return await self._stop(call, arn, request)

    @operation("StopTransformJob")
    async def stop_transform(self, call: Call, request: Json) -> Answer:
        arn = call.scope.arn("sagemaker", f"transform-job/{request['TransformJobName']}")
        return await self._stop(call, arn, request)

    @operation("CreateModel")
    async def create_model(self, call: Call, request: Json) -> Answer:
        self.world.asked(call, request)
        return {"ModelArn": call.scope.arn("sagemaker", f"model/{request['ModelName']}")}

    @operation("DescribeModel")
    async def describe_model(self, call: Call, request: Json) -> Answer:
        self.world.asked(call, request)
        return {"ModelName": request["ModelName"], "ModelArn": "a model"}

    @operation("CreateModelPackageGroup")
    async def create_group(self, call: Call, request: Json) -> Answer:
        self.world.asked(call, request)
        if request["ModelPackageGroupName"] in self.world.groups:
            raise ValidationError("Model Package Group already exists: the group")
        self.world.groups.add(request["ModelPackageGroupName"])
        return {"ModelPackageGroupArn": "the group"}

    @operation("CreateModelPackage")
    async def create_package(self, call: Call, request: Json) -> Answer:
        self.world.asked(call, request)
        return {"ModelPackageArn": call.scope.arn("sagemaker", "model-package/group/1")}

    @operation("ListModelPackages")
    async def list_packages(self, call: Call, request: Json) -> Answer:
        self.world.asked(call, request)
        return {"ModelPackageSummaryList": [{"ModelPackageArn": arn} for arn in self.world.packages]}

    @operation("DescribeModelPackage")
    async def describe_package(self, call: Call, request: Json) -> Answer:
        return {"DriftCheckBaselines": self.world.packages[request["ModelPackageName"]]}


class FakeS3:
    service = "s3"

    def __init__(self, world: "World") -> None:
        self.world = world

    @operation("GetObject")
    async def get(self, call: Call, request: Json) -> Answer:
        content = self.world.objects.get(f"s3://{request['Bucket']}/{request['Key']}")
        if content is None:
            raise ServiceError("The specified key does not exist.", code="NoSuchKey")
        return {"Body": content}

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        """Two keys to a page."""
        bucket, after = f"s3://{request['Bucket']}/", request.get("ContinuationToken", "")
        keys = sorted(uri.removeprefix(bucket) for uri in self.world.objects if uri.startswith(bucket))
        found = [key for key in keys if key.startswith(request["Prefix"]) and key > after]
        more = {"NextContinuationToken": found[1]} if len(found) > 2 else {}
        contents = [
            {"Key": key, "ETag": hashlib.md5(content, usedforsecurity=False).hexdigest(), "Size": len(content)}
            for key in found[:2]
            for content in [self.world.objects[f"{bucket}{key}"]]
        ]
        return {"Contents": contents, "IsTruncated": bool(more), **more}

    @operation("DeleteObject")
    async def delete(self, call: Call, request: Json) -> Answer:
        if request["Bucket"] == "nowhere":
            raise ServiceError("The specified bucket does not exist", code="NoSuchBucket")
        self.world.objects.pop(f"s3://{request['Bucket']}/{request['Key']}", None)
        return {}

    @operation("DeleteObjects")
    async def delete_all(self, call: Call, request: Json) -> Answer:
        for entry in request["Delete"]["Objects"]:
            self.world.objects.pop(f"s3://{request['Bucket']}/{entry['Key']}", None)
        return {}


class FakeLambda:
    """Functions by ARN: what each returns, or how it fails."""

    service = "lambda"

    def __init__(self, world: "World") -> None:
        self.world = world

    @operation("GetFunctionConfiguration")
    async def get_configuration(self, call: Call, request: Json) -> Answer:
        return {"FunctionArn": request["FunctionName"], "CodeSha256": self.world.codes.get(request["FunctionName"], "")}

    @operation("Invoke")
    async def invoke(self, call: Call, request: Json) -> Answer:
        self.world.requests.append(("Invoke", {**request, "Payload": json.loads(request["Payload"])}))
        function = self.world.functions.get(request["FunctionName"])
        if function is None:
            raise ServiceError(f"Function not found: {request['FunctionName']}", code="ResourceNotFoundException")
        await self.world.lambda_open.wait()
        if isinstance(function, ServiceError):
            raise function
        if isinstance(function, Exception):
            failure = {"errorType": type(function).__name__, "errorMessage": str(function)}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": json.dumps(failure).encode()}
        return {"StatusCode": 200, "Payload": json.dumps(function).encode()}


class FakeSqs:
    service = "sqs"

    def __init__(self, world: "World") -> None:
        self.world = world

    @operation("SendMessage")
    async def send(self, call: Call, request: Json) -> Answer:
        if request["QueueUrl"] != QUEUE:
            raise ServiceError("The specified queue does not exist.", code="AWS.SimpleQueueService.NonExistentQueue")
        self.world.messages.append(json.loads(request["MessageBody"]))
        return {"MessageId": str(len(self.world.messages))}


@dataclass
class World:
    """Everything that a customer of pipelines meets."""

    database: SqliteDatabase
    engine: Engine
    directory: Directory
    plays: dict[str, list[Play]] = field(default_factory=dict)
    played: dict[str, Play] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    functions: dict[str, Json] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    environments: dict[str, Digest] = field(default_factory=dict)  # what images stand for
    lambda_open: asyncio.Event = field(default_factory=asyncio.Event)
    messages: list[Json] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)
    packages: dict[str, Json] = field(default_factory=dict)  # the baselines of approved ones, by their ARN
    requests: list[tuple[str, Json]] = field(default_factory=list)

    def goes_on_outside(self, before: "World") -> None:
        """What is outside of Penstock is as it was before it was stopped."""
        self.plays, self.played, self.groups = before.plays, before.played, before.groups
        self.objects, self.functions, self.codes = before.objects, before.functions, before.codes
        self.messages, self.packages = before.messages, before.packages

    def asked(self, call: Call, request: Json) -> None:
        self.requests.append((call.operation, request))

    def next_play(self, job: str) -> Play:
        """How a job ends, the same however often it is asked for: its name has the step's after the execution's id."""
        if job not in self.played:
            plays = self.plays.get(job.removeprefix("pipelines-").split("-")[1], [])
            self.played[job] = plays.pop(0) if plays else Play()
        return self.played[job]

    def requests_for(self, operation_name: str) -> list[Json]:
        return [request for name, request in self.requests if name == operation_name]

    async def call(self, operation_name: str, **request: Json) -> Answer:
        return await self.directory.answer(Call("sagemaker", operation_name, request, SCOPE))

    async def create(self, *steps: Json, name: str = "churn", **more: Json) -> Answer:
        return await self.create_from({"Version": "2020-12-01", "Steps": list(steps), **more}, PipelineName=name)

    @staticmethod
    def written(document: Json) -> str:
        return json.dumps(document)

    async def create_from(self, document: Json, **request: Json) -> Answer:
        made = {"PipelineName": "churn", "RoleArn": ROLE, "PipelineDefinition": json.dumps(document), **request}
        return await self.call("CreatePipeline", **made)

    async def start(self, name: str = "churn", **request: Json) -> str:
        answer = await self.call("StartPipelineExecution", PipelineName=name, **request)
        return str(answer["PipelineExecutionArn"])

    async def finished(self, arn: str, *, run: str = "") -> Answer:
        """The description of an execution, waited for."""
        async with asyncio.timeout(DEADLINE):
            assert await self.engine.settled(RunId(arn + run)) is not None
        return await self.call("DescribePipelineExecution", PipelineExecutionArn=arn)

    async def release(self, kind: str, job: str) -> None:
        """Let a job end that holds."""
        run = RunId(SCOPE.arn("sagemaker", f"{kind}/{job}"))
        await self.database.write(lambda tx: self.engine.signal(tx, run, "release"))

    async def steps(self, arn: str, order: str = "Ascending") -> list[Json]:
        answer = await self.call("ListPipelineExecutionSteps", PipelineExecutionArn=arn, SortOrder=order)
        found: list[Json] = answer["PipelineExecutionSteps"]
        return found

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Look again until it is so."""
        async with asyncio.timeout(DEADLINE):
            while not is_so():  # noqa: ASYNC110 - what is looked at knows nothing of tests
                await asyncio.sleep(0.001)

    async def until_steps_are(self, arn: str, status: str) -> None:
        async with asyncio.timeout(DEADLINE):
            while {step["StepStatus"] for step in await self.steps(arn)} != {status}:  # noqa: ASYNC110
                await asyncio.sleep(0.001)


def opened(database: SqliteDatabase, life: int = 1) -> World:
    """A world on a database; each of its lives has a luck of its own."""
    directory = Directory()
    seconds, numbers = itertools.count(), itertools.count(1)

    def clock() -> float:
        return 1_700_000_000.0 + next(seconds)

    def chance() -> str:
        return f"{life:08x}{next(numbers):024x}"

    engine = Engine(database, directory, clock=clock, chance=chance)
    world = World(database, engine, directory)

    async def identify(image: str) -> Digest | None:
        return world.environments.get(image)

    open_pipelines(
        database=database, directory=directory, engine=engine, clock=clock, chance=chance, fit=as_written,
        identify=identify,
    )  # fmt: skip
    engine.register(FakeJobFlow())
    directory.register(FakeSageMaker(world))
    directory.register(FakeS3(world))
    directory.register(FakeLambda(world))
    directory.register(FakeSqs(world))
    world.lambda_open.set()
    return world


@contextlib.asynccontextmanager
async def at_work(world: World) -> AsyncIterator[World]:
    """The world's engine at work until the block ends."""
    ready = asyncio.Event()
    task = asyncio.create_task(world.engine.work(ready.set))
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        yield world
    finally:
        waiting.cancel()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await task
        world.database.close()


@contextlib.asynccontextmanager
async def working(folder: Path) -> AsyncIterator[World]:
    """A new world at work until the block ends."""
    migrate(folder / "world.db", [ENGINE])
    async with at_work(opened(SqliteDatabase(folder / "world.db"))) as world:
        yield world


def get(text: str) -> Json:
    return {"Get": text}


def processing(name: str, outputs: Json = None, **more: Json) -> Json:
    arguments = {"RoleArn": ROLE, "ProcessingOutputConfig": {"Outputs": outputs or []}}
    return {"Name": name, "Type": "Processing", "Arguments": {**arguments, **more.pop("Arguments", {})}, **more}


def training(name: str, **arguments: Json) -> Json:
    return {"Name": name, "Type": "Training", "Arguments": {"RoleArn": ROLE, **arguments}}


def quality_check(name: str, **members: Json) -> Json:
    """A check of data whose job writes its reports to `s3://b/NAME`."""
    output = {"OutputName": "o", "S3Output": {"S3Uri": f"s3://b/{name}", "LocalPath": "/opt/ml/processing/output"}}
    arguments = {
        "RoleArn": ROLE,
        "ProcessingInputs": [{"InputName": "data", "S3Input": {"S3Uri": "s3://b/data", "LocalPath": "/data"}}],
        "ProcessingOutputConfig": {"Outputs": [output]},
        "Environment": {"output_path": "/opt/ml/processing/output"},
    }
    return {"Name": name, "Type": "QualityCheck", "CheckType": "DATA_QUALITY", "Arguments": arguments, **members}


def clarify_check(name: str, kind: str, **members: Json) -> Json:
    """The same of a model or its data."""
    return {**quality_check(name), "Type": "ClarifyCheck", "CheckType": kind, **members}


def transform(name: str, **arguments: Json) -> Json:
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/batch"}}}
    whole = {"ModelName": "m", "TransformInput": source, "TransformOutput": {"S3OutputPath": "s3://b/scores"}}
    return {"Name": name, "Type": "Transform", "Arguments": {**whole, **arguments}}


def outputs(**types: str) -> list[Json]:
    return [{"OutputName": name, "OutputType": kind} for name, kind in types.items()]


def function(name: str, arguments: Json = None, **more: Json) -> Json:
    return {"Name": name, "Type": "Lambda", "Arguments": arguments or {}, "FunctionArn": FUNCTION, **more}


def callback(name: str, arguments: Json = None, **more: Json) -> Json:
    return {"Name": name, "Type": "Callback", "Arguments": arguments or {}, "SqsQueueUrl": QUEUE, **more}


def report(step: str, path: str) -> Json:
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.{step}.PropertyFiles.Report"), "Path": path}}


def condition(name: str, left: Json, right: Json, kind: str = "LessThanOrEqualTo", **branches: Json) -> Json:
    tests = [{"Type": kind, "LeftValue": left, "RightValue": right}]
    return {"Name": name, "Type": "Condition", "Arguments": {"Conditions": tests, **branches}}


def churn_pipeline() -> tuple[list[Json], dict[str, Json]]:
    """The pipeline of the main job: process → train → evaluate → condition → model + package, or fail."""
    prepared = [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}}]
    evaluated = [{"OutputName": "evaluation", "S3Output": {"S3Uri": "s3://b/evaluation"}}]
    source = {"S3DataSource": {"S3Uri": get("Steps.Prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri")}}
    model = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    steps = [
        condition(
            "Good",
            report("Evaluate", "metrics.rmse"),
            get("Parameters.Worst"),
            IfSteps=[
                {"Name": "Make", "Type": "Model", "Arguments": {"PrimaryContainer": {"ModelDataUrl": model}}},
                {
                    "Name": "Register",
                    "Type": "RegisterModel",
                    "Arguments": {"ModelPackageGroupName": "churn", "ModelApprovalStatus": get("Parameters.Approval")},
                },
            ],
            ElseSteps=[
                {
                    "Name": "TooBad",
                    "Type": "Fail",
                    "Arguments": {
                        "ErrorMessage": {
                            "Std:Join": {
                                "On": " ",
                                "Values": [
                                    report("Evaluate", "metrics.rmse"),
                                    "is worse than",
                                    get("Parameters.Worst"),
                                ],
                            }
                        }
                    },
                }
            ],
        ),
        processing("Prep", prepared),
        training("Train", InputDataConfig=[{"ChannelName": "train", "DataSource": source}], HyperParameters={"d": 3}),
        processing(
            "Evaluate",
            evaluated,
            Arguments={"ProcessingInputs": [{"InputName": "model", "S3Input": {"S3Uri": model}}]},
            PropertyFiles=[{"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "report.json"}],
        ),
    ]
    parameters = [
        {"Name": "Worst", "Type": "Float", "DefaultValue": 6.0},
        {"Name": "Approval", "Type": "String", "DefaultValue": "PendingManualApproval"},
    ]
    return steps, {"Parameters": parameters}
