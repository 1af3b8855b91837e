"""Driving: the calls that a type's functions ask for, placed in earnest."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from penstock.engine.outbox import journalled
from penstock.services.cloudformation.resources.kind import Address, Ask, Begun, Pause, Step, Steps
from penstock.wire.call import Call, Directory, Scope, ServiceError

T = TypeVar("T")
Json = Any


async def deaf(_: str) -> None:
    """Nobody wants to know that a resource is there."""


async def nowhere(_: Scope, bucket: str, key: str) -> str:
    """There is no door at which anything could be put."""
    return f"https://{bucket}.invalid/{key}"


Addresses = Callable[[Scope, str, str], Awaitable[str]]  # (scope, bucket, key) → where an object can be put


@dataclass(frozen=True, slots=True)
class Driver:
    """Places calls in a scope. `token` is the same whenever the same try is begun again; `begun` hears of ids."""

    directory: Directory
    scope: Scope
    token: str
    begun: Callable[[str], Awaitable[None]] = deaf
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    address: Addresses = nowhere

    async def drive(self, steps: Steps[T]) -> T:
        """Do all that is asked for, from beginning to end."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._take(step)
                except ServiceError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            steps.close()

    async def _take(self, step: Step) -> Json:
        match step:
            case Ask(service, operation, request, mark):
                token = f"{self.token}/{operation}/{mark or digest(request)}"
                answer = await self.directory.answer(Call(service, operation, request, self.scope, token=token))
                return await journalled(answer)
            case Address(bucket, key):
                return await self.address(self.scope, bucket, key)
            case Pause(seconds):
                await self.pause(seconds)
            case Begun(physical_id):
                await self.begun(physical_id)
        return None


def digest(request: Json) -> str:
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()[:16]
