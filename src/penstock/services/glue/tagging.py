"""Tags of databases: of all that is in the catalog, AWS lets only these have some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.glue import catalog
from penstock.services.glue.catalog import DATABASE
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.glue import shapes


@dataclass(frozen=True)
class Tagging:
    database: Database
    service = "glue"

    @operation("TagResource")
    async def tag(self, call: Call, request: shapes.TagResourceRequest) -> Answer:
        arn, labels = request["ResourceArn"], checked(request["TagsToAdd"])

        def tag(tx: Transaction) -> None:
            must_be_there(tx, arn)
            if not tags.fit(tx, arn, labels):
                raise invalid(f"A database can have at most {tags.MOST} tags.")
            tags.add(tx, arn, labels)

        await self.database.write(tag)
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: shapes.UntagResourceRequest) -> Answer:
        def untag(tx: Transaction) -> None:
            must_be_there(tx, request["ResourceArn"])
            tags.remove(tx, request["ResourceArn"], request["TagsToRemove"])

        await self.database.write(untag)
        return {}

    @operation("GetTags")
    async def get(self, call: Call, request: shapes.GetTagsRequest) -> Answer:
        def get(tx: Transaction) -> dict[str, str]:
            must_be_there(tx, request["ResourceArn"])
            return tags.of(tx, request["ResourceArn"])

        return {"Tags": await self.database.read(get)}


def checked(labels: Mapping[str, str]) -> dict[str, str]:
    """Tags as a customer may give them. Raises `ServiceError`."""
    if reserved := next((key for key in labels if key.lower().startswith("aws:")), None):
        raise invalid(f"Tag keys that begin with aws: are reserved: {reserved}")
    return dict(labels)


def must_be_there(tx: Transaction, arn: str) -> None:
    found = documents.find_by_arn(tx, arn)
    if found is None or found.kind != DATABASE:
        raise catalog.missing(f"Entity not found: {arn}. Tags are on databases.")


def invalid(message: str) -> ServiceError:
    return ServiceError(message, code="InvalidInputException")
