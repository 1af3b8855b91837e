"""Redriving an execution: it goes on where it failed, and what had succeeded is not done again."""

from pathlib import Path
from typing import Any

from services.stepfunctions.driving import branch, machine, task
from services.stepfunctions.stage import FUNCTION, STATES, staged

Json = Any
MACHINE = f"{STATES}:stateMachine:m"
CALL: Json = task(FUNCTION)
HOLDING: Json = machine(A={"Type": "Wait", "Seconds": 90_000_000})


def payloads(outside: Any) -> list[Json]:
    return [payload for _, payload in outside.invoked]


async def test_what_failed_is_done_again_and_what_succeeded_is_not(tmp_path: Path) -> None:
    first = {"Type": "Task", "Resource": FUNCTION, "Parameters": {"answer": 1}, "ResultPath": "$.first", "Next": "B"}
    definition = {
        "StartAt": "A",
        "States": {"A": first, "B": {"Type": "Task", "Resource": FUNCTION, "InputPath": "$.second", "End": True}},
    }
    async with staged(tmp_path) as stage:
        execution = await stage.start(await stage.machine(definition), input='{"second": {"fail": "Odd"}}')
        assert (await stage.ended(execution))["redriveStatus"] == "REDRIVABLE"

        await stage.ask("RedriveExecution", executionArn=execution)
        told = await stage.ended(execution)

        assert (told["status"], told["redriveCount"], told["error"]) == ("FAILED", 1, "Odd")
        assert payloads(stage.outside) == [{"answer": 1}, {"fail": "Odd"}, {"fail": "Odd"}]
        history = await stage.history(execution)
        again = next(event["id"] for event in history if event["type"] == "ExecutionRedriven")
        assert [event["type"] for event in history if event["id"] > again] == [
            "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed", "ExecutionFailed",
        ]  # fmt: skip
        assert [event["id"] for event in history] == list(range(1, len(history) + 1))
        await stage.until(lambda: len(stage.outside.told) == 4)
        assert [told["status"] for told in stage.outside.told] == ["RUNNING", "FAILED", "RUNNING", "FAILED"]


async def test_only_the_branches_that_had_not_succeeded_run_again(tmp_path: Path) -> None:
    good = branch("G", G={**CALL, "Parameters": {"answer": "good"}})
    bad = branch("C", C={**CALL, "Parameters": {"fail": "Odd"}})
    definition = machine(A={"Type": "Parallel", "Branches": [good, bad]})
    async with staged(tmp_path) as stage:
        execution = await stage.start(await stage.machine(definition))
        await stage.ended(execution)
        before = len(stage.outside.invoked)

        await stage.ask("RedriveExecution", executionArn=execution)
        await stage.ended(execution)

        assert payloads(stage.outside)[before:] == [{"fail": "Odd"}]


async def test_a_stopped_execution_goes_on_and_can_succeed(tmp_path: Path) -> None:
    definition = machine(A={"Type": "Wait", "Seconds": 1, "Next": "B"}, B={"Type": "Pass", "Result": "done"})
    async with staged(tmp_path) as stage:
        execution = await stage.start(await stage.machine(definition))
        await stage.ask("StopExecution", executionArn=execution)

        await stage.ask("RedriveExecution", executionArn=execution)

        told = await stage.ended(execution)
        assert (told["status"], told["output"], told["redriveCount"]) == ("SUCCEEDED", '"done"', 1)


async def test_the_same_client_token_redrives_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        execution = await stage.start(await stage.machine(HOLDING))
        await stage.ask("StopExecution", executionArn=execution)

        first = await stage.ask("RedriveExecution", executionArn=execution, clientToken="t")
        again = await stage.ask("RedriveExecution", executionArn=execution, clientToken="t")

        assert again == first
        assert (await stage.ask("DescribeExecution", executionArn=execution))["redriveCount"] == 1


async def test_what_runs_or_succeeded_cannot_be_redriven(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        running = await stage.start(await stage.machine(HOLDING))
        succeeded = await stage.start(await stage.machine(machine(A={"Type": "Pass"}), name="n"))
        await stage.ended(succeeded)

        refusals = [await stage.refused("RedriveExecution", executionArn=arn) for arn in (running, succeeded)]

        assert [(refusal.code, refusal.message) for refusal in refusals] == [
            ("ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven"),
            ("ExecutionNotRedrivable", "Execution is SUCCEEDED and cannot be redriven"),
        ]


async def test_a_machine_that_is_deleted_lets_its_executions_end_at_their_next_transition(tmp_path: Path) -> None:
    definition = machine(A={"Type": "Wait", "Seconds": 20, "Next": "B"}, B={"Type": "Pass"})
    async with staged(tmp_path) as stage:
        execution = await stage.start(await stage.machine(definition))

        await stage.ask("DeleteStateMachine", stateMachineArn=MACHINE)

        assert (await stage.ask("DescribeStateMachine", stateMachineArn=MACHINE))["status"] == "DELETING"
        assert (await stage.ended(execution))["status"] == "ABORTED"
        assert (await stage.refused("DescribeStateMachine", stateMachineArn=MACHINE)).code == "StateMachineDoesNotExist"
