"""What AWS's images stand for on this machine."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from penstock.composition.sources import OUR_FILES, clock
from penstock.images import catalog, clients, metrics
from penstock.images.environments import BadEnvironment
from penstock.runtimes.container import ContainerImage
from penstock.runtimes.environments import Environments, Tell, Unbuildable
from penstock.runtimes.environments.interpreters import find as find_python
from penstock.runtimes.environments.plan import Plan
from penstock.runtimes.sandbox import SYSTEM_PATH, Image, UnknownImage


def catalog_of(data: Path) -> catalog.Catalog:
    """The mapping files of a data folder: the user's own, if any, before Penstock's."""
    own = data / "images.toml"
    return catalog.Catalog(*([own] if own.exists() else []), is_here=lambda version: find_python(version) is not None)


def environments_of(data: Path, elsewhere: Path | None, found: catalog.Catalog) -> Environments:
    """Where the environments of a catalogue are, or will be."""
    return Environments(elsewhere or data / "environments", found.environments, clock)


class Images:
    """The catalogue of images, as jobs and their runtimes ask it; `images.toml` in the data folder comes first."""

    def __init__(self, data: Path, environments: Path | None = None, *, contain_unmapped: bool = False) -> None:
        self._contain_unmapped = contain_unmapped
        self._catalog = catalog_of(data)
        self._environments = environments_of(data, environments, self._catalog)
        self.resolve = lru_cache(self._resolve)
        self.is_container = lru_cache(self._is_container)
        self.plan = lru_cache(self._plan)

    def _resolve(self, uri: str) -> Image:
        """The environment of an image, for the sandbox."""
        try:
            found = self._catalog.resolve(uri)
            plan = self._environments.plan(found.environment)
        except (catalog.UnknownImage, BadEnvironment) as unknown:
            raise UnknownImage(str(unknown)) from None

        async def furnish(tell: Tell) -> None:
            try:
                await self._environments.furnish(plan, tell)
            except Unbuildable as problem:
                raise UnknownImage(str(problem)) from None

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
            visible=(*OUR_FILES, *(each.folder for each in plan.line if each.folder is not None)),
            furnish=None if all(each.folder is None for each in plan.line) else furnish,
            note=found.note,
        )

    def _plan(self, uri: str) -> Plan:
        """The environment of an image, as it is on this machine. Raises `UnknownImage` and `BadEnvironment`."""
        try:
            return self._environments.plan(self._catalog.resolve(uri).environment)
        except catalog.UnknownImage as unknown:
            raise UnknownImage(str(unknown)) from None

    def _is_container(self, uri: str) -> bool:
        """Whether an image's jobs run as containers: it is mapped to one, or to nothing."""
        try:
            return self._catalog.container(uri) is not None
        except catalog.UnknownImage:
            return self._contain_unmapped

    def container(self, uri: str) -> ContainerImage:
        """The image at the container engine, of one that runs as a container."""
        try:
            found = self._catalog.container(uri)
        except catalog.UnknownImage:
            found = None
        if found is None:
            return ContainerImage(name=uri)
        return ContainerImage(name=found.name, pull=found.pull, environment=found.variables)

    def serving_variables(self, uri: str) -> Mapping[str, str]:
        """What an image's model servers are told. Raises `catalog.UnknownImage`."""
        found = self._catalog.resolve(uri)
        program = {"PENSTOCK_SERVE": json.dumps(found.serve)} if found.serve else {}
        return {**found.variables, "PENSTOCK_FRAMEWORK": found.framework, **program}

    def metric_definitions(self, uri: str) -> Sequence[Mapping[str, str]]:
        """What SageMaker watches for in the algorithm of an image; nothing for an image nobody knows."""
        try:
            found = self._catalog.resolve(uri)
        except catalog.UnknownImage:
            return ()
        return [{"Name": each.name, "Regex": each.regex} for each in metrics.built_in(found)]
