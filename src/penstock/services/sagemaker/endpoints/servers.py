"""Model servers: a container on an instance, with its model, its variables and its log; whoever asks for it keeps it.

Endpoints and transform jobs have theirs from here, so that a model answers both alike.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from penstock.engine.jobs import Resources
from penstock.engine.residents import CannotStart, Resident, Residents, Setting
from penstock.images.catalog import UnknownImage
from penstock.services.sagemaker.endpoints.model import Container
from penstock.services.sagemaker.endpoints.shelf import Shelf
from penstock.services.sagemaker.jobs.instances import Machine, resources
from penstock.store.streams import Streams
from penstock.wire.call import Scope

ClientEnvironment = Callable[[Scope, str], Mapping[str, str]]  # (scope, role ARN) → credentials and endpoint
ImageVariables = Callable[[str], Mapping[str, str]]  # what an image's servers are told; raises `UnknownImage`

PROGRAM: Final = "PENSTOCK_SERVE"  # of the variables of images that have a `serve` of their own
SCRATCH_MIB: Final = 2048
BASICS: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"}  # noqa: S108 - inside


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


class ModelServers:
    def __init__(
        self,
        *,
        residents: Residents,
        shelf: Shelf,
        streams: Streams,
        machine: Machine,
        image_variables: ImageVariables,
        client_environment: ClientEnvironment,
    ) -> None:
        self._residents = residents
        self._shelf = shelf
        self._streams = streams
        self._machine = machine
        self._image_variables = image_variables
        self._client_environment = client_environment

    async def start(self, container: Container, host: Host, taken: list[Path]) -> Resident:
        """Start one. What it takes from the shelf goes into `taken`, to be given back when it is over."""
        folder = await self._shelf.take(container.data, container.files)
        taken.append(folder)
        await self._streams.open(host.scope, host.group, host.stream)
        log = self._streams.path(host.scope, host.group, host.stream)
        size = self._size(host)
        variables = self._variables(host.scope, container)
        threads = {"OMP_NUM_THREADS": str(max(1, int(size.cpus)))}
        return await self._residents.start(
            Setting(
                language="program" if PROGRAM in variables else "python",
                variables={**threads, **variables},
                folders={"/opt/ml": folder},
                working_folder="/tmp",  # noqa: S108 - inside
                memory_mib=size.memory_mib,
                scratch_mib=SCRATCH_MIB,
                log=log,
            )
        )

    def room(self, host: Host) -> int:
        """The MiB of memory that servers have there."""
        return self._size(host).memory_mib

    def has_program(self, container: Container) -> bool:
        """Whether a container's image brings a `serve` of its own; not if nobody knows the image."""
        with suppress(UnknownImage):
            return PROGRAM in self._image_variables(container.image)
        return False

    def give_back(self, taken: list[Path]) -> None:
        for folder in taken:
            self._shelf.give_back(folder)

    async def tidy(self) -> None:
        """Throw away model data that no server uses."""
        await self._shelf.tidy()

    def _size(self, host: Host) -> Resources:
        size = resources(host.instance_type, self._machine, among=host.among, volume_gib=host.volume_gib)
        return replace(size, cpus=1.0, memory_mib=host.memory_mib) if host.memory_mib else size

    def _variables(self, scope: Scope, container: Container) -> dict[str, str]:
        try:
            image = self._image_variables(container.image)
        except UnknownImage as unknown:
            raise CannotStart(str(unknown)) from None
        client = self._client_environment(scope, container.role_arn)
        return {**BASICS, **image, **client, "SM_MODEL_DIR": "/opt/ml/model", **container.environment}
