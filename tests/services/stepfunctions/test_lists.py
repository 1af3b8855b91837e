"""Lists of what Step Functions has: tokens that no list gave, and names that lead nowhere."""

from pathlib import Path
from typing import Any

import pytest

from penstock.wire import pages
from services.stepfunctions.driving import machine
from services.stepfunctions.stage import STATES, Stage, staged

Json = Any
MACHINE = f"{STATES}:stateMachine:m"
EXECUTION = f"{STATES}:execution:m:e"
VERSION = f"{MACHINE}:1"
LISTS: dict[str, Json] = {
    "ListStateMachines": {},
    "ListActivities": {},
    "ListExecutions": {"stateMachineArn": MACHINE},
    "ListStateMachineVersions": {"stateMachineArn": MACHINE},
    "ListStateMachineAliases": {"stateMachineArn": MACHINE},
    "ListStateMachineAliases of a version": {"stateMachineArn": VERSION},
    "ListMapRuns": {"executionArn": EXECUTION},
    "GetExecutionHistory": {"executionArn": EXECUTION},
}


async def a_machine_with_a_version_and_an_execution(stage: Stage) -> None:
    await stage.machine(machine(A={"Type": "Pass"}), publish=True)
    await stage.ended(await stage.start(name="e"))


@pytest.mark.parametrize("what", LISTS)
async def test_a_token_that_the_list_never_gave_is_invalid(tmp_path: Path, what: str) -> None:
    async with staged(tmp_path) as stage:
        await a_machine_with_a_version_and_an_execution(stage)

        for token in ("x", pages.encode("of another list")):
            error = await stage.refused(what.partition(" ")[0], **LISTS[what], nextToken=token)
            assert (error.code, error.message) == ("InvalidToken", "Invalid Token: 'Invalid token'")


@pytest.mark.parametrize(
    ("operation", "named", "code"),
    [("ListExecutions", {"stateMachineArn": f"{STATES}:stateMachine:n:7"}, "StateMachineDoesNotExist"),
     ("ListExecutions", {"stateMachineArn": f"{MACHINE}/L"}, "ValidationException"),
     ("ListExecutions", {"mapRunArn": "m"}, "InvalidArn"),
     ("ListExecutions", {"mapRunArn": EXECUTION}, "InvalidArn"),
     ("ListExecutions", {"mapRunArn": f"{STATES}:mapRun:m/L:r"}, "ResourceNotFound"),
     ("ListMapRuns", {"executionArn": f"{STATES}:execution:m:n"}, "ExecutionDoesNotExist"),
     ("DescribeMapRun", {"mapRunArn": f"{STATES}:mapRun:m/L:r"}, "ResourceNotFound")],
)  # fmt: skip
async def test_a_name_that_leads_nowhere_is_refused(tmp_path: Path, operation: str, named: Json, code: str) -> None:
    async with staged(tmp_path) as stage:
        await a_machine_with_a_version_and_an_execution(stage)

        assert (await stage.refused(operation, **named)).code == code


async def test_an_execution_without_map_runs_has_an_empty_list_of_them(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await a_machine_with_a_version_and_an_execution(stage)

        assert await stage.ask("ListMapRuns", executionArn=EXECUTION) == {"mapRuns": []}


async def test_executions_of_a_machine_that_is_being_deleted_are_listed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(machine(A={"Type": "Wait", "Seconds": 90_000_000}))
        await stage.start(name="e")
        await stage.ask("DeleteStateMachine", stateMachineArn=MACHINE)

        told = await stage.ask("ListExecutions", stateMachineArn=MACHINE)

        assert [each["executionArn"] for each in told["executions"]] == [EXECUTION]
