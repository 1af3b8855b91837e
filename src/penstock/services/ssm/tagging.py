"""Tags of parameters; those of other resources are kept where these are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.ssm import model
from penstock.services.ssm.model import Others
from penstock.store import tags
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.ssm import shapes
    from penstock.store.database import Database, Transaction

OURS: Final = "Parameter"


@dataclass(frozen=True)
class Tagging:
    database: Database
    others: Others
    service = "ssm"

    @operation("AddTagsToResource")
    async def add(self, call: Call, request: shapes.AddTagsToResourceRequest) -> Answer:
        if request["ResourceType"] != OURS:
            return await self.others(call, request)
        labels = tags.unlisted(request["Tags"])
        await self.database.write(lambda tx: add_tags(tx, tagged(tx, call.scope, request["ResourceId"]), labels))
        return {}

    @operation("RemoveTagsFromResource")
    async def remove(self, call: Call, request: shapes.RemoveTagsFromResourceRequest) -> Answer:
        if request["ResourceType"] != OURS:
            return await self.others(call, request)
        keys = request["TagKeys"]
        await self.database.write(lambda tx: tags.remove(tx, tagged(tx, call.scope, request["ResourceId"]), keys))
        return {}

    @operation("ListTagsForResource")
    async def list(self, call: Call, request: shapes.ListTagsForResourceRequest) -> Answer:
        if request["ResourceType"] != OURS:
            return await self.others(call, request)
        found = await self.database.read(lambda tx: tags.of(tx, tagged(tx, call.scope, request["ResourceId"])))
        return {"TagList": tags.listed(found)}


def tagged(tx: Transaction, scope: Scope, name: str) -> str:
    """The ARN of a parameter that is there."""
    parameter = model.named(tx, scope, name)
    if parameter is None:
        raise ServiceError(
            f'The resource ID "{name}" is not valid. Verify the ID and try again.', code="InvalidResourceId"
        )
    return parameter.arn


def add_tags(tx: Transaction, arn: str, labels: Mapping[str, str]) -> None:
    if not tags.fit(tx, arn, labels):
        raise ServiceError(f"A parameter can have at most {tags.MOST} tags.", code="TooManyTagsError")
    tags.add(tx, arn, labels)
