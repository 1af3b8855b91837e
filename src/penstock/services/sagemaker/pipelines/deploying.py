"""Deploying: the activity that waits for endpoints and inference components to settle, as any customer does.

Their runs go on until they are deleted, so there is no end of one to watch: they are described, again and again.
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
ASK: Final = {"EndpointName": "DescribeEndpoint", "InferenceComponentName": "DescribeInferenceComponent"}


class Deployments:
    """Waits for what is deployed. After a crash it looks again, and has all its time again."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def settled(self, task: Task) -> Json:
        """What its Describe answers when nothing is under way. Raises what it refuses with."""
        ((kind, name),) = task.input.items()
        call = Call("sagemaker", ASK[kind], task.input, task.scope)
        try:
            async with asyncio.timeout(LONGEST):
                found: Mapping[str, Json] = await self._directory.answer(call)
                while status(found) not in SETTLED:
                    await asyncio.sleep(LOOK_EVERY)
                    found = await self._directory.answer(call)
        except TimeoutError:
            raise ValidationError(f"{kind} {name}: it has not settled within {LONGEST:.0f} seconds.") from None
        return found


def status(described: Mapping[str, Json]) -> str:
    return str(described.get("InferenceComponentStatus") or described["EndpointStatus"])


def serves(described: Mapping[str, Json]) -> bool:
    return status(described) == "InService"
