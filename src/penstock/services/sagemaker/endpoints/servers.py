"""Model servers: a container on an instance, with its model, its variables and its log; whoever asks for it keeps it.

Endpoints and transform jobs have theirs from here, so that a model answers both alike.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from penstock.engine.jobs import Resources
from penstock.engine.residents import CannotStart, Contained, Resident, Residents, Setting
from penstock.images.catalog import UnknownImage
from penstock.services.sagemaker.endpoints.model import Container, Need
from penstock.services.sagemaker.endpoints.shelf import CODE, Cabinet, Shelf
from penstock.services.sagemaker.endpoints.staging import MULTI_MODEL, SUBMITTED
from penstock.services.sagemaker.jobs.instances import Machine, resources
from penstock.store.logfile import Record, encode
from penstock.store.streams import Streams
from penstock.wire.call import Scope

ClientEnvironment = Callable[[Scope, str], Mapping[str, str]]  # (scope, role ARN) → credentials and endpoint
Furnish = Callable[[Callable[[str], None]], Awaitable[None]]

SCRATCH_MIB: Final = 2048
BASICS: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"}  # noqa: S108 - inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How an image serves here, and what its servers are told.

    It has a server of AWS's framework images, or a `serve` program of its own, in its environment: `command` starts
    that where Penstock's own Python is another, `visible` are files that it needs wherever they lie, `preload` are
    modules that most of its servers import, `furnish` lets all of it be there, telling how far that is (it raises
    `UnknownImage` where it cannot be had). Or it is a container.
    """

    variables: Mapping[str, str]
    has_program: bool = False
    is_container: bool = False
    command: tuple[str, ...] = ()
    visible: tuple[Path, ...] = ()
    preload: tuple[str, ...] = ()
    furnish: Furnish | None = None

    @property
    def listens(self) -> bool:
        """Whether it answers on a port, several requests at once."""
        return self.has_program or self.is_container


HowServed = Callable[[str], Served]  # raises `UnknownImage`


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where a server is to be: an instance (one of `among` that share this machine), and the log stream it writes."""

    scope: Scope
    instance_type: str
    volume_gib: int
    group: str
    stream: str
    among: int = 1
    memory_mib: int = 0  # of a server without an instance
    need: Need | None = None  # of one that shares an instance with others

    def of(self, container: str) -> "Host":
        """The same for one of several containers, whose log is its own."""
        return replace(self, stream=f"{self.stream}/{container}")


class ModelServers:
    def __init__(
        self,
        *,
        residents: Residents,
        shelf: Shelf,
        streams: Streams,
        machine: Machine,
        how_served: HowServed,
        client_environment: ClientEnvironment,
        clock: Callable[[], float],
    ) -> None:
        self._residents = residents
        self._shelf = shelf
        self._streams = streams
        self._machine = machine
        self._how_served = how_served
        self._client_environment = client_environment
        self._clock = clock

    async def start(self, container: Container, host: Host, taken: list[Path]) -> Resident:
        """Start one. What it takes from the shelf goes into `taken`, to be given back when it is over."""
        served = self._served(container)
        folder = await self._shelf.take(container.data, container.files, container.code)
        taken.append(folder)
        return await self._started(container, served, host, folder)

    async def start_holding(self, container: Container, host: Host, cabinet: Path) -> Resident:
        """Start one that is to hold several models, which come into its cabinet."""
        return await self._started(container, self._served(container), host, cabinet)

    def cabinet(self, taken: list[Path]) -> Cabinet:
        return Cabinet(self._shelf, taken)

    async def _started(self, container: Container, served: Served, host: Host, folder: Path) -> Resident:
        """A server that sees a folder: its `model`, or its `models` where it is to hold several."""
        await self._streams.open(host.scope, host.group, host.stream)
        log = self._streams.path(host.scope, host.group, host.stream)
        await self._furnish(served, log)
        size = self._size(host)
        name = name_of(container, host)
        own = "models" if served.listens and container.models else "model"
        threads = {"OMP_NUM_THREADS": str(max(1, int(size.cpus)))}
        return await self._residents.start(
            Setting(
                language="program" if served.has_program else "python",
                variables={**threads, **self._variables(host.scope, container, served)},
                folders={f"/opt/ml/{own}": folder / own} if served.is_container else {"/opt/ml": folder},
                working_folder="/tmp",  # noqa: S108 - inside
                memory_mib=size.memory_mib,
                scratch_mib=SCRATCH_MIB,
                log=log,
                command=served.command,
                visible=served.visible,
                preload=served.preload,
                contained=Contained(image=container.image, name=name, cpus=size.cpus) if served.is_container else None,
            )
        )

    def room(self, host: Host) -> int:
        """The MiB of memory that servers have there."""
        return self._size(host).memory_mib

    def listens(self, container: Container) -> bool:
        """Whether a container is asked on a port; not if nobody knows its image."""
        with suppress(UnknownImage):
            return self._how_served(container.image).listens
        return False

    def give_back(self, taken: list[Path]) -> None:
        for folder in taken:
            self._shelf.give_back(folder)

    async def tidy(self) -> None:
        """Throw away model data that no server uses."""
        await self._shelf.tidy()

    def _size(self, host: Host) -> Resources:
        size = resources(host.instance_type, self._machine, among=host.among, volume_gib=host.volume_gib)
        if host.need is not None:
            cpus, memory = host.need.cpus or size.cpus, host.need.most_memory_mib
            return replace(size, cpus=min(size.cpus, cpus), memory_mib=min(size.memory_mib, memory))
        return replace(size, cpus=1.0, memory_mib=host.memory_mib) if host.memory_mib else size

    def _served(self, container: Container) -> Served:
        try:
            served = self._how_served(container.image)
        except UnknownImage as unknown:
            raise CannotStart(str(unknown)) from None
        return served

    async def _furnish(self, served: Served, log: Path) -> None:
        """Let an image's environment be there; the log tells how far that is."""
        if served.furnish is None:
            return

        def tell(text: str) -> None:
            with log.open("ab") as file:
                file.write(encode(Record(int(self._clock() * 1000), text)))

        await asyncio.to_thread(log.parent.mkdir, parents=True, exist_ok=True)
        try:
            await served.furnish(tell)
        except UnknownImage as problem:
            raise CannotStart(str(problem)) from None

    def _variables(self, scope: Scope, container: Container, served: Served) -> dict[str, str]:
        client = self._client_environment(scope, container.role_arn)
        many = {MULTI_MODEL: "true"} if served.listens and container.models else {}
        own = {**served.variables, **client, "SM_MODEL_DIR": "/opt/ml/model", **many, **container.environment}
        if served.is_container:
            return own
        brought = {SUBMITTED: f"/opt/ml/{CODE}"} if container.code and not served.has_program else {}
        return {**BASICS, **own, **brought}


def name_of(container: Container, host: Host) -> str:
    """The same after a restart, so that a container is found again; another one where the model is another."""
    told = (host.scope.account, host.scope.region, host.group, host.stream, container.name, *container.digests)
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:24]
