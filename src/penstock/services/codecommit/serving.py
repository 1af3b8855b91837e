"""Serving: git's own protocol, for git's clients. What they send and get streams through; git does the rest.

A push that has been received whole is carried through even if its client is gone: git must not be stopped while it
holds locks. A fetch ends with its client.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from penstock.services.codecommit import model
from penstock.services.codecommit.git import Git, moved_by
from penstock.services.codecommit.model import REPOSITORY
from penstock.services.codecommit.references import References
from penstock.services.codecommit.shelf import Shelf
from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Document
from penstock.wire.call import Scope

log: Final = logging.getLogger(__name__)
PIECE: Final = 64 * 1024
LONGEST: Final = 6 * 3600.0  # seconds that a clone or a push may take
Send = Callable[[bytes], Awaitable[object]]
Program = Literal["upload-pack", "receive-pack"]


@dataclass(frozen=True, slots=True)
class Serving:
    """Repositories, as git's clients ask for them."""

    database: Database
    shelf: Shelf
    references: References

    async def regions(self, account: str, name: str) -> list[str]:
        """Where an account has a repository of that name."""
        found = await self.database.read(lambda tx: documents.anywhere(tx, REPOSITORY, name))
        return [each.scope.region for each in found if each.scope.account == account]

    async def advertise(self, scope: Scope, name: str, program: Program, protocol: str) -> bytes:
        """What there is to be had; raises `RepositoryDoesNotExistException`."""
        _, git = await self._open(scope, name)
        return await git.tell(
            program, "--stateless-rpc", "--http-backend-info-refs", ".", more=spoken(protocol, scope.principal)
        )

    async def converse(
        self, scope: Scope, name: str, program: Program, protocol: str, request: AsyncIterator[bytes], send: Send
    ) -> None:
        """Answer what a client sends; when this returns after a push, all that follows from it is on disk."""
        document, git = await self._open(scope, name)
        try:
            async with asyncio.timeout(LONGEST):
                await converse(git, program, spoken(protocol, scope.principal), request, send)
        finally:
            if program == "receive-pack":
                await self.references.record(document.scope, document.parent, by=scope.principal)

    async def _open(self, scope: Scope, name: str) -> tuple[Document, Git]:
        document = await self.database.read(lambda tx: model.found(tx, scope, name))
        return document, await self.shelf.git(document.parent)


def spoken(protocol: str, principal: str) -> dict[str, str]:
    return {**moved_by(principal), **({"GIT_PROTOCOL": protocol} if protocol else {})}


async def converse(git: Git, program: Program, more: dict[str, str], request: AsyncIterator[bytes], send: Send) -> None:
    async with git.started(program, "--stateless-rpc", ".", more=more) as process, asyncio.TaskGroup() as tasks:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said = tasks.create_task(process.stderr.read())
        feeding = tasks.create_task(feed(process.stdin, request))
        while piece := await process.stdout.read(PIECE):
            await send(piece)
        code = await process.wait()
        feeding.cancel()  # what git has not read by now it does not want
        if code:
            log.info(
                "git %s of %s ended with %d: %s", program, git.folder.name, code, (await said).decode(errors="replace")
            )


async def feed(into: asyncio.StreamWriter, request: AsyncIterator[bytes]) -> None:
    with suppress(ConnectionError):
        async for piece in request:
            if into.is_closing():
                return  # git has ended and wants no more
            into.write(piece)
            await into.drain()
    into.close()
