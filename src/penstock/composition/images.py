"""What AWS's images stand for on this machine."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from penstock.composition.built import Built
from penstock.composition.sources import OUR_FILES, clock
from penstock.images import catalog, clients, metrics
from penstock.images.environments import BadEnvironment, lock_of
from penstock.runtimes.container import ContainerImage
from penstock.runtimes.environments import Environments, Tell, Unbuildable
from penstock.runtimes.environments.interpreters import find as find_python
from penstock.runtimes.environments.plan import Plan
from penstock.runtimes.sandbox import SYSTEM_PATH, Furnish, Image, UnknownImage
from penstock.services.sagemaker.endpoints.servers import Served

Found = TypeVar("Found")
OWN: Final = "images.toml"  # the user's own mapping file, in the data folder
BUILT: Final = "images"  # the folder of what was built
TMP: Final = Path("/tmp")  # noqa: S108 - private inside a job


def catalog_of(data: Path) -> catalog.Catalog:
    """The mapping files of a data folder: the user's own, if any, before Penstock's, and what was built."""
    own = data / OWN
    return catalog.Catalog(
        *([own] if own.exists() else []),
        is_here=lambda version: find_python(version) is not None,
        built=Built(data / BUILT).find,
    )


def environments_of(data: Path, elsewhere: Path | None, found: catalog.Catalog) -> Environments:
    """Where the environments of a catalogue are, or will be."""
    return Environments(elsewhere or data / "environments", found.environments, clock)


class Images:
    """The catalogue of images, as jobs and their runtimes ask it; `images.toml` in the data folder comes first."""

    def __init__(
        self,
        data: Path,
        environments: Path | None = None,
        *,
        contain_unmapped: bool = False,
        spread_unmapped: bool = False,
    ) -> None:
        self._contain_unmapped = contain_unmapped
        self._spread_unmapped = spread_unmapped
        self._catalog = catalog_of(data)
        self._hidden = data
        self._built = Built(data / BUILT)
        self._environments = environments_of(data, environments, self._catalog)
        self.resolve = self._by_address(lru_cache(self._resolve))
        self.plan = self._by_address(lru_cache(self._plan))
        self.served = self._by_address(lru_cache(self._served))
        self._is_mapped_to_container = lru_cache(self._maps_to_container)
        self.is_on_nodes = self._by_address(lru_cache(self._is_on_nodes))

    def _resolve(self, uri: str) -> Image:
        """The environment of an image, for the sandbox."""
        try:
            found = self._catalog.resolve(uri)
            plan = self._environments.plan(found.environment)
        except (catalog.UnknownImage, BadEnvironment) as unknown:
            raise UnknownImage(str(unknown)) from None

        return Image(
            python=plan.python,
            command=found.command or ("python3", str(catalog.INSIDE / "train.py")),
            # What acts when an interpreter starts must be the same here as in jobs, or none could start warm.
            environment={
                **found.variables,
                "PYTHONPATH": str(clients.SHIM),
                "PENSTOCK_IMAGE": str(catalog.INSIDE),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PATH": os.pathsep.join([str(catalog.INSIDE / "bin"), SYSTEM_PATH]),
            },
            preload=found.preload,
            visible=(*OUR_FILES, *folders_of(plan), *self._shown(found.command)),
            furnish=self._furnishing(plan, UnknownImage),
            note=found.note,
        )

    def _plan(self, uri: str) -> Plan:
        """The environment of an image, as it is on this machine. Raises `UnknownImage` and `BadEnvironment`."""
        try:
            return self._environments.plan(self._catalog.resolve(uri).environment)
        except catalog.UnknownImage as unknown:
            raise UnknownImage(str(unknown)) from None

    def _furnishing(self, plan: Plan, failing: type[Exception]) -> Furnish | None:
        """What lets an environment be there, and raises `failing` where it cannot be had; None where it always is."""

        async def furnish(tell: Tell) -> None:
            try:
                await self._environments.furnish(plan, tell)
            except Unbuildable as problem:
                raise failing(str(problem)) from None

        return furnish if folders_of(plan) else None

    def _shown(self, words: Sequence[str]) -> Iterator[Path]:
        """What a command names, with what lies beside it; alone where that would be the data folder, or all of /tmp."""
        for path in map(Path, words):
            if path.is_absolute() and path.exists():
                beside = path.parent
                is_much = any(hidden.is_relative_to(beside) for hidden in (self._hidden.absolute(), TMP))
                yield path if is_much else beside

    def _by_address(self, find: Callable[[str], Found]) -> Callable[[str], Found]:
        """The same of a version of an image, by its ARN."""
        return lambda uri: find(self._built.address(uri))

    def _maps_to_container(self, uri: str) -> bool:
        return self._catalog.container(uri) is not None

    def is_container(self, uri: str) -> bool:
        """Whether an image's jobs run as containers: it is mapped to one, or to nothing."""
        try:
            return self._is_mapped_to_container(self._built.address(uri))
        except catalog.UnknownImage:
            return self._contain_unmapped

    def _is_on_nodes(self, uri: str) -> bool:
        """Whether an image's jobs run on the nodes of a Ray cluster: it is mapped to them, or to no place at all."""
        try:
            runtime = self._catalog.runtime(uri)
        except catalog.UnknownImage:
            return False
        return runtime == "ray" or (runtime == "" and self._spread_unmapped)

    def mapping(self) -> Mapping[str, str]:
        """The user's own mapping file and what it names, by their paths in the data folder: what a node must know."""
        data = self._hidden.resolve()
        own = data / OWN
        if not own.exists():
            return {}
        wanted = [each.requirements for each in self._catalog.environments.values() if each.requirements is not None]
        found = (path.resolve() for place in wanted for path in (place, lock_of(place)))
        named = {path for path in found if path.is_relative_to(data) and path.exists()}
        return {str(path.relative_to(data)): path.read_text() for path in (own, *sorted(named))}

    def container(self, uri: str) -> ContainerImage:
        """The image at the container engine, of one that runs as a container."""
        uri = self._built.address(uri)
        try:
            found = self._catalog.container(uri)
        except catalog.UnknownImage:
            found = None
        if found is None:
            return ContainerImage(name=uri)
        return ContainerImage(name=found.name, pull=found.pull, network=found.network, environment=found.variables)

    def _served(self, uri: str) -> Served:
        """How an image's model servers are had, and what they are told. Raises `catalog.UnknownImage`."""
        if self.is_container(uri):
            return Served(variables=self.container(uri).environment, is_container=True)
        found = self._catalog.resolve(uri)
        try:
            plan = self._environments.plan(found.environment)
        except BadEnvironment as unknown:
            raise catalog.UnknownImage(str(unknown)) from None
        program = {"PENSTOCK_SERVE": json.dumps(found.serve)} if found.serve else {}
        script = catalog.INSIDE / ("serve_program.py" if found.serve else "serve.py")
        is_ours = plan.python == Path(sys.executable)
        extensions = () if found.serve else tuple(dict.fromkeys(self._extensions(plan)))
        return Served(
            variables={
                "PYTHONPATH": str(clients.SHIM),
                **found.variables,
                "PENSTOCK_FRAMEWORK": found.framework,
                "PENSTOCK_EXTENSIONS": os.pathsep.join(map(str, extensions)),
                **program,
            },
            has_program=bool(found.serve),
            command=() if is_ours else (str(plan.python), str(script)),
            visible=(*([] if is_ours else seen_of(plan)), *extensions, *self._shown(found.serve)),
            preload=found.preload if is_ours and not found.serve else (),
            furnish=self._furnishing(plan, catalog.UnknownImage),
        )

    def _extensions(self, plan: Plan) -> Iterator[Path]:
        """Where the environments are, or will be, that are built on top of this one."""
        for name in self._environments.names():
            with suppress(BadEnvironment):
                other = self._environments.plan(name)
                if other.extends == plan and other.folder is not None:
                    yield other.folder

    def is_environment(self, uri: str) -> bool:
        try:
            return not self._is_mapped_to_container(self._built.address(uri))
        except catalog.UnknownImage:
            return False

    def plan_of(self, environment: str) -> Plan:
        """An environment by its name. Raises `BadEnvironment`."""
        return self._environments.plan(environment)

    async def furnish(self, uri: str) -> None:
        """Let an image's environment be there. Raises `UnknownImage`, with the reason where it cannot be had."""
        image = self.resolve(uri)
        if image.furnish is not None:
            await image.furnish(untold)

    def metric_definitions(self, uri: str) -> Sequence[Mapping[str, str]]:
        """What SageMaker watches for in the algorithm of an image; nothing for an image nobody knows."""
        try:
            found = self._catalog.resolve(self._built.address(uri))
        except catalog.UnknownImage:
            return ()
        return [{"Name": each.name, "Regex": each.regex} for each in metrics.built_in(found)]


def untold(step: str) -> None:
    """Where nobody waits to hear how far it is."""


def folders_of(plan: Plan) -> list[Path]:
    """What Penstock builds of an environment."""
    return [each.folder for each in plan.line if each.folder is not None]


def seen_of(plan: Plan) -> list[Path]:
    """What must be seen of an environment: what was built, and the Python that it is, or was made by."""
    bases = [each.python if each.folder is None else each.base for each in plan.line]
    return [*folders_of(plan), *(path.parent.parent for base in bases for path in (base, base.resolve()))]
