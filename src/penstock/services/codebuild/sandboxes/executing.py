"""Executing: a command is put into its sandbox, which is looked at until it is done. The activity `codebuild.execute`.

It is put there under its own id, so that one that is begun again after a crash is found there and not done twice.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.jobs import Runtime
from penstock.engine.outbox import Task
from penstock.services.codebuild import order
from penstock.services.codebuild.model import Json
from penstock.services.codebuild.running import job_id
from penstock.services.codebuild.sandboxes.commands import BEGAN, Asked, Executed

LOOK_EVERY: Final = 0.2
MOST: Final = 24_000  # characters that are told of what a command says, as many as Systems Manager tells


@dataclass(frozen=True)
class Executing:
    engine: Engine
    runtime: Runtime

    async def execute(self, task: Task) -> Json:
        """Answers what has come of it; the sandbox's own end is the deadline."""
        asked = msgspec.convert(task.input, Asked)
        sandbox = RunId(asked.sandbox_arn)
        is_over = asyncio.create_task(self.engine.settled(sandbox))
        began_at: float | None = None
        try:
            while True:
                is_last = is_over.done()
                folder = self.runtime.place(job_id(sandbox), f"{order.COMMANDS}/{asked.id}")
                executed = Executed() if folder is None else await asyncio.to_thread(look, folder, asked.command)
                if executed.began_at != began_at:
                    began_at = executed.began_at
                    await task.tell(BEGAN, {"at": began_at})
                if executed.status is not None or is_last:
                    return msgspec.to_builtins(executed)
                await asyncio.wait({is_over}, timeout=LOOK_EVERY)
        finally:
            is_over.cancel()


def look(folder: Path, command: str) -> Executed:
    """How far a command is; put it there if it is not. Blocking."""
    if not folder.parent.is_dir():  # the sandbox is not ready
        return Executed()
    if not folder.is_dir():
        new = folder.with_name(f".{folder.name}")
        new.mkdir(exist_ok=True)
        (new / "command").write_text(command)
        new.rename(folder)
    began, ended = read(folder / "began"), read(folder / "ended").split()
    return Executed(
        began_at=float(began) if began else None,
        ended_at=float(ended[0]) if ended else None,
        status=int(ended[1]) if ended else None,
        out=read(folder / "out") if ended else "",
        err=read(folder / "err") if ended else "",
    )


def read(file: Path) -> str:
    """The beginning of a file; nothing of one that is not there."""
    try:
        with file.open("rb") as content:
            return content.read(4 * MOST).decode(errors="replace")[:MOST]
    except FileNotFoundError:
        return ""
