"""Integrations inside running machines: which events tell of them. The services answer what a test says."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.stepfunctions.room import open_stepfunctions
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError, operation
from penstock.wire.validate import validate
from services.stepfunctions.integrations.worlds import mocks

ROLE = "arn:aws:iam::123456789012:role/machine"
DEADLINE = 20.0


class SageMaker:
    """One transform job, under way for good; a pipeline that is not there."""

    service = "sagemaker"

    def __init__(self) -> None:
        self.stopped = asyncio.Event()
        self.asked_by: list[str] = []

    @operation("StartPipelineExecution")
    async def start(self, call: Call, request: Json) -> Answer:
        self.asked_by.append(call.scope.principal)
        raise ServiceError("no such pipeline", code="ResourceNotFound")

    @operation("CreateTransformJob")
    async def create(self, call: Call, request: Json) -> Answer:
        return {"TransformJobArn": "arn:aws:sagemaker:us-east-1:123456789012:transform-job/j"}

    @operation("DescribeTransformJob")
    async def describe(self, call: Call, request: Json) -> Answer:
        return {"TransformJobName": "j", "TransformJobArn": "a", "TransformJobStatus": "InProgress"}

    @operation("StopTransformJob")
    async def stop(self, call: Call, request: Json) -> Answer:
        self.stopped.set()
        return {}


class House:
    """Step Functions with an engine at work, and SageMaker beside it."""

    def __init__(self, directory: Directory, sagemaker: SageMaker) -> None:
        self.directory = directory
        self.sagemaker = sagemaker

    async def ask(self, operation_name: str, **request: Json) -> Answer:
        return await self.directory.answer(Call("stepfunctions", operation_name, request))

    async def start(self, resource: str, *, case: str = "", **state: Json) -> str:
        """Start a machine of one task; what is answered is the execution's ARN."""
        task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, **state}
        definition = json.dumps({"StartAt": "T", "States": {"T": task}})
        made = await self.ask("CreateStateMachine", name="m", definition=definition, roleArn=ROLE)
        arn = made["stateMachineArn"] + (f"#{case}" if case else "")
        return str((await self.ask("StartExecution", stateMachineArn=arn, input='{"n": 5}'))["executionArn"])

    async def events(self, execution: str) -> list[Json]:
        return list((await self.ask("GetExecutionHistory", executionArn=execution))["events"])

    async def history(self, execution: str, until: str = "Execution") -> list[Json]:
        """The events of an execution, once there is one of that kind (or, if not said otherwise, once it has ended)."""
        async with asyncio.timeout(DEADLINE):
            while True:
                events = await self.events(execution)
                if any(kind.startswith(until) for kind in kinds(events[1:])):
                    return events
                await asyncio.sleep(0.01)


@asynccontextmanager
async def house(folder: Path, **options: Any) -> AsyncIterator[House]:
    migrate(folder / "penstock.db", MIGRATIONS)
    database, directory, numbers = SqliteDatabase(folder / "penstock.db"), Directory(validate), count(1)
    luck: dict[str, Any] = {"clock": time.time, "chance": lambda: f"{next(numbers):032x}"}
    engine, sagemaker = Engine(database, directory, **luck), SageMaker()
    directory.register(sagemaker)
    notices = Notices(database, directory)
    open_stepfunctions(database=database, directory=directory, engine=engine, notices=notices, **luck, **options)
    ready = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(engine.work(ready.set))
        try:
            await ready.wait()
            yield House(directory, sagemaker)
        finally:
            working.cancel()
    database.close()


def kinds(events: list[Json]) -> list[str]:
    return [event["type"] for event in events]


async def test_a_task_that_cannot_be_started_is_not_scheduled(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        parameters = {"PipelineName.$": "$.n"}
        events = await here.history(await here.start("aws-sdk:sagemaker:startPipelineExecution", Parameters=parameters))

    assert kinds(events) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
    assert events[-1]["executionFailedEventDetails"] == {
        "error": "States.Runtime",
        "cause": "An error occurred while executing the state 'T' (entered at the event id #2). "
        "The Parameters '{\"PipelineName\":5}' could not be used to start the Task: "
        "[The value for the field 'PipelineName' must be a STRING]",
    }


@pytest.mark.parametrize(("suffix", "told"), [("", "TaskFailed"), (".sync", "TaskSubmitFailed")])
async def test_a_job_that_was_not_taken_failed_to_be_submitted(tmp_path: Path, suffix: str, told: str) -> None:
    async with house(tmp_path) as here:
        resource = f"sagemaker:startPipelineExecution{suffix}"
        events = await here.history(await here.start(resource, Parameters={"PipelineName": "p"}))

    assert kinds(events)[2:-1] == ["TaskScheduled", "TaskStarted", told]
    details = events[-2][f"t{told[1:]}EventDetails"]
    assert (details["resource"], details["resourceType"]) == (f"startPipelineExecution{suffix}", "sagemaker")
    assert details["error"] == "SageMaker.ResourceNotFoundException"


PIPELINE = "sagemaker:startPipelineExecution"
OTHER = "arn:aws:iam::123456789012:role/other"


@pytest.mark.parametrize(
    ("credentials", "role"),
    [({}, "machine"), ({"Credentials": {"RoleArn": OTHER}}, "other"),
     ({"Credentials": {"RoleArn.$": "States.Format('arn:aws:iam::{}:role/n', '123456789012')"}}, "n")],
)  # fmt: skip
async def test_a_task_asks_in_the_role_of_its_credentials_or_else_of_its_machine(
    tmp_path: Path, credentials: Json, role: str
) -> None:
    async with house(tmp_path) as here:
        events = await here.history(await here.start(PIPELINE, Parameters={"PipelineName": "p"}, **credentials))

        assert [asked.split("/")[1] for asked in here.sagemaker.asked_by] == [role]
        told = events[2]["taskScheduledEventDetails"].get("taskCredentials")
        assert told == (None if role == "machine" else {"roleArn": f"arn:aws:iam::123456789012:role/{role}"})


@pytest.mark.parametrize(
    ("role", "error", "said"),
    [("arn:aws:iam::210987654321:role/other", "States.Permissions", "Name a role of account 123456789012."),
     ("other", "States.Permissions", "Name a role of account 123456789012."),
     (5, "States.Runtime", "The RoleArn of the Credentials must be a string, but was: 5")],
)  # fmt: skip
async def test_a_role_that_a_task_cannot_take_fails_it(tmp_path: Path, role: Json, error: str, said: str) -> None:
    async with house(tmp_path) as here:
        state: Json = {"Parameters": {"PipelineName": "p"}, "Credentials": {"RoleArn": role}}
        events = await here.history(await here.start(PIPELINE, **state))

        failed = events[-1]["executionFailedEventDetails"]
        assert (failed["error"], said in failed["cause"]) == (error, True)
        assert here.sagemaker.asked_by == []


TRANSFORM: Json = {
    "TransformJobName": "j",
    "ModelName": "m",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}},
    "TransformOutput": {"S3OutputPath": "s3://b/out"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


async def test_a_job_that_nobody_waits_for_any_more_is_stopped(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        execution = await here.start("sagemaker:createTransformJob.sync", Parameters=TRANSFORM)
        async with asyncio.timeout(DEADLINE):
            await here.history(execution, until="TaskSubmitted")
            await here.ask("StopExecution", executionArn=execution)
            await here.sagemaker.stopped.wait()

        assert kinds(await here.history(execution))[-1] == "ExecutionAborted"


async def test_a_mocked_job_succeeds_without_anybody(tmp_path: Path) -> None:
    config = mocks({
        "StateMachines": {"m": {"TestCases": {"Good": {"T": "Done"}}}},
        "MockedResponses": {"Done": {"0": {"Return": {"TransformJobStatus": "Completed"}}}},
    })  # fmt: skip
    async with house(tmp_path, mocks=config) as here:
        execution = await here.start("sagemaker:createTransformJob.sync", case="Good", Parameters=TRANSFORM)
        events = await here.history(execution)

    assert kinds(events)[-1] == "ExecutionSucceeded"
    assert json.loads(events[-1]["executionSucceededEventDetails"]["output"]) == {"TransformJobStatus": "Completed"}
