"""Stacks: how whoever has asked CloudFormation for something waits until it is done, and what came of it.

Everything is asked at CloudFormation's front door. A stack that is not there is one that has been deleted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError

FIRST_LOOK, LAST_LOOK, GROWTH = 0.02, 5.0, 1.5  # seconds between two looks, which grow by that factor
LONGEST: Final = 24 * 3600.0  # seconds that a stack's change is waited for
NOTHING_TO_DO: Final = "No updates are to be performed"
DELETED: Final = "DELETE_COMPLETE"
REVIEWED: Final = "REVIEW_IN_PROGRESS"  # there is a change set and no more: nothing is under way


@dataclass(frozen=True, slots=True)
class Settled:
    """A stack in which nothing is under way; `reason` is why, where it is not as it was asked to be."""

    status: str
    reason: str = ""
    id: str = ""  # its ARN; empty where it is not there
    outputs: tuple[Mapping[str, Json], ...] = ()


async def silent(_: str) -> None:
    """Nobody hears."""


async def settled(
    directory: Directory, scope: Scope, stack: str, tell: Callable[[str], Awaitable[None]] = silent
) -> Settled:
    """A stack, by name or id, once nothing is under way in it; `tell` hears of each status on the way.

    Raises `TimeoutError` after `LONGEST`, and whatever CloudFormation says but that there is no such stack.
    """
    pause, told = FIRST_LOOK, ""
    async with asyncio.timeout(LONGEST):
        while True:
            found = await described(directory, scope, stack)
            if found is None:
                return Settled(DELETED)
            status = found["StackStatus"]
            if status == REVIEWED or not status.endswith("_IN_PROGRESS"):
                reason = await _why(directory, scope, found) if _is_bad(status) else ""
                return Settled(status, reason, found["StackId"], tuple(found.get("Outputs") or ()))
            if status != told:
                await tell(status)
                told = status
            await asyncio.sleep(pause)
            pause = min(pause * GROWTH, LAST_LOOK)


def is_going_back(status: str) -> bool:
    """Whether a change has failed and what it did is being undone."""
    return "ROLLBACK" in status


def _is_bad(status: str) -> bool:
    return "ROLLBACK" in status or status.endswith("_FAILED")


async def described(directory: Directory, scope: Scope, stack: str) -> Answer | None:
    """A stack as CloudFormation tells of it; None if it is not there."""
    try:
        answer = await directory.answer(Call("cloudformation", "DescribeStacks", {"StackName": stack}, scope))
    except ServiceError as error:
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    found: Answer = answer["Stacks"][0]
    return found


async def _why(directory: Directory, scope: Scope, stack: Answer) -> str:
    """The failure that came first in the last thing that was done to a stack; else what the stack says itself."""
    request = {"StackName": stack["StackId"]}
    events = (await directory.answer(Call("cloudformation", "DescribeStackEvents", request, scope)))["StackEvents"]
    failures = []
    for event in events:  # the newest first
        if _is_failure(event):
            failures.append(f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}")
        elif event["PhysicalResourceId"] == stack["StackId"] and event["ResourceStatus"] in _BEGUN:
            break
    return failures[-1] if failures else stack.get("StackStatusReason", "") or stack["StackStatus"]


_BEGUN: Final = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})


def _is_failure(event: Mapping[str, Json]) -> bool:
    reason = event.get("ResourceStatusReason", "")
    return event["ResourceStatus"].endswith("_FAILED") and bool(reason) and "cancelled" not in reason
