"""The room, furnished: what `app` calls to have Lambda."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from penstock.engine.engine import Engine
from penstock.engine.residents import Residents
from penstock.services.lambda_.absences import Absences
from penstock.services.lambda_.accepting import Accepting
from penstock.services.lambda_.answering import Answering
from penstock.services.lambda_.destinations import Deliveries
from penstock.services.lambda_.environments import ClientsOf, Environments, SdkOf
from penstock.services.lambda_.eventconfigs import EventConfigs
from penstock.services.lambda_.events import DELIVER, TRY, EventFlow
from penstock.services.lambda_.functions import Functions
from penstock.services.lambda_.invoking import Invocations, Invoking
from penstock.services.lambda_.layers import Layers
from penstock.services.lambda_.mappings import Mappings
from penstock.services.lambda_.packages import Packages, Shelf
from penstock.services.lambda_.permissions import Permissions
from penstock.services.lambda_.polling import Pollers, Queues
from penstock.services.lambda_.tagging import Tagging
from penstock.services.lambda_.urls import Urls
from penstock.services.lambda_.versions import Versions
from penstock.store.blobs import Blobs
from penstock.store.database import Database
from penstock.store.streams import Streams
from penstock.wire.call import Directory
from penstock.wire.fronts import Front

LOOK_EVERY: Final = 15.0  # seconds between two looks at environments that wait


class Lambda:
    """What must be done besides answering. `work` runs beside the engine; `tidy` now and then. `front` answers requests
    to functions' URLs."""

    def __init__(
        self,
        environments: Environments,
        shelf: Shelf,
        pollers: Pollers,
        database: Database,
        forget_events: Callable[[], Awaitable[None]],
        front: Front,
    ) -> None:
        self.front = front
        self._environments = environments
        self._shelf = shelf
        self._pollers = pollers
        self._database = database
        self._forget_events = forget_events

    async def work(self) -> None:
        """Poll queues, and let go of environments that nobody needs, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pollers.work())
                while True:
                    await asyncio.sleep(LOOK_EVERY)
                    self._environments.retire_idle()
        finally:
            self._environments.end_all()

    async def tidy(self) -> None:
        await self._forget_events()
        await self._shelf.tidy(self._database, self._environments.is_used)


def furnish(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    residents: Residents,
    most_environments: int,
    unpacked: Path,
    streams: Streams,
    clients_of: ClientsOf,
    sdk_of: SdkOf,
    endpoint: Callable[[], str],
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> Lambda:
    """Enter the operations into the directory, the flow and activities into the engine. Before `engine.work`."""
    database = engine.database
    packages, shelf = Packages(directory, blobs), Shelf(unpacked, blobs)
    environments = Environments(
        residents, shelf, streams, clients_of, sdk_of,
        clock=clock, chance=chance, most=most_environments,
    )  # fmt: skip
    invocations = Invocations(database, environments)
    accepting = Accepting(engine, invocations, Deliveries(directory), clock, chance)
    queues = Queues(directory)
    pollers = Pollers(database, queues, invocations, chance)
    invoking = Invoking(invocations, accepting.accept, chance)
    engine.register(EventFlow())
    engine.activity(TRY, accepting.attempt)
    engine.activity(DELIVER, accepting.deliver)
    for service in (
        Functions(database, blobs, packages, environments, clock, chance),
        Versions(database, clock, chance),
        Layers(database, blobs, packages, clock),
        Permissions(database, clock, chance),
        Tagging(database),
        Absences(database),
        EventConfigs(database, clock),
        Mappings(database, queues, pollers, clock, chance),
        Urls(database, endpoint, clock, chance),
        invoking,
    ):
        directory.register(service)
    return Lambda(environments, shelf, pollers, database, accepting.forget_settled, Answering(database, invoking).serve)
