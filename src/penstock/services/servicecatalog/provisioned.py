"""Provisioned products: what has been launched and not been terminated."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from penstock.services.servicecatalog import lists, rows
from penstock.services.servicecatalog.model import ARTIFACT, PRODUCT, PROVISIONED, InvalidParameters, Json
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

_TOLD: Final = (
    "Type", "StatusMessage", "IdempotencyToken", "LastRecordId", "LastProvisioningRecordId",
    "LastSuccessfulProvisioningRecordId", "ProductId", "ProvisioningArtifactId",
)  # fmt: skip
_SEARCHED: Final[Mapping[str, str]] = {
    name[0].lower() + name[1:]: name
    for name in (
        "Arn", "CreatedTime", "Id", "LastRecordId", "IdempotencyToken", "Name", "PhysicalId", "ProductId",
        "ProvisioningArtifactId", "Type", "Status", "Tags", "UserArn", "UserArnSession", "LastProvisioningRecordId",
        "LastSuccessfulProvisioningRecordId", "ProductName", "ProvisioningArtifactName",
    )
}  # fmt: skip
_SORTED: Final[Mapping[str, str]] = {"arn": "Arn", "id": "Id", "name": "Name", "lastRecordId": "LastRecordId"}


@dataclass(frozen=True)
class ProvisionedProducts:
    database: Database
    service = "servicecatalog"

    @operation("DescribeProvisionedProduct")
    async def describe(self, call: Call, request: shapes.DescribeProvisionedProductRequest) -> Answer:
        found = await self.database.read(lambda tx: rows.named_provisioned(tx, call.scope, call.request))
        return {"ProvisionedProductDetail": detail(found), "CloudWatchDashboards": []}

    @operation("GetProvisionedProductOutputs")
    async def outputs(self, call: Call, request: shapes.GetProvisionedProductOutputsRequest) -> Answer:
        found = await self.database.read(
            lambda tx: rows.named_provisioned(tx, call.scope, call.request, "ProvisionedProduct")
        )
        known = found.body.get("Outputs", [])
        keys = request.get("OutputKeys") or [each["OutputKey"] for each in known]
        if missing := sorted({*keys} - {each["OutputKey"] for each in known}):
            raise InvalidParameters(f"Provisioned product {found.name} has no output {', '.join(missing)}.")
        return lists.cut(call.request, "Outputs", [each for each in known if each["OutputKey"] in keys])

    @operation("ScanProvisionedProducts")
    async def scan(self, call: Call, request: shapes.ScanProvisionedProductsRequest) -> Answer:
        mine = lists.by_access(call)
        found = await self.database.scan(lambda tx: rows.every(tx, call.scope, PROVISIONED))
        return lists.cut(call.request, "ProvisionedProducts", [detail(each) for each in found if mine(each)])

    @operation("SearchProvisionedProducts")
    async def search(self, call: Call, request: shapes.SearchProvisionedProductsRequest) -> Answer:
        """Every query's every word must hold: `member:value`, `*` standing for anything, or a piece of any member."""
        mine, wanted = lists.by_access(call), conditions(call.request.get("Filters", {}).get("SearchQuery", ()))
        order = request.get("SortBy", "")
        if order and order not in _SORTED:
            raise InvalidParameters(f"SortBy must be one of {', '.join(sorted(_SORTED))}.")

        def read(tx: Transaction) -> list[dict[str, Json]]:
            return [attributes(tx, each) for each in rows.every(tx, call.scope, PROVISIONED) if mine(each)]

        found = [each for each in await self.database.scan(read) if all(holds(each) for holds in wanted)]
        if order:
            found.sort(key=lambda each: str(each.get(_SORTED[order], "")))
        if request.get("SortOrder") == "DESCENDING":
            found.reverse()
        return {**lists.cut(call.request, "ProvisionedProducts", found), "TotalResultsCount": len(found)}


def detail(provisioned: Document) -> dict[str, Json]:
    members = {member: provisioned.body[member] for member in _TOLD if member in provisioned.body}
    role = provisioned.body["LaunchRoleArn"]
    return {
        "Name": provisioned.name,
        "Arn": provisioned.arn,
        "Id": provisioned.parent,
        "Status": provisioned.status,
        "CreatedTime": provisioned.created_at,
        **members,
        **({"LaunchRoleArn": role} if role else {}),
    }


def attributes(tx: Transaction, provisioned: Document) -> dict[str, Json]:
    """A provisioned product as a search finds it."""
    told = detail(provisioned)
    told.pop("LaunchRoleArn", None)
    body, scope = provisioned.body, provisioned.scope
    named = {
        "ProductName": documents.find(tx, scope, PRODUCT, body["ProductId"]),
        "ProvisioningArtifactName": documents.find(tx, scope, ARTIFACT, body["ProvisioningArtifactId"]),
    }
    return {
        **told,
        "Tags": tags.listed(tags.of(tx, provisioned.arn)),
        "UserArn": body["UserArn"],
        "UserArnSession": body["UserArn"],
        **({"PhysicalId": body["PhysicalId"]} if "PhysicalId" in body else {}),
        **{member: found.body["Name"] for member, found in named.items() if found is not None},
    }


def conditions(queries: list[str]) -> list[Callable[[Mapping[str, Json]], bool]]:
    return [_condition(word) for query in queries for word in _words(query)]


def _words(query: str) -> list[str]:
    try:
        words = shlex.split(query)
    except ValueError:
        raise InvalidParameters(f"SearchQuery {query} has a quotation mark without its second.") from None
    if {"OR", "NOT"} & {*words}:
        raise InvalidParameters("SearchQuery: OR and NOT are not available; give words that must all hold.")
    return [word for word in words if word != "AND"]


def _condition(word: str) -> Callable[[Mapping[str, Json]], bool]:
    name, colon, value = word.partition(":")
    if colon and name in _SEARCHED:
        return lambda found: fnmatchcase(_text(found.get(_SEARCHED[name])), _pattern(name, value))
    return lambda found: any(word.lower() in _text(each) for each in found.values())


def _pattern(name: str, value: str) -> str:
    """What `*` stands for is left to the matcher; brackets are no pattern here. Tags are found by a piece of them."""
    plain = value.lower().replace("[", "[[]")
    return f"*{plain}*" if name == "tags" else plain


def _text(value: Json) -> str:
    if isinstance(value, list):
        return " ".join(f"{each['Key']}={each['Value']}" for each in value).lower()
    return str(value).lower()
