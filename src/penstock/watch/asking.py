"""Asking: the page's questions to the services, each an operation of the directory that any customer could ask."""

import asyncio
from dataclasses import dataclass
from typing import Final

from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError

MOST: Final = 10  # things of a kind on the overview, and whose latest runs are looked for
LOOKED_AT: Final = 100  # things of a kind among which the latest are found
SHOWN: Final = 100  # steps, events or lines of one thing


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, on whose behalf."""

    directory: Directory
    scope: Scope

    async def ask(self, service: str, operation: str, **request: Json) -> Answer:
        """What the service says. Raises `ServiceError` as it does."""
        await asyncio.sleep(
            0
        )  # a question that waits for nothing lets nobody else ask: the work goes before the watching
        return await self.directory.answer(Call(service, operation, request, self.scope))

    async def ask_if_there(self, service: str, operation: str, **request: Json) -> Answer:
        """What it says; nothing, if what is asked about has just gone."""
        try:
            return await self.ask(service, operation, **request)
        except ServiceError:
            return {}

    async def sagemaker(self, operation: str, **request: Json) -> Answer:
        return await self.ask("sagemaker", operation, **request)
