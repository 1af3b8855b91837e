"""Doors: a shell in a sandbox, or in a build that is paused.

AWS hands out sessions of Systems Manager, whose plugin speaks a protocol of its own to AWS. These are sessions by our
own means: the address is this server's (`gateway.terminals`), the token lets in once, and `penstock build debug` speaks
what the program in the job does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.engine.facts import RunId
from penstock.engine.jobs import JobId, Runtime
from penstock.services.codebuild import order
from penstock.services.codebuild.builds import BUILDS
from penstock.services.codebuild.running import job_id
from penstock.services.codebuild.sandboxes.operations import SANDBOXES
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, ServiceError, operation
from penstock.wire.terminals import PLACE, Way

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

VALID_FOR: Final = 300.0  # seconds from when a token is given to when it is used
TARGET: Final = "codebuild:"
SOCKET: Final = f"{order.DOOR}/socket"


@dataclass(slots=True)
class Doors:
    """Tokens are remembered by this process: they are for now, not for after a restart."""

    runtime: Runtime
    endpoint: Callable[[], str]
    clock: Callable[[], float]
    chance: Callable[[], str]
    _given: dict[str, tuple[JobId, float]] = field(default_factory=dict)

    def session(self, run: RunId) -> dict[str, str] | None:
        """A session's id, its token and its address; None where there is no door."""
        job = job_id(run)
        place = self.runtime.place(job, SOCKET)
        if place is None or not place.exists():
            return None
        now, token = self.clock(), f"{self.chance()}{self.chance()}"
        self._given = {old: (of, until) for old, (of, until) in self._given.items() if until > now}
        self._given[token] = (job, now + VALID_FOR)
        id = f"penstock-{self.chance()}"  # noqa: A001
        return {"id": id, "token": token, "url": f"{self.endpoint()}{PLACE}/codebuild/{id}"}

    async def enter(self, token: str) -> Way | None:
        """In by the door that a token is for; None where it is for none any more."""
        job, until = self._given.pop(token, (JobId(""), 0.0))
        place = self.runtime.place(job, SOCKET) if until > self.clock() else None
        if place is None:
            return None
        try:
            return await connected(place)
        except OSError:
            return None


async def connected(place: Path) -> Way:
    """To a socket whose path may be longer than what sockets allow."""
    here = os.open(place.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        return await asyncio.open_unix_connection(f"/proc/self/fd/{here}/{place.name}")
    finally:
        os.close(here)


@dataclass(frozen=True)
class SandboxSessions:
    database: Database
    doors: Doors
    service = "codebuild"

    @operation("StartSandboxConnection")
    async def start(self, call: Call, request: shapes.StartSandboxConnectionRequest) -> Answer:
        found = await self.database.read(lambda tx: SANDBOXES.find(tx, call.scope, request["sandboxId"]))
        session = self.doors.session(RunId(found.arn))
        if session is None:
            raise ServiceError(
                f"Sandbox {found.name} has no door yet, or no more: it is {found.body['status']}.",
                code="InvalidInputException",
            )
        return {
            "ssmSession": {
                "sessionId": session["id"], "tokenValue": session["token"], "streamUrl": session["url"]
            }
        }  # fmt: skip


@dataclass(frozen=True)
class DebugSessions:
    """Systems Manager's StartSession, for the `sessionTarget` of a build."""

    database: Database
    doors: Doors
    service = "ssm"

    @operation("StartSession")
    async def start(self, call: Call, request: shapes.StartSessionRequest) -> Answer:
        target = request.get("Target", "")
        if not target.startswith(TARGET):
            raise not_connected(target, "the targets that Penstock has are builds that are debugged, `codebuild:…`")
        for member in ("DocumentName", "Parameters"):
            if request.get(member):
                raise ServiceError(f"{member}: a session is a plain shell here: leave it out.", code="InvalidDocument")
        found = await self.database.read(lambda tx: BUILDS.find(tx, call.scope, target.removeprefix(TARGET)))
        session = self.doors.session(RunId(found.arn))
        if session is None:
            raise not_connected(target, "the build is not paused")
        return {"SessionId": session["id"], "TokenValue": session["token"], "StreamUrl": session["url"]}


def not_connected(target: str, why: str) -> ServiceError:
    return ServiceError(f"{target} is not connected: {why}.", code="TargetNotConnected")
