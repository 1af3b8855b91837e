"""Residents to try things on: Python functions in a folder, and a nursery that leaves no process behind."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import penstock
from penstock.engine.residents import Reply, Request, Resident, Setting
from penstock.runtimes.residents import Language, Nursery
from penstock.store.logfile import decode
from runtimes.worlds import DEADLINE, processes, until

SOURCE = Path(penstock.__file__).parent
BOOTSTRAP = SOURCE / "images" / "functions" / "bootstrap.py"
FUNCTION = ("NAME", "VERSION", "MEMORY_SIZE")
LINES = {
    "begin": "BEGIN",
    "timed-out": "it timed out",
    "exited": "it {message}",
    "end": "END",
    "init": "\tInit Duration: {init_ms} ms",
    "report": "REPORT{init}{status}",
}


@dataclass
class World:
    root: Path
    nursery: Nursery
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.root / "logs" / "stream"

    async def start(
        self,
        code: str,
        *,
        memory_mib: int = 128,
        scratch_mib: int = 64,
        layer: Mapping[str, str] | None = None,
        command: tuple[str, ...] = (),
        visible: tuple[Path, ...] = (),
    ) -> Resident:
        """A resident whose module `handler` is that code, with the files of a layer under /opt."""
        folder = self.root / "data" / "code"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "handler.py").write_text(code)
        layers = self.root / "data" / "layers"
        for name, text in (layer or {}).items():
            path = layers / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        shown = {"/var/task": folder, **({"/opt": layers} if layer else {})}
        return await self.nursery.start(
            Setting(
                language="python", variables=variables() | self.variables, folders=shown, working_folder="/var/task",
                memory_mib=memory_mib, scratch_mib=scratch_mib, log=self.log, command=command, visible=visible,
            )
        )  # fmt: skip

    def messages(self) -> list[str]:
        if not self.log.exists():
            return []
        return [decode(line).message for line in self.log.read_bytes().splitlines()]


def variables() -> dict[str, str]:
    named = {f"AWS_LAMBDA_FUNCTION_{each}": "1" for each in FUNCTION}
    logs = {"AWS_LAMBDA_LOG_GROUP_NAME": "group", "AWS_LAMBDA_LOG_STREAM_NAME": "stream"}
    return {"_HANDLER": "handler.handler", "LAMBDA_TASK_ROOT": "/var/task", "PATH": os.defpath, **named, **logs}


async def ask(resident: Resident, event: Any = None, *, longest: float = 30.0) -> Reply:
    async with asyncio.timeout(DEADLINE):
        return await resident.ask(
            Request(
                payload=json.dumps(event).encode(),
                facts={"request_id": "id-1", "arn": "arn:of:it"},
                longest=longest,
                lines=LINES,
            )
        )


async def answer(resident: Resident, event: Any = None) -> Any:
    """What it answers, decoded; it must not fail."""
    reply = await ask(resident, event)
    assert reply.way == "answered", (reply, reply.tail.decode())
    return json.loads(reply.payload)


async def failure(resident: Resident, event: Any = None) -> Mapping[str, Any]:
    reply = await ask(resident, event)
    assert reply.way == "failed", reply
    told: Mapping[str, Any] = json.loads(reply.payload)
    return told


def new_nursery(root: Path) -> Nursery:
    return Nursery(
        module=BOOTSTRAP,
        languages={"python": Language(command=(sys.executable, str(BOOTSTRAP)), name="Python")},
        variables={"PATH": os.defpath, "LANG": "C.UTF-8"},
        hidden=[root / "data"],
        visible=(SOURCE, Path(sys.prefix), Path(sys.base_prefix)),
        log=root / "nursery.log",
    )


@asynccontextmanager
async def residents_at(root: Path) -> AsyncIterator[World]:
    """A world whose end is everything's end."""
    (root / "data").mkdir()
    world = World(root, new_nursery(root))
    try:
        yield world
    finally:
        async with asyncio.timeout(DEADLINE):
            await world.nursery.close()
    await until(lambda: processes(str(root)) == [])
