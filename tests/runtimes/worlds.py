"""Runtimes to try things in, that leave no process and no container behind."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.engine.jobs import Ending, File, Input, Job, JobId, Output, Runtime
from penstock.runtimes.container import ContainerImage, Containers, Engine
from penstock.runtimes.sandbox import Image, Sandbox, UnknownImage
from penstock.runtimes.slots import Share, Slots
from penstock.store.blobs import Blobs
from penstock.store.logfile import decode

IMAGE = "python"
DEADLINE = 60.0
CODE = "/opt/ml/code/script.py"


async def slowly(tell: Callable[[str], None]) -> None:
    tell("half of it")
    await asyncio.sleep(0)
    tell("all of it")


async def never(tell: Callable[[str], None]) -> None:
    tell("begun")
    await asyncio.Event().wait()


async def in_vain(tell: Callable[[str], None]) -> None:
    raise UnknownImage("there is no wheel of it")


FURNISHED = {"slow": slowly, "endless": never, "unbuildable": in_vain}


def resolve(name: str) -> Image:
    """One image by its plain name, some that preload something, one that trains, and no other."""
    python = Path(sys.executable)
    if name == IMAGE:
        return Image(python=python)
    if name == "numpy":
        return Image(python=python, preload=("numpy",), environment={"PYTHONDONTWRITEBYTECODE": "1"})
    if name == "numpy and pools":
        return Image(python=python, preload=("numpy", "threadpoolctl"))
    if name == "broken":
        return Image(python=python, preload=("no_such_module",))
    if name == "train":
        return Image(python=python, command=("sh", "-c", 'echo "trains $@"', "train"))
    if name == "noted":
        return Image(python=python, note="it is another version")
    if name in FURNISHED:
        return Image(python=python, furnish=FURNISHED[name])
    raise UnknownImage(f"no environment goes by the name '{name}'")


@dataclass
class AnyWorld:
    """What every runtime's world has."""

    root: Path
    runtime: Runtime
    blobs: Blobs

    async def run(self, job: Job) -> Ending:
        async with asyncio.timeout(DEADLINE):
            return await self.runtime.run(job, lambda _: None)

    def log_of(self, job: Job) -> str:
        if job.log is None or not job.log.exists():
            return ""
        return "\n".join(decode(line).message for line in job.log.read_bytes().splitlines())

    def script(self, text: str, *arguments: str, name: str = "job", **more: Any) -> Job:
        """A job that runs a Python script, cold unless it says `warm`."""
        return self.job("python3", CODE, *arguments, name=name, files={CODE: text.encode()}, **more)

    def job(self, *command: str, name: str = "job", **more: Any) -> Job:
        more = {"warm": False, "image": IMAGE, "log": self.root / "logs" / name, **more}
        return Job(id=JobId(name), command=command, **more)

    def kept(self, files: tuple[File, ...]) -> Mapping[str, bytes]:
        return {file.path: self.blobs.find(file.digest).read() for file in files}

    def input(self, folder: str, contents: Mapping[str, bytes], *, writable: bool = False) -> Input:
        files = []
        for path, content in contents.items():
            blob = self.blobs.put_bytes(content)
            files.append(File(path, blob.digest, blob.size))
        return Input(folder=folder, files=tuple(files), writable=writable)


@dataclass
class World(AnyWorld):
    runtime: Sandbox


@dataclass
class ContainerWorld(AnyWorld):
    runtime: Containers


def new_sandbox(root: Path, **more: Any) -> World:
    blobs = Blobs(root / "data")
    more = {"slots": Slots(Share(4.0, 4096.0, 0)), "linger": 20.0, "hidden": [root / "data"], **more}
    runtime = Sandbox(root / "data" / "runtimes", blobs=blobs, resolve=resolve, clock=time.time, **more)
    return World(root, runtime, blobs)


@asynccontextmanager
async def sandbox_at(root: Path, **more: Any) -> AsyncIterator[World]:
    """A world whose end is everything's end."""
    world = new_sandbox(root, **more)
    try:
        yield world
    finally:
        async with asyncio.timeout(DEADLINE):
            await world.runtime.close(kill=True)
    assert processes(str(root)) == []


def image_at_engine(name: str) -> ContainerImage:
    """The images that `podman` makes, named like the sandbox's environments here; `pull/NAME` may be pulled."""
    own = {IMAGE: "localhost/python", "train": "localhost/train"}
    return ContainerImage(name=own.get(name, name.removeprefix("pull/")), pull=name.startswith("pull/"))


def new_containers(root: Path, socket: Path, **more: Any) -> ContainerWorld:
    blobs = Blobs(root / "data")
    runtime = Containers(
        root / "data" / "containers",
        engine=Engine(socket),
        blobs=blobs,
        resolve=image_at_engine,
        slots=Slots(Share(4.0, 4096.0, 0)),
        clock=time.time,
        **more,
    )
    return ContainerWorld(root, runtime, blobs)


@asynccontextmanager
async def containers_at(root: Path, socket: Path, **more: Any) -> AsyncIterator[ContainerWorld]:
    """A world whose end is the end of its containers."""
    world = new_containers(root, socket, **more)
    try:
        yield world
    finally:
        async with asyncio.timeout(DEADLINE):
            await world.runtime.close(kill=True)


def processes(marker: str) -> list[str]:
    """The command lines with a marker in them, of whoever is alive on this machine."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in line and int(path.parent.name) != os.getpid():
            found.append(line)
    return found


async def until(is_true: Any) -> None:
    """Wait for something that happens outside of this process."""
    async with asyncio.timeout(DEADLINE):
        while not is_true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # another process's doing: there is no event to wait for


MODEL = Output(name="model", folder="/opt/ml/model")
