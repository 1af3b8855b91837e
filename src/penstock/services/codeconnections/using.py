"""Using: what a connection is for, told to other rooms.

AWS has this as a permission (UseConnection) and not in its service model, so no customer can ask for it; a `Call` from
inside can.
"""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penstock.services.codeconnections.model import CONNECTION, SERVICE, Json, canonical, found, host_of
from penstock.services.codeconnections.places import Place, Places, WrongPlace
from penstock.services.codeconnections.remote import Remote, Unreachable, ssh_command
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError
from penstock.wire.gitkeys import GitKeys

PENDING: Final = "Connection {} is PENDING: `penstock connect '{}' --url …` says where it leads."
VERSION: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+@~#-]*")


@dataclass(frozen=True)
class Using:
    """`folder` is for what git fetches; `keys` let in to this server's own repositories."""

    database: Database
    places: Places
    folder: Path
    keys: GitKeys

    def open(self, directory: Directory) -> None:
        """Answer in the directory, though no model knows of it."""
        directory.provide(SERVICE, ["UseConnection"], self.use)
        directory.provide(SERVICE, ["FetchCommit"], self.fetch)

    async def use(self, call: Call, request: Json) -> Answer:
        """Where git finds a repository, and what lets in: a header, or how ssh is called."""
        remote = await self.remote(call.scope, request["ConnectionArn"], request["FullRepositoryId"])
        ssh = {"SshCommand": ssh_command(remote.ssh_key)} if remote.url.startswith("ssh:") else {}
        return {"Url": remote.url, "Authorization": remote.authorization, **ssh}

    async def fetch(self, call: Call, request: Json) -> Answer:
        """The commit that a version (a branch, a tag, a commit) is, and its files."""
        version: str = request["Version"]
        if VERSION.fullmatch(version) is None:
            raise ServiceError(f"'{version}' is no version of a repository.", code="InvalidInputException")
        remote = await self.remote(call.scope, request["ConnectionArn"], request["FullRepositoryId"])
        try:
            commit, content = await remote.commit(version)
        except Unreachable as why:
            raise ServiceError(str(why), code="ResourceUnavailableException", status=400) from None
        return {
            "CommitId": commit.id, "Message": commit.message, "AuthorName": commit.author,
            "AuthorEmail": commit.email, "AuthorDate": commit.date, "Content": content,
        }  # fmt: skip

    async def remote(self, scope: Scope, arn: str, full: str) -> Remote:
        """A repository behind a connection; raises where it leads nowhere yet."""
        place = await self.place(scope, arn)
        url, authorization = place.repository(full, self.places.endpoint()), place.authorization
        if place.is_here:
            authorization = await self.keys.authorization(Arn.of(arn).scope, url)
        return Remote(url, authorization, self.folder, place.ssh_key)

    async def place(self, scope: Scope, arn: str) -> Place:
        def read(tx: Transaction) -> tuple[Document, Document | None]:
            connection = found(tx, scope, CONNECTION, arn)
            return connection, host_of(tx, connection)

        connection, host = await self.database.read(read)
        try:
            place = await asyncio.to_thread(self.places.of, connection, host)
        except WrongPlace as wrong:
            raise ServiceError(
                f"Connection {connection.name} leads nowhere: {wrong}", code="ResourceUnavailableException", status=400
            ) from None
        if place is None:
            raise ServiceError(
                PENDING.format(connection.name, connection.name), code="ResourceUnavailableException", status=400
            )
        return place

    async def upstream(self, account: str, region: str, connection: str, full: str) -> tuple[str, str] | None:
        """The same as the gateway asks for it, by the parts of its path; None where there is none."""
        arn = Scope(account, region).arn(SERVICE, f"connection/{connection}")
        try:
            remote = await self.remote(Scope(account, region), arn, full)
        except ServiceError:
            return None
        return remote.url, remote.authorization


def parts(repository: str) -> tuple[str, str]:
    """A connection's ARN and a repository's full name, of the name that `engine.pushes` knows it by."""
    head, _, rest = Arn.of(repository).resource.removeprefix("connection/").partition("/")
    arn = repository.removesuffix(f"/{rest}")
    assert head in arn
    return canonical(arn), rest
