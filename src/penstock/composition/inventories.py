"""Inventories: what the images of jobs stand for, as blobs: an interpreter and its packages, or a container's image.

    {"environment": "installed", "python": "3.11.2", "packages": {"numpy": "2.1.0", …}, "machine": "x86_64", …}

One is listed when a job first runs in an environment, and again when something was installed there since. The machine
is in it as well: libraries choose their arithmetic by it. What has yet to be built is known by what it will be made of.
"""

import asyncio
import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from penstock.composition.images import Images
from penstock.images.environments import BadEnvironment, normal
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.container import EngineGone, Refused
from penstock.runtimes.environments.plan import Plan, sites
from penstock.runtimes.sandbox import UnknownImage
from penstock.services.sagemaker.identify import UNBUILT
from penstock.store.blobs import Blob, Blobs, Digest

Json = Any
Stamp = tuple[int, ...]  # when something was last installed, in each folder of packages
METADATA: Final = (".dist-info", ".egg-info")


class Inventories:
    """Lists of what images stand for, by their digests."""

    def __init__(self, images: Images, blobs: Blobs, engine: ContainerEngine) -> None:
        self._images = images
        self._blobs = blobs
        self._engine = engine
        self._known: dict[Plan, tuple[Stamp, Digest]] = {}

    async def identify(self, uri: str) -> Digest | None:
        """The blob that lists what an image stands for now; None of one that stands for nothing. Of an environment that
        has yet to be built there is no blob, and a name for what it will be made of."""
        if self._images.is_container(uri):
            return (await self._blobs.put(msgspec.json.encode(await self._container(uri)))).digest
        try:
            plan = self._images.plan(uri)
        except (UnknownImage, BadEnvironment):
            return None
        if plan.folder is not None and not plan.python.exists():
            return Digest(f"{UNBUILT}{plan.folder.name}")
        stamp, known = stamp_of(plan), self._known.get(plan)
        if known is not None and known[0] == stamp and self._blobs.is_renewed(known[1]):
            return known[1]
        digest = (await asyncio.to_thread(self._list, plan)).digest
        self._known[plan] = (stamp, digest)
        return digest

    def _list(self, plan: Plan) -> Blob:
        return self._blobs.put_bytes(msgspec.json.encode(inventory(plan), order="sorted"))

    async def _container(self, uri: str) -> dict[str, Json]:
        name = self._images.container(uri).name
        try:
            found = await self._engine.identity(name)
        except (EngineGone, Refused):  # the job has ended all the same
            found = None
        return {"container": name, "id": found, **machine()}


def inventory(plan: Plan) -> dict[str, Json]:
    """What there is in an environment."""
    packages: dict[str, str] = {}
    for each in reversed(plan.line):
        for folder in sites(each):
            packages |= installed(folder)
    return {"environment": plan.name, "python": python_of(plan), "packages": packages, **machine()}


def installed(folder: str) -> dict[str, str]:
    """The versions of the packages in a folder, by their names."""
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except FileNotFoundError:
        return {}
    found = (Path(name).stem.split("-") for name in names if name.endswith(METADATA))
    return {normal(parts[0]): parts[1] if len(parts) > 1 else "" for parts in found}


def stamp_of(plan: Plan) -> Stamp:
    """Changes when something is installed or removed, or the environment is built."""
    there = (each for each in plan.line if each.python.exists())
    return tuple(stamp for each in there for folder in folders(each) if (stamp := modified(folder)))


@cache
def folders(plan: Plan) -> tuple[str, ...]:
    return tuple(sites(plan))


def modified(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116 - after each job
    except FileNotFoundError:
        return 0


def python_of(plan: Plan) -> str:
    """The version of an interpreter, without running it."""
    if plan.line[-1].python == Path(sys.executable):
        return platform.python_version()
    try:
        lines = (plan.python.parents[1] / "pyvenv.cfg").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    told = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return told.get("version") or told.get("version_info") or plan.python.resolve().name.removeprefix("python")


@cache
def machine() -> Mapping[str, Json]:
    return {"machine": platform.machine(), "processor": processor(), "processors": os.cpu_count()}


def processor() -> str:
    """Its model, where the kernel tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
