"""The room, furnished: what `app` calls to have endpoints."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.engine.engine import Engine
from penstock.engine.residents import Residents
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.endpoints.alarms import Alarms
from penstock.services.sagemaker.endpoints.api import Endpoints
from penstock.services.sagemaker.endpoints.backlog import Backlog
from penstock.services.sagemaker.endpoints.components import InferenceComponents
from penstock.services.sagemaker.endpoints.configs import EndpointConfigs
from penstock.services.sagemaker.endpoints.copies import ComponentFlow
from penstock.services.sagemaker.endpoints.flow import SERVE, STAGE, EndpointFlow
from penstock.services.sagemaker.endpoints.inference import ANSWER, NOTIFY, InferenceFlow
from penstock.services.sagemaker.endpoints.invocations import Invocations
from penstock.services.sagemaker.endpoints.metering import Answered, Metering, nothing_answered
from penstock.services.sagemaker.endpoints.queueing import Queueing
from penstock.services.sagemaker.endpoints.runtime import Runtime
from penstock.services.sagemaker.endpoints.servers import ClientEnvironment, HowServed, ModelServers
from penstock.services.sagemaker.endpoints.serving import Serving
from penstock.services.sagemaker.endpoints.shelf import Shelf
from penstock.services.sagemaker.endpoints.shifting import FIT, WATCH
from penstock.services.sagemaker.endpoints.spool import Spool
from penstock.services.sagemaker.endpoints.staging import Staging
from penstock.services.sagemaker.jobs.instances import Machine
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.store.blobs import Blobs
from penstock.store.streams import Streams
from penstock.wire.call import Directory


@dataclass(frozen=True, slots=True)
class EndpointsRoom:
    """What others need of it: model servers, and what it does all the time, until it is cancelled."""

    servers: ModelServers
    work: Callable[[], Coroutine[Any, Any, None]]
    tidy: Callable[[], Coroutine[Any, Any, None]]  # now and then


def open_endpoints(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    residents: Residents,
    machine: Machine,
    models: Path,
    captures: Path,
    streams: Streams,
    how_served: HowServed,
    client_environment: ClientEnvironment,
    clock: Callable[[], float],
    chance: Callable[[], str],
    announce: Announce = unheard,
    answered: Answered | None = None,
) -> EndpointsRoom:
    """Enter operations, the flow and activities; before `engine.work`."""
    servers = ModelServers(
        residents=residents,
        shelf=Shelf(models, blobs),
        streams=streams,
        machine=machine,
        how_served=how_served,
        client_environment=client_environment,
        clock=clock,
    )
    objects = Objects(directory, blobs)
    metering = Metering(directory, clock, nothing_answered() if answered is None else answered)
    serving = Serving(engine, servers, objects, metering)
    engine.register(EndpointFlow(serving.retire, announce))
    engine.activity(STAGE, Staging(directory, objects).stage)
    engine.activity(SERVE, serving.serve)
    engine.activity(FIT, serving.fit)
    engine.activity(WATCH, Alarms(directory, clock).watch)
    directory.register(EndpointConfigs(engine.database, directory, clock, announce))
    directory.register(Endpoints(engine, directory, clock, chance))
    engine.register(ComponentFlow(serving.retire))
    directory.register(InferenceComponents(engine, directory, clock, chance))
    spool = Spool(captures, objects, blobs, clock=clock, chance=chance)
    invocations = Invocations(engine.database, serving, spool, metering, clock, chance)
    backlog = Backlog(engine.database, metering, clock)
    queueing = Queueing(engine, directory, objects, blobs, invocations, clock, chance, backlog)
    engine.register(InferenceFlow())
    engine.activity(ANSWER, queueing.answer)
    engine.activity(NOTIFY, queueing.notify)
    directory.register(Runtime(invocations, queueing))

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(spool.ship())
            tasks.create_task(metering.tell())
            tasks.create_task(backlog.tell())

    async def tidy() -> None:
        await servers.tidy()
        await queueing.forget_settled()

    return EndpointsRoom(servers, work, tidy)
