"""Deploying: the activity that waits for an endpoint to settle, as any customer waits for one.

An endpoint's run goes on until it is deleted, so there is no end of it to watch: it is described, again and again.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from penstock.engine.outbox import Task
from penstock.wire.call import Call, Directory, ValidationError

Json = Any
AWAIT_ENDPOINT: Final = "pipelines.await-endpoint"
LOOK_EVERY: Final = 0.25  # seconds
LONGEST: Final = 36_000.0  # seconds: longer than the longest deployment that AWS knows
SETTLED: Final = ("InService", "Failed", "UpdateRollbackFailed", "OutOfService")


class Deployments:
    """Waits for endpoints. After a crash it looks again, and has all its time again."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def settled(self, task: Task) -> Json:
        """What DescribeEndpoint answers when nothing is under way. Raises what it refuses with."""
        call = Call("sagemaker", "DescribeEndpoint", {"EndpointName": task.input["EndpointName"]}, task.scope)
        try:
            async with asyncio.timeout(LONGEST):
                found: Mapping[str, Json] = await self._directory.answer(call)
                while found["EndpointStatus"] not in SETTLED:
                    await asyncio.sleep(LOOK_EVERY)
                    found = await self._directory.answer(call)
        except TimeoutError:
            name = task.input["EndpointName"]
            raise ValidationError(f"The endpoint {name} has not settled within {LONGEST:.0f} seconds.") from None
        return found
