"""Keeping: for every tracking server that is wanted a program, and none for the others.

What is wanted are the documents; this looks at them whenever one has changed, and when Penstock starts. So there is
nothing to recover: a program that is gone, with Penstock or by itself, is started again on what it has kept.

    mlflow/ACCOUNT-REGION-NAME-CREATED/    mlflow.db    log
"""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from penstock.engine.programs import Program, Programs
from penstock.services.sagemaker.mlflow.model import COMING, FAILING, GOING, KEPT, KIND, REVISION
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

log: Final = logging.getLogger(__name__)
MOST_TRIES: Final = 3  # of one that never came up
PAUSES: Final = (0.5, 2.0, 10.0, 60.0)  # seconds before it is started again, the last ever after
HEALTH: Final = "/health"
ClientEnvironment = Callable[[Scope, str], Mapping[str, str]]  # (scope, role ARN) → credentials and endpoint
Launch = Callable[[Path, str], Awaitable[tuple[str, ...]]]  # its folder, its artifacts' URI → the command


class Unlaunchable(Exception):
    """There is no such program here; the message says why and what would do."""


@dataclass
class Keeping:
    """`ports` are of the programs that answer, by ARN."""

    database: Database
    programs: Programs
    launch: Launch
    client_environment: ClientEnvironment
    folder: Path
    clock: Callable[[], float]
    follow: Callable[[str, int], Awaitable[None]]  # what is done, by ARN and port, while a program answers
    ports: dict[str, int] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _kept: dict[str, asyncio.Event] = field(default_factory=dict)  # by ARN: told that its document may have changed

    def changed(self) -> None:
        """Some document has changed. On the event loop."""
        self._woken.set()
        for each in self._kept.values():
            each.set()

    async def work(self) -> None:
        """Keep all of them until cancelled; programs end with this."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._woken.clear()
                for server in await self.database.read(wanted):
                    if server.arn not in self._kept:
                        self._kept[server.arn] = asyncio.Event()
                        tasks.create_task(self._keep(server.arn))
                await self._woken.wait()

    async def _keep(self, arn: str) -> None:
        """See to one, until there is nothing more to be done for it."""
        tries = 0
        try:
            while (server := await self.database.read(lambda tx: documents.find_by_arn(tx, arn))) is not None:
                if server.status in GOING:
                    await self._settle(server)
                elif server.status not in KEPT:
                    return
                else:
                    tries = 0 if await self._run(server) else tries + 1
                    if tries == MOST_TRIES and server.status in COMING:
                        await self._mark(server, FAILING[server.status])
                    await self._pause(arn, PAUSES[min(tries, len(PAUSES) - 1)])
        except Exception:  # a worker's loop, a door of rule 11: the others are kept on
            log.exception("the tracking server %s is kept no more until it is changed", arn)
        finally:
            del self._kept[arn]

    async def _pause(self, arn: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._kept[arn].wait()
        except TimeoutError:
            return

    async def _run(self, server: Document) -> bool:
        """Run its program until it ends or something else is wanted; whether it came up."""
        changed = self._kept[server.arn]
        has_come: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        try:
            program = await self._program(server)
        except Unlaunchable as why:
            log.error("the tracking server %s cannot be launched: %s", server.name, why)
            return False
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self.programs.run(program, has_come.set_result))
            attending = tasks.create_task(self._attend(server, has_come))
            while not running.done():
                changed.clear()
                if not await self._is_still_wanted(server):
                    break
                waiting = tasks.create_task(changed.wait())
                await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
            attending.cancel()
            running.cancel()
        self.ports.pop(server.arn, None)
        if running.done() and not running.cancelled():
            log.warning("the program of the tracking server %s is gone: %s", server.name, running.result())
        return has_come.done() and not has_come.cancelled()

    async def _attend(self, server: Document, has_come: "asyncio.Future[int]") -> None:
        self.ports[server.arn] = port = await has_come
        await self._mark(server, COMING.get(server.status, server.status))
        await self.follow(server.arn, port)

    async def _is_still_wanted(self, server: Document) -> bool:
        now = await self.database.read(lambda tx: documents.find_by_arn(tx, server.arn))
        return now is not None and now.status not in GOING and now.body[REVISION] == server.body[REVISION]

    async def _mark(self, server: Document, status: str) -> None:
        """It has come to this status, unless something else is wanted meanwhile."""
        at = self.clock()

        def mark(tx: Transaction) -> None:
            now = documents.find_by_arn(tx, server.arn)
            if now is not None and now.status == server.status and now.body[REVISION] == server.body[REVISION]:
                documents.update(tx, now.changed(at, status=status))

        await self.database.write(mark)

    async def _settle(self, server: Document) -> None:
        """It was told to go, and its program is gone."""
        if server.status == "Stopping":
            await self._mark(server, "Stopped")
            return
        await asyncio.to_thread(shutil.rmtree, self.folder_of(server), ignore_errors=True)
        await self.database.write(lambda tx: documents.remove(tx, server.scope, KIND, server.name))

    async def _program(self, server: Document) -> Program:
        folder = self.folder_of(server)
        clients = self.client_environment(server.scope, server.body["RoleArn"])
        endpoint = {"MLFLOW_S3_ENDPOINT_URL": clients.get("AWS_ENDPOINT_URL", "")}
        return Program(
            command=await self.launch(folder, server.body["ArtifactStoreUri"]),
            folder=folder,
            log=folder / "log",
            health=HEALTH,
            variables={**clients, **endpoint},
        )

    def folder_of(self, server: Document) -> Path:
        scope = server.scope
        return self.folder / f"{scope.account}-{scope.region}-{server.name}-{int(server.created_at * 1000)}"


def wanted(tx: Transaction) -> list[Document]:
    return [server for status in KEPT for server in documents.everywhere(tx, KIND, status)]
