"""Operations on archives: events of a bus, kept for replays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from penstock.services.events import model, putting, rows
from penstock.services.events.listening import Listeners
from penstock.services.events.model import ARCHIVE, given, query
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        CreateArchiveRequest,
        CreateArchiveResponse,
        DeleteArchiveRequest,
        DescribeArchiveRequest,
        ListArchivesRequest,
        UpdateArchiveRequest,
        UpdateArchiveResponse,
    )

DAY: Final = 86_400.0
FOREVER: Final = float("inf")


@dataclass(frozen=True)
class Archives:
    """Archives by name."""

    database: Database
    listeners: Listeners
    clock: Callable[[], float]
    service: str = "events"

    @operation("CreateArchive")
    async def create(self, call: Call, request: CreateArchiveRequest) -> CreateArchiveResponse:
        check(request)
        scope, bus = model.bus_of(call.scope, request["EventSourceArn"])
        at, name = self.clock(), request["ArchiveName"]
        made = Document(
            kind=ARCHIVE, scope=call.scope, name=name, arn=call.scope.arn("events", f"archive/{name}"), parent=bus,
            status="ENABLED", created_at=at, modified_at=at, token=call.token,
            body=given(request, "EventSourceArn", "Description", "EventPattern", "RetentionDays"),
        )  # fmt: skip

        def insert(tx: Transaction) -> None:
            if (scope.account, scope.region) != (call.scope.account, call.scope.region):
                raise model.ResourceNotFound(f"Event bus {request['EventSourceArn']} does not exist.")
            model.must_have_bus(tx, scope, bus)
            model.insert(tx, made)
            self.listeners.change(tx, call.scope, bus)

        await self.database.write(insert)
        return {"ArchiveArn": made.arn, "State": "ENABLED", "CreationTime": at}

    @operation("UpdateArchive")
    async def update(self, call: Call, request: UpdateArchiveRequest) -> UpdateArchiveResponse:
        check(request)
        members, at = given(request, "Description", "EventPattern", "RetentionDays"), self.clock()

        def change(tx: Transaction) -> Document:
            changed = model.found(tx, call.scope, ARCHIVE, request["ArchiveName"]).changed(at, **members)
            documents.update(tx, changed)
            self.listeners.change(tx, call.scope, changed.parent)
            return changed

        changed = await self.database.write(change)
        return {"ArchiveArn": changed.arn, "State": "ENABLED", "CreationTime": changed.created_at}

    @operation("DescribeArchive")
    async def describe(self, call: Call, request: DescribeArchiveRequest) -> Answer:
        def look(tx: Transaction) -> dict[str, Json]:
            found = model.found(tx, call.scope, ARCHIVE, request["ArchiveName"])
            return {"ArchiveArn": found.arn, **given(found.body, "Description", "EventPattern"), **summary(tx, found)}

        return await self.database.scan(look)

    @operation("DeleteArchive")
    async def delete(self, call: Call, request: DeleteArchiveRequest) -> Answer:
        def remove(tx: Transaction) -> None:
            found = model.found(tx, call.scope, ARCHIVE, request["ArchiveName"])
            rows.forget(tx, found.arn, before=FOREVER)
            documents.remove(tx, call.scope, ARCHIVE, found.name)
            self.listeners.change(tx, call.scope, found.parent)

        await self.database.write(remove)
        return {}

    @operation("ListArchives")
    async def list(self, call: Call, request: ListArchivesRequest) -> Answer:
        bus = model.bus_of(call.scope, request["EventSourceArn"])[1] if request.get("EventSourceArn") else None
        wanted = query(call.scope, ARCHIVE, request, parent=bus, status=request.get("State"))

        def look(tx: Transaction) -> dict[str, Json]:
            page = documents.page(tx, wanted)
            shown: dict[str, Json] = {"Archives": [summary(tx, each) for each in page.documents]}
            return {**shown, **pages.onward(page.token)}

        return await self.database.scan(look)

    async def tidy(self) -> None:
        """Forget events that have been kept for as long as their archive says."""
        at = self.clock()
        for archive in await self.database.scan(lambda tx: documents.everywhere(tx, ARCHIVE, "ENABLED")):
            if days := archive.body.get("RetentionDays"):
                await self.database.write(partial(rows.forget, archive=archive.arn, before=at - days * DAY))


def check(request: CreateArchiveRequest | UpdateArchiveRequest) -> None:
    if request.get("KmsKeyIdentifier"):
        raise ValidationError("KmsKeyIdentifier: events are kept as they are, and no key is applied; leave it out.")
    if request.get("EventPattern"):
        putting.read(request["EventPattern"])


def summary(tx: Transaction, archive: Document) -> dict[str, Json]:
    events, size = rows.count(tx, archive.arn)
    return {
        "ArchiveName": archive.name, "EventSourceArn": archive.body["EventSourceArn"], "State": archive.status,
        "RetentionDays": archive.body.get("RetentionDays", 0), "SizeBytes": size, "EventCount": events,
        "CreationTime": archive.created_at,
    }  # fmt: skip
