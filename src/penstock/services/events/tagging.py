"""Tags on rules and buses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.events.model import BUS, DEFAULT, RULE, ResourceNotFound, bus_arn, must_be_customers
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        ListTagsForResourceRequest,
        TagResourceRequest,
        TagResourceResponse,
        UntagResourceRequest,
        UntagResourceResponse,
    )


@dataclass(frozen=True)
class Tagging:
    """The operations on tags."""

    database: Database
    service: str = "events"

    @operation("TagResource")
    async def tag(self, call: Call, request: TagResourceRequest) -> TagResourceResponse:
        labels = tags.unlisted(request["Tags"])
        await self.database.write(lambda tx: add(tx, changeable(tx, call, request["ResourceARN"]), labels))
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: UntagResourceRequest) -> UntagResourceResponse:
        keys = request["TagKeys"]
        await self.database.write(lambda tx: tags.remove(tx, changeable(tx, call, request["ResourceARN"]), keys))
        return {}

    @operation("ListTagsForResource")
    async def list(self, call: Call, request: ListTagsForResourceRequest) -> Answer:
        found = await self.database.read(lambda tx: tags.of(tx, tagged(tx, call, request["ResourceARN"])))
        return {"Tags": tags.listed(found)}


def add(tx: Transaction, arn: str, labels: Mapping[str, str]) -> None:
    if not tags.fit(tx, arn, labels):
        raise ServiceError(f"A resource has at most {tags.MOST} tags.", code="LimitExceededException", status=400)
    tags.add(tx, arn, labels)


def tagged(tx: Transaction, call: Call, arn: str) -> str:
    """The ARN of a rule or a bus that is there."""
    found = documents.find_by_arn(tx, arn)
    if arn != bus_arn(call.scope, DEFAULT) and (found is None or found.kind not in {RULE, BUS}):
        raise ResourceNotFound(f"Resource {arn} does not exist.")
    return arn


def changeable(tx: Transaction, call: Call, arn: str) -> str:
    """The same, of what is not a service's own."""
    must_be_customers(documents.find_by_arn(tx, arn))
    return tagged(tx, call, arn)
