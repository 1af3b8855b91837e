"""Tags on functions and event source mappings, by their ARNs."""

from collections.abc import Mapping
from dataclasses import dataclass

from penstock.services.lambda_.failures import InvalidParameterValue, ResourceNotFound
from penstock.services.lambda_.model import FUNCTION, MAPPING, Request
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, operation


@dataclass(frozen=True)
class Tagging:
    """The operations on tags."""

    database: Database
    service: str = "lambda"

    @operation("TagResource")
    async def tag(self, call: Call, request: Request) -> Answer:
        await self.database.write(lambda tx: add(tx, tagged(tx, request), request["Tags"]))
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: Request) -> Answer:
        await self.database.write(lambda tx: tags.remove(tx, tagged(tx, request), request["TagKeys"]))
        return {}

    @operation("ListTags")
    async def list(self, call: Call, request: Request) -> Answer:
        return {"Tags": await self.database.read(lambda tx: tags.of(tx, tagged(tx, request)))}


def tagged(tx: Transaction, request: Request) -> str:
    """The ARN of what a request names, which must be there."""
    arn: str = request["Resource"]
    found = documents.find_by_arn(tx, arn)
    if found is None or found.kind not in (FUNCTION, MAPPING):
        raise ResourceNotFound(f"Resource not found: {arn}. Tags are on functions (without a qualifier) and mappings.")
    return arn


def add(tx: Transaction, arn: str, labels: Mapping[str, str]) -> None:
    """Set tags, within Lambda's limits."""
    if reserved := [key for key in labels if key.lower().startswith("aws:")]:
        raise InvalidParameterValue(f"Tag keys that begin with aws: are reserved: {reserved[0]}")
    if not tags.fit(tx, arn, labels):
        raise InvalidParameterValue(f"A resource can have at most {tags.MOST} tags.")
    tags.add(tx, arn, labels)
