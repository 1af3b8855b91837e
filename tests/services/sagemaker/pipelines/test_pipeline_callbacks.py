"""Callback steps: a message with a token goes to a queue, and its holder says how the step ended."""

from pathlib import Path

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    QUEUE,
    World,
    callback,
    get,
    outputs,
    processing,
    working,
)


async def asked(world: World, *more: object, **step: object) -> tuple[str, str]:
    """An execution whose callback step waits, and the token that it sent."""
    await world.create(callback("Approve", {"data": "s3://b/in", "n": 2}, **step), *more)
    arn = await world.start()
    await world.until(lambda: bool(world.messages))
    return arn, world.messages[-1]["token"]


async def succeed(world: World, token: str, client_token: str = "", **values: str) -> str:
    said = [{"Name": name, "Value": value} for name, value in values.items()]
    more = {"ClientRequestToken": client_token} if client_token else {}
    answer = await world.call("SendPipelineExecutionStepSuccess", CallbackToken=token, OutputParameters=said, **more)
    return str(answer["PipelineExecutionArn"])


async def test_the_message_holds_the_token_and_the_steps_arguments(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        arn, token = await asked(world)

        assert len(token) == 10
        assert token.isalnum()
        assert world.messages == [
            {
                "token": token,
                "pipelineExecutionArn": arn,
                "arguments": {"data": "s3://b/in", "n": 2},
                "status": "Executing",
            }
        ]
        (step,) = await world.steps(arn)
        assert step["StepStatus"] == "Executing"
        assert step["Metadata"] == {"Callback": {"CallbackToken": token, "SqsQueueUrl": QUEUE, "OutputParameters": []}}


async def test_what_the_holder_of_the_token_says_is_given_to_later_steps(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        uri = get("Steps.Approve.OutputParameters['out']")
        arn, token = await asked(
            world,
            processing("Use", Arguments={"ProcessingInputs": [{"InputName": "in", "S3Input": {"S3Uri": uri}}]}),
            OutputParameters=outputs(out="String"),
        )

        said_of = await succeed(world, token, out="s3://b/out")
        execution = await world.finished(arn)

        assert said_of == arn
        assert execution["PipelineExecutionStatus"] == "Succeeded"
        (job,) = world.requests_for("CreateProcessingJob")
        assert job["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://b/out"
        step, _ = await world.steps(arn)
        assert step["Metadata"]["Callback"]["OutputParameters"] == [{"Name": "out", "Value": "s3://b/out"}]


async def test_a_failure_is_told_with_the_holders_reason(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        arn, token = await asked(world)

        await world.call("SendPipelineExecutionStepFailure", CallbackToken=token, FailureReason="not good enough")
        execution = await world.finished(arn)

        (step,) = await world.steps(arn)
        assert execution["PipelineExecutionStatus"] == "Failed"
        assert (step["StepStatus"], step["FailureReason"]) == ("Failed", "not good enough")


async def test_a_token_is_good_once_and_the_same_call_told_twice_is_answered_alike(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        arn, token = await asked(world)

        first = await succeed(world, token, "c" * 32)
        again = await succeed(world, token, "c" * 32)

        assert first == again == arn
        with pytest.raises(ServiceError, match="is not waited for: its step has ended"):
            await succeed(world, token, "d" * 32)
        with pytest.raises(ServiceError, match="Callback token 'AAAAAAAAAA' does not exist") as unknown:
            await succeed(world, "AAAAAAAAAA")
        assert unknown.value.code == "ResourceNotFound"


async def test_a_stopping_execution_asks_the_holder_once_more_and_waits_for_the_answer(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        arn, token = await asked(world, processing("next", DependsOn=["Approve"]))
        await world.until_steps_are(arn, "Executing")

        await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
        await world.until(lambda: len(world.messages) == 2)
        (waiting,) = await world.steps(arn)
        await succeed(world, token)
        execution = await world.finished(arn)

        assert world.messages[1] == {**world.messages[0], "status": "Stopping"}
        assert waiting["StepStatus"] == "Stopping"
        assert execution["PipelineExecutionStatus"] == "Stopped"
        assert [step["StepName"] for step in await world.steps(arn)] == ["Approve"]


async def test_a_queue_that_is_not_there_fails_the_step(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(callback("Approve", SqsQueueUrl="https://sqs/1/nowhere"))

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert step["FailureReason"] == (
            "ClientError: Failed to send the callback message to https://sqs/1/nowhere. "
            "Error Details: The specified queue does not exist."
        )


async def test_a_deleted_pipelines_tokens_are_forgotten(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        arn, token = await asked(world)
        await succeed(world, token)
        await world.finished(arn)

        await world.call("DeletePipeline", PipelineName="churn", ClientRequestToken="x" * 32)

        with pytest.raises(ServiceError, match="does not exist"):
            await succeed(world, token)
