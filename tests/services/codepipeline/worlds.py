"""A world with CodePipeline and S3 in it, and stand-ins for who else is asked. Custom actions are done by the test."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.engine.pushes import Pushes
from penstock.services import s3
from penstock.services.codepipeline import open_codepipeline
from penstock.services.codepipeline.polling import Poller
from penstock.services.codepipeline.starting import Starter
from penstock.store.blobs import Blobs
from penstock.store.sealing import Sealing
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, read_whole
from penstock.wire.validate import validate
from services.clockwork import at_work

ROLE = "arn:aws:iam::123456789012:role/Pipelines"
WHO = Scope(principal="arn:aws:iam::123456789012:user/me")
DEADLINE = 30.0
BUILDS = (
    "StartBuild", "BatchGetBuilds", "StartBuildBatch", "BatchGetBuildBatches", "CreateProject", "DeleteProject"
)  # fmt: skip
STACKS = (
    "DescribeStacks", "DescribeStackEvents", "CreateStack", "UpdateStack", "DeleteStack",
    "CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet", "ExecuteChangeSet",
)  # fmt: skip
STACK_SETS = (
    "DescribeStackSet", "CreateStackSet", "UpdateStackSet", "CreateStackInstances", "DescribeStackSetOperation",
    "ListStackSetOperationResults",
)  # fmt: skip
KEYS = {"AccessKeyId": "AKIAEXAMPLEEXAMPLE", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": 0.0}


@dataclass
class Outside:
    """What other services have been asked; it outlives the server."""

    calls: list[Call] = field(default_factory=list)
    builds: dict[str, str] = field(default_factory=dict)  # status by token
    comes_to: str = "SUCCEEDED"  # a new build, unless its project is a bad one
    groups: list[Json] = field(default_factory=list)  # of a batch
    image: str = "sha256:one"  # its digest
    stack: str = ""  # its status; there is none without

    def enter(self, directory: Directory) -> None:
        for service, operations in (
            ("sts", ("GetSessionToken",)),
            ("lambda", ("Invoke",)),
            ("sns", ("Publish",)),
            ("cloudwatch", ("DescribeAlarms",)),
            ("codebuild", BUILDS),
            ("ecr", ("DescribeImages", "DescribeRepositories")),
            ("cloudformation", STACKS + STACK_SETS),
            ("codecommit", ("GetBranch", "GetCommit", "FetchCommit")),
        ):
            directory.provide(service, operations, self.answer)

    async def answer(self, call: Call, request: Json) -> Answer:
        self.calls.append(call)
        match call.service:
            case "cloudformation" if call.operation in STACK_SETS:
                return self._stack_sets(call.operation, request)
            case "cloudformation":
                return self._stacks(call.operation, request)
            case "codecommit":
                return self._commits(call.operation, request)
            case "codebuild":
                return self._builds(call.operation, request)
            case "ecr":
                return self._images(call.operation)
            case "cloudwatch":
                return {"MetricAlarms": [{"StateValue": "ALARM" if "bad" in request["AlarmNames"][0] else "OK"}]}
            case "sts":
                return {"Credentials": KEYS}
        return {}

    def _builds(self, operation: str, request: Json) -> Answer:
        if operation == "StartBuild":
            build = f"p:{request['idempotencyToken'][-36:]}"
            self.builds.setdefault(build, "FAILED" if "bad" in request["projectName"] else self.comes_to)
            return {"build": {"id": build, "logs": {"cloudWatchLogsArn": f"arn:log:{build}"}}}
        if operation.endswith("Project"):
            return {}
        if operation == "StartBuildBatch":
            return {"buildBatch": {"id": "p:batch"}}
        if operation == "BatchGetBuildBatches":
            return {"buildBatches": [{"id": "p:batch", "buildBatchStatus": "SUCCEEDED", "buildGroups": self.groups}]}
        (build,) = request["ids"]
        exported = [{"name": "TAG", "value": "v1"}]
        told = {"id": build, "buildStatus": self.builds[build], "exportedEnvironmentVariables": exported}
        return {"builds": [told]}

    def _images(self, operation: str) -> Answer:
        if operation == "DescribeRepositories":
            return {"repositories": [{"repositoryUri": "1.dkr.ecr.us-east-1.amazonaws.com/app"}]}
        return {"imageDetails": [{"registryId": "1", "imageDigest": self.image, "imageTags": ["latest"]}]}

    def _stacks(self, operation: str, request: Json) -> Answer:
        match operation:
            case "DescribeStacks" if self.stack:
                outputs = [{"OutputKey": "Url", "OutputValue": "http://here"}]
                return {"Stacks": [{"StackId": "s", "StackStatus": self.stack, "Outputs": outputs}]}
            case "DescribeStacks":
                raise ServiceError("Stack with id s does not exist", code="ValidationError")
            case "DescribeStackEvents":
                return {"StackEvents": []}
            case "DescribeChangeSet":
                return {"Status": "CREATE_COMPLETE"}
            case "UpdateStack":
                raise ServiceError("No updates are to be performed.", code="ValidationError")
        after = {"DeleteStack": "", "CreateStack": "CREATE_COMPLETE", "CreateChangeSet": "REVIEW_IN_PROGRESS"}
        self.stack = after.get(operation, "CREATE_COMPLETE")
        return {}

    def _stack_sets(self, operation: str, request: Json) -> Answer:
        match operation:
            case "DescribeStackSet" if not self.stack:
                raise ServiceError("StackSet set not found", code="StackSetNotFoundException", status=404)
            case "DescribeStackSet":
                return {"StackSet": {"StackSetId": "set:1"}}
            case "CreateStackSet":
                self.stack = "there"
                return {"StackSetId": "set:1"}
            case "DescribeStackSetOperation":
                status = "FAILED" if "bad" in self.stack else "SUCCEEDED"
                return {"StackSetOperation": {"Status": status}}
            case "ListStackSetOperationResults":
                return {"Summaries": [{"Region": "us-east-1", "StatusReason": "no room"}]}
        return {"OperationId": request["OperationId"]}

    def _commits(self, operation: str, request: Json) -> Answer:
        match operation:
            case "GetBranch":
                return {"branch": {"branchName": "main", "commitId": "c0ffee"}}
            case "GetCommit":
                return {"commit": {"commitId": "c0ffee", "message": "first"}}
        return {"Content": zipped({"a.txt": "one", "d/b.txt": "two"})}

    def asked(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]


@dataclass
class World:
    database: SqliteDatabase
    folder: Path
    outside: Outside = field(default_factory=Outside)
    life: int = 1
    now: float = 1_900_000_000.0
    jobs: list[Json] = field(default_factory=list)  # acknowledged, and not asked for yet

    def __post_init__(self) -> None:
        numbers = count(1)
        self.directory = Directory(validate)
        self.chance = lambda: f"{self.life:08x}{next(numbers):024x}"
        self.engine = Engine(self.database, self.directory, clock=self.clock, chance=self.chance)
        self.notices = Notices(self.database, self.directory)
        self.pushes = Pushes()
        self.room = open_codepipeline(
            engine=self.engine, directory=self.directory, notices=self.notices, pushes=self.pushes, clock=self.clock,
            sealing=Sealing(), endpoint=lambda: "http://here", chance=self.chance,
        )  # fmt: skip
        for service in s3.operations(self.database, Blobs(self.folder), self.clock, self.chance):
            self.directory.register(service)
        self.outside.enter(self.directory)
        self.poller = Poller(self.database, self.directory, Starter(self.engine, self.clock))

    def clock(self) -> float:
        self.now += 0.001
        return self.now

    async def ask(self, operation: str, **request: Json) -> Mapping[str, Any]:
        """What CodePipeline answers."""
        return await self.directory.answer(Call("codepipeline", operation, request, WHO))

    async def s3(self, operation: str, **request: Json) -> Mapping[str, Any]:
        return await self.directory.answer(Call("s3", operation, request, WHO))

    async def buckets(self) -> None:
        """Buckets for sources (versioned), artifacts and what is deployed."""
        for bucket in ("sources", "artifacts", "deployed"):
            await self.s3("CreateBucket", Bucket=bucket)
        await self.s3("PutBucketVersioning", Bucket="sources", VersioningConfiguration={"Status": "Enabled"})

    async def read(self, bucket: str, key: str) -> bytes:
        return await read_whole((await self.s3("GetObject", Bucket=bucket, Key=key))["Body"])

    # -- custom actions

    async def custom_types(self) -> None:
        """Actions Hand, of three categories, that the test carries out."""
        for category, makes in (("Source", 1), ("Build", 0), ("Deploy", 0)):
            await self.ask(
                "CreateCustomActionType", category=category, provider="Hand", version="1",
                configurationProperties=[{"name": "Note", "required": False, "key": False, "secret": False}],
                inputArtifactDetails={"minimumCount": 0, "maximumCount": 5},
                outputArtifactDetails={"minimumCount": makes, "maximumCount": 5},
            )  # fmt: skip

    async def declare(self, *stages: Json, name: str = "p", **more: Json) -> None:
        """A pipeline whose first stage is one custom source, with its first execution under way."""
        await self.custom_types()
        await self.ask("CreatePipeline", pipeline=declared(*stages, name=name, **more))

    async def job(self, action: str) -> Json | None:
        """The job of an action if it waits for a worker, acknowledged."""
        for category in ("Source", "Build", "Deploy"):
            kind = {"category": category, "owner": "Custom", "provider": "Hand", "version": "1"}
            while jobs := (await self.ask("PollForJobs", actionTypeId=kind))["jobs"]:
                await self.ask("AcknowledgeJob", jobId=jobs[0]["id"], nonce=jobs[0]["nonce"])
                self.jobs.append(jobs[0])
        found = [each for each in self.jobs if each["data"]["pipelineContext"]["action"]["name"] == action]
        if not found:
            return None
        self.jobs.remove(found[0])
        return found[0]

    async def do(self, action: str, **told: Json) -> str:
        """An action goes well; the execution that it is of."""
        job = await self.job(action)
        assert job is not None, action
        await self.ask("PutJobSuccessResult", jobId=job["id"], **told)
        execution: str = job["data"]["pipelineContext"]["pipelineExecutionId"]
        return execution

    async def fail(self, action: str) -> str:
        job = await self.job(action)
        assert job is not None, action
        await self.ask("PutJobFailureResult", jobId=job["id"], failureDetails={"type": "JobFailed", "message": "no"})
        execution: str = job["data"]["pipelineContext"]["pipelineExecutionId"]
        return execution

    # -- what is told

    async def start(self, name: str = "p", **more: Json) -> str:
        execution: str = (await self.ask("StartPipelineExecution", name=name, **more))["pipelineExecutionId"]
        return execution

    async def executions(self, name: str = "p") -> dict[str, Json]:
        """By id, the oldest first."""
        found = (await self.ask("ListPipelineExecutions", pipelineName=name))["pipelineExecutionSummaries"]
        return {each["pipelineExecutionId"]: each for each in reversed(found)}

    async def statuses(self, name: str = "p") -> list[str]:
        """Of the executions, the oldest first."""
        return [each["status"] for each in (await self.executions(name)).values()]

    async def stage(self, stage: str, name: str = "p") -> Json:
        states = (await self.ask("GetPipelineState", name=name))["stageStates"]
        return next(each for each in states if each["stageName"] == stage)

    async def action(self, stage: str, action: str, name: str = "p") -> Json:
        states = (await self.stage(stage, name))["actionStates"]
        return next(each for each in states if each["actionName"] == action).get("latestExecution")

    async def until_status(self, status: str, name: str = "p") -> None:
        """Until the latest execution has it."""
        async with asyncio.timeout(DEADLINE):
            while (await self.statuses(name))[-1] != status:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def until_count(self, executions: int) -> None:
        """Until there are so many executions."""
        async with asyncio.timeout(DEADLINE):
            while len(await self.statuses()) < executions:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def until_superseded(self, executions: int) -> None:
        """Until so many have been superseded."""
        async with asyncio.timeout(DEADLINE):
            while (await self.statuses()).count("Superseded") < executions:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def until_job(self, action: str) -> None:
        """Until an action waits for a worker."""
        async with asyncio.timeout(DEADLINE):
            while not (job := await self.job(action)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        self.jobs.append(job)

    async def until_token(self, stage: str, action: str) -> str:
        """The token of an approval once it is waited for."""
        async with asyncio.timeout(DEADLINE):
            while not (token := ((await self.action(stage, action)) or {}).get("token")):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return str(token)


def action(name: str, kind: str = "Build/Custom/Hand", order: int = 1, **more: Json) -> Json:
    """An action; artifacts by name."""
    category, owner, provider = kind.split("/")
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": owner, "provider": provider, "version": "1"},
        "runOrder": order,
        "configuration": more.pop("given", {}),
        "inputArtifacts": [{"name": each} for each in more.pop("takes", [])],
        "outputArtifacts": [{"name": each} for each in more.pop("makes", [])],
        **more,
    }


def stage(name: str, *actions: Json, **more: Json) -> Json:
    return {"name": name, "actions": list(actions), **more}


def declared(*stages: Json, name: str = "p", **more: Json) -> Json:
    """A declaration whose first stage is Source with the custom action Get, which makes Code."""
    source = stage("Source", action("Get", "Source/Custom/Hand", makes=["Code"], namespace="Get"))
    return {
        "name": name,
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "pipelineType": "V2",
        "stages": [source, *stages],
        **more,
    }


def zipped(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packed.getvalue()


@asynccontextmanager
async def living(folder: Path) -> AsyncIterator[World]:
    """A new world at work."""
    migrate(folder / "penstock.db", MIGRATIONS)
    async with at_work(World(SqliteDatabase(folder / "penstock.db"), folder)) as world:
        yield world


def in_a_world(test: Callable[[World], Awaitable[None]]) -> Callable[[Path], Awaitable[None]]:
    """A test of a new world at work."""

    async def run(tmp_path: Path) -> None:
        async with living(tmp_path) as world:
            await test(world)

    run.__name__ = run.__qualname__ = test.__name__
    return run
