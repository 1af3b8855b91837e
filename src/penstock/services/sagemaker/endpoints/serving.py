"""Serving: the fleets of every endpoint, as activities of the endpoints' runs.

`serve` goes on for as long as its revision is wanted; the flow says (`retire`) when it is not. After a restart of
Penstock the outbox performs it again: a revision that was in service stays so, and requests wait until its servers are
there.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints import explaining
from penstock.services.sagemaker.endpoints.chain import Chain
from penstock.services.sagemaker.endpoints.fleet import Fleet
from penstock.services.sagemaker.endpoints.flow import DOWN, UP
from penstock.services.sagemaker.endpoints.holding import Holder
from penstock.services.sagemaker.endpoints.instance import Answering, Instance
from penstock.services.sagemaker.endpoints.library import Library, Loads, NoModel
from penstock.services.sagemaker.endpoints.metering import Metering
from penstock.services.sagemaker.endpoints.metering import Place as Measured
from penstock.services.sagemaker.endpoints.model import (
    Concurrency,
    Container,
    Contents,
    Deployment,
    Json,
    Plan,
    State,
    Variant,
)
from penstock.services.sagemaker.endpoints.program import Program
from penstock.services.sagemaker.endpoints.serverless import Serverless
from penstock.services.sagemaker.endpoints.servers import Host, ModelServers
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Objects, Undelivered
from penstock.services.sagemaker.jobs.staging import safe
from penstock.wire.call import Scope

LONGEST_FIT: Final = 600.0  # seconds
LONGEST_MODEL: Final = 60.0  # seconds that one of several models takes to be brought: somebody waits
EXPLAINER_MIB: Final = 2048  # of memory, beside its model
EACH_MODEL_MIB: Final = 256  # of an instance's memory, for each of the models that it holds
NOT_BROUGHT: Final = (
    "Failed to download model data ({uri}). Please ensure that there is an object located at the URL and that the role "
    "passed to CreateModel has permissions to download the model. ({problem})"
)


class Serving:
    """The activities `sagemaker.serve-endpoint` and `sagemaker.fit-endpoint`, and what InvokeEndpoint asks."""

    def __init__(self, engine: Engine, servers: ModelServers, objects: Objects, metering: Metering) -> None:
        self._engine = engine
        self._servers = servers
        self._objects = objects
        self._metering = metering
        self._fleets: dict[tuple[RunId, int], Fleet] = {}
        self._retired: dict[tuple[RunId, int], asyncio.Event] = {}

    def fleet(self, run: RunId, revision: int) -> Fleet | None:
        return self._fleets.get((run, revision))

    def retire(self, run: RunId, left: frozenset[int]) -> None:
        """End the servers of a run's revisions but those that are left."""
        for key, retired in self._retired.items():
            if key[0] == run and key[1] not in left:
                retired.set()
                if not left and key in self._fleets:
                    self._fleets[key].end()  # the endpoint is deleted: nobody is waited for

    async def serve(self, task: Task) -> None:
        """Keep the servers of a revision until it is retired."""
        key = task.run, int(task.input["revision"])
        retired = self._retired[key] = asyncio.Event()  # before looking: nothing that happens meanwhile is missed
        try:
            plan, state = await self._look(task.run)
            deployment = state.deployment(key[1]) if state else None
            if plan is not None and state is not None and deployment is not None and not retired.is_set():
                await self._keep(task, plan, deployment, retired, is_new=not state.is_up(key[1]))
        finally:
            del self._retired[key]

    async def _keep(
        self, task: Task, plan: Plan, deployment: Deployment, retired: asyncio.Event, *, is_new: bool
    ) -> None:
        taken: list[Path] = []
        fleet = Fleet(deployment, self._maker(task, plan, deployment, taken))
        self._fleets[task.run, deployment.revision] = fleet
        bringing = asyncio.create_task(self._bring_up(task, fleet, deployment.revision, is_new=is_new))
        waiting = asyncio.create_task(retired.wait())
        try:
            await asyncio.wait({bringing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not retired.is_set() and bringing.result():
                await retired.wait()
                await fleet.drain()
        finally:
            fleet.end()
            bringing.cancel()
            waiting.cancel()
            await asyncio.gather(bringing, waiting, return_exceptions=True)
            del self._fleets[task.run, deployment.revision]
            self._servers.give_back(taken)

    async def fit(self, task: Task) -> Json:
        """Have a fleet be as large, and weighted, as its deployment says; `Problem` tells what does not come up."""
        deployment = msgspec.convert(task.input, Deployment)
        fleet = self._fleets.get((task.run, deployment.revision))
        if fleet is not None:  # else it is being made, after a restart: to that very size
            try:
                async with asyncio.timeout(LONGEST_FIT):
                    return {"Problem": await fleet.fit(deployment)}
            except TimeoutError:
                return {"Problem": f"The servers did not come up within {LONGEST_FIT:.0f} seconds."}
        return {"Problem": ""}

    async def _bring_up(self, task: Task, fleet: Fleet, revision: int, *, is_new: bool) -> bool:
        """Start the servers and tell; false if there is nothing to be kept. What was in service already stays so."""
        problem = await fleet.bring_up()
        if is_new and problem:
            await task.tell(DOWN, {"revision": revision, "reason": problem[:1024]})
            return False
        if is_new:
            await task.tell(UP, {"revision": revision})
        return True

    async def _look(self, run: RunId) -> tuple[Plan | None, State | None]:
        seen = await self._engine.database.read(lambda tx: self._engine.look(tx, run))
        return (None, None) if seen is None else (seen.plan, seen.state)

    # -- instances

    def _maker(
        self, task: Task, plan: Plan, deployment: Deployment, taken: list[Path]
    ) -> Callable[[Variant, int], Answering]:
        """What makes instances; the folders that they take go into `taken`."""

        def make(variant: Variant, number: int) -> Answering:
            contents = variant.contents
            assert contents is not None  # it is staged
            name = instance_id(task.run, deployment.revision, variant.name, number)
            host = Host(
                scope=task.scope,
                instance_type=variant.instance_type,
                volume_gib=variant.volume_gib,
                group=plan.log_group,
                stream=f"{variant.name}/{name}",
                among=len(contents.containers),
                need=variant.need,
            )

            def server(container: Container, own: Host) -> Instance:
                kind = Program if self._servers.listens(container) else Instance
                return kind(name, partial(self._servers.start, container, own, taken), variant.start_within)

            if variant.serverless is not None:
                return self._serverless(variant.serverless, variant, host, taken)
            hears = partial(self._metering.load, Measured(task.scope, plan.name, variant.name))
            model = self._model_server(variant, contents, host, server, hears, taken)
            if contents.explainer is None:
                return model
            beside = server(contents.explainer, replace(host.of(explaining.NAME), memory_mib=EXPLAINER_MIB))
            return explaining.explained(model, beside, deployment.explainer)

        return make

    def _model_server(
        self,
        variant: Variant,
        contents: Contents,
        host: Host,
        server: Callable[[Container, Host], Instance],
        hears: Loads,
        taken: list[Path],
    ) -> Answering:
        first, *others = contents.containers
        if contents.models and self._servers.listens(first):
            return self._holder(first, variant, host, hears, taken)
        if contents.models:
            return self._library(first, host, lambda container: server(container, host), hears)
        if others:
            return Chain({each.name: server(each, host.of(each.name)) for each in contents.containers})
        return server(first, host)

    def _library(
        self, container: Container, host: Host, server: Callable[[Container], Instance], hears: Loads
    ) -> Library:
        """An instance of many models, with a server for each."""
        most = self._servers.room(host) // EACH_MODEL_MIB
        return Library(partial(self._model, host.scope, container), server, most=most, hears=hears)

    def _holder(self, container: Container, variant: Variant, host: Host, hears: Loads, taken: list[Path]) -> Holder:
        """An instance of many models, with one server that holds them."""
        return Holder(
            partial(self._model, host.scope, container),
            self._servers.cabinet(taken),
            partial(self._servers.start_holding, container, host),
            name=host.stream,
            start_within=variant.start_within,
            most=self._servers.room(host) // EACH_MODEL_MIB,
            hears=hears,
        )

    def _serverless(self, wanted: Concurrency, variant: Variant, host: Host, taken: list[Path]) -> Serverless:
        assert variant.contents is not None
        (container,) = variant.contents.containers

        def server(number: int) -> Instance:
            own = replace(host, memory_mib=wanted.memory_mib, stream=f"{host.stream}-{number}")
            kind = Program if self._servers.listens(container) else Instance
            return kind(own.stream, partial(self._servers.start, container, own, taken), variant.start_within)

        return Serverless(server, most=wanted.most, provisioned=wanted.provisioned)

    async def _model(self, scope: Scope, container: Container, name: str) -> Container:
        """A model of a multi-model container, brought from S3. Raises `NoModel`."""
        try:
            place = Place.of(container.models, "ModelDataUrl").under(safe(name.lstrip("/")))
            async with asyncio.timeout(LONGEST_MODEL):
                archive = await self._objects.get(scope, place)
        except (Undelivered, TimeoutError) as problem:
            raise NoModel(
                NOT_BROUGHT.format(uri=f"{container.models.rstrip('/')}/{name}", problem=problem)
            ) from problem
        return msgspec.structs.replace(container, data=archive.digest)


def instance_id(run: RunId, revision: int, variant: str, number: int) -> str:
    """The same after a restart, so that an instance's log goes on."""
    return "i-" + hashlib.sha256(f"{run}/{revision}/{variant}/{number}".encode()).hexdigest()[:17]
