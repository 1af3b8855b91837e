"""Driving: the calls that a type's functions ask for, placed in earnest."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from penstock.services.cloudformation.resources.kind import Ask, Begun, Pause, Step, Steps
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError

T = TypeVar("T")
Json = Any


async def deaf(_: str) -> None:
    """Nobody wants to know that a resource is there."""


@dataclass(frozen=True, slots=True)
class Driver:
    """Places calls in a scope. `token` is the same whenever the same try is begun again; `begun` hears of ids."""

    directory: Directory
    scope: Scope
    token: str
    begun: Callable[[str], Awaitable[None]] = deaf
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

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

    async def _take(self, step: Step) -> Answer | None:
        match step:
            case Ask(service, operation, request):
                token = f"{self.token}/{operation}/{digest(request)}"
                return await self.directory.answer(Call(service, operation, request, self.scope, token=token))
            case Pause(seconds):
                await self.pause(seconds)
            case Begun(physical_id):
                await self.begun(physical_id)
        return None


def digest(request: Json) -> str:
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()[:16]
