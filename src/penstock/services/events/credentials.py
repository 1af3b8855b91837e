"""Credentials: for services that call endpoints in a connection's name (Step Functions' HTTP tasks).

AWS has these as permissions and not in its service model, so no customer can ask for them; a `Call` from inside can.
"""

from dataclasses import dataclass

from penstock.services.events import connections
from penstock.services.events.authorizing import Authorizing, Unauthorized, pairs
from penstock.services.events.connections import EXTRA, LISTS
from penstock.store.database import Database
from penstock.store.documents import Document
from penstock.store.sealing import Sealing
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError
from penstock.wire.outgoing import Unreached


@dataclass(frozen=True)
class Credentials:
    """What a connection adds to a request."""

    database: Database
    sealing: Sealing
    authorizing: Authorizing

    def open(self, directory: Directory) -> None:
        """Answer in the directory, though no model knows of it."""
        directory.provide("events", ["RetrieveConnectionCredentials"], self.retrieve)
        directory.provide("events", ["RefuseConnectionCredentials"], self.refuse)

    async def retrieve(self, call: Call, request: Json) -> Answer:
        """Three maps of names and values, and in `Secret` the names in each whose values are not to be shown."""
        connection = await self._connection(call, request)
        if connection.status != "AUTHORIZED":
            raise ServiceError(f"Connection {connection.name} is {connection.status}.", code="InvalidConnectionState")
        try:
            header = await self.authorizing.header(connection)
        except Unauthorized as why:
            raise ServiceError(f"Connection {connection.name}: {why}", code="InvalidConnectionState") from None
        except Unreached as why:
            raise ServiceError(f"Connection {connection.name}: {why}", code="InternalError") from None
        extra = connection.body["AuthParameters"].get(EXTRA, {})
        told: dict[str, dict[str, str]] = {name: dict(pairs(extra, name)) for name in LISTS}
        secret = {name: [each["Key"] for each in extra.get(name, ()) if each.get("IsValueSecret")] for name in LISTS}
        told["HeaderParameters"] |= header
        secret["HeaderParameters"] += header
        return {**told, "Secret": secret}

    async def refuse(self, call: Call, request: Json) -> Answer:
        """An endpoint did not take them: a token that was kept is not given again."""
        self.authorizing.was_refused(await self._connection(call, request))
        return {}

    async def _connection(self, call: Call, request: Json) -> Document:
        arn = request["ConnectionArn"]
        found = await self.database.read(lambda tx: connections.of_arn(tx, call.scope, arn))
        return connections.opened(found, self.sealing)
