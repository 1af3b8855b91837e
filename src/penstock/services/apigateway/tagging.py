"""Tags on APIs and stages, by their ARNs; and what an account has set for all of its APIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.apigateway import model, patching
from penstock.services.apigateway.model import ACCOUNT, API, STAGE, BadRequest, NotFound
from penstock.store import documents, tags
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.apigateway import shapes
    from penstock.store.database import Database, Transaction

THROTTLE: Final = {"burstLimit": 5000, "rateLimit": 10000.0}  # as AWS tells it of a new account


@dataclass(frozen=True)
class Tagging:
    database: Database
    service: str = model.SERVICE

    @operation("TagResource")
    async def tag(self, call: Call, request: shapes.TagResourceRequest) -> Answer:
        def tag(tx: Transaction) -> None:
            arn = tagged(tx, call, request["resourceArn"])
            if not tags.fit(tx, arn, request["tags"]):
                raise BadRequest(f"A resource can have at most {tags.MOST} tags.")
            tags.add(tx, arn, request["tags"])

        await self.database.write(tag)
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: shapes.UntagResourceRequest) -> Answer:
        keys = request["tagKeys"]
        await self.database.write(lambda tx: tags.remove(tx, tagged(tx, call, request["resourceArn"]), keys))
        return {}

    @operation("GetTags")
    async def get(self, call: Call, request: shapes.GetTagsRequest) -> Answer:
        return {"tags": await self.database.read(lambda tx: tags.of(tx, tagged(tx, call, request["resourceArn"])))}


def tagged(tx: Transaction, call: Call, arn: str) -> str:
    """The ARN of what is there and may have tags. It names no account, so the asker's is meant."""
    parts = arn.partition("::/restapis/")[2].split("/")
    name, kind = (parts[0], API) if len(parts) == 1 else (f"{parts[0]}/{parts[-1]}", STAGE)
    found = documents.find(tx, call.scope, kind, name)
    if found is None or found.arn != arn:
        raise NotFound(f"Invalid resource identifier specified: {arn}")
    return arn


@dataclass(frozen=True)
class Accounts:
    """The role with which API Gateway would write logs is kept; no logs are written."""

    database: Database
    clock: Callable[[], float]
    service: str = model.SERVICE

    @operation("GetAccount")
    async def get(self, call: Call, request: Mapping[str, Json]) -> Answer:
        found = await self.database.read(lambda tx: documents.find(tx, call.scope, ACCOUNT, "account"))
        return account_told(found.body if found else {})

    @operation("UpdateAccount")
    async def update(self, call: Call, request: shapes.UpdateAccountRequest) -> Answer:
        def update(tx: Transaction) -> Answer:
            found = documents.find(tx, call.scope, ACCOUNT, "account")
            before, at = found.body if found else {}, self.clock()
            after = patching.patched(before, call.request.get("patchOperations"), {"cloudwatchRoleArn": "text"})
            made = Document(
                kind=ACCOUNT, scope=call.scope, name="account", arn="", created_at=at, modified_at=at, body=after
            )
            documents.put(tx, made)
            return account_told(after)

        return await self.database.write(update)


def account_told(body: Mapping[str, Json]) -> dict[str, Json]:
    return {**body, "throttleSettings": dict(THROTTLE), "features": ["UsagePlans"], "apiKeyVersion": "4"}
