"""Records: what was asked about provisioned products, and what came of it. They stay when the product is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.servicecatalog import lists, rows
from penstock.services.servicecatalog.model import RECORD, Act, InvalidParameters, Json, Plan
from penstock.store import tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.servicecatalog import shapes

TYPES: Final[Mapping[Act, str]] = {
    "provision": "PROVISION_PRODUCT",
    "update": "UPDATE_PROVISIONED_PRODUCT",
    "terminate": "TERMINATE_PROVISIONED_PRODUCT",
}
_LAUNCHED: Final = ("ProductId", "ProvisioningArtifactId", "PathId", "LaunchRoleArn")


@dataclass(frozen=True)
class Records:
    database: Database
    service = "servicecatalog"

    @operation("DescribeRecord")
    async def describe(self, call: Call, request: shapes.DescribeRecordRequest) -> Answer:
        found = await self.database.read(lambda tx: rows.record(tx, call.scope, request["Id"]))
        outputs = lists.cut(call.request, "RecordOutputs", found.body.get("RecordOutputs", []))
        return {"RecordDetail": detail(found), **outputs}

    @operation("ListRecordHistory")
    async def history(self, call: Call, request: shapes.ListRecordHistoryRequest) -> Answer:
        """The newest first."""
        sought = call.request.get("SearchFilter") or {}
        member = {"product": "ProductId", "provisionedproduct": "ProvisionedProductId"}.get(sought.get("Key", ""))
        if sought and member is None:
            raise InvalidParameters("SearchFilter.Key must be product or provisionedproduct.")
        mine = lists.by_access(call)
        found = await self.database.scan(lambda tx: rows.every(tx, call.scope, RECORD)[::-1])
        wanted = [each for each in found if mine(each) and (member is None or each.body[member] == sought.get("Value"))]
        return lists.cut(call.request, "RecordDetails", [*map(detail, wanted)])


def record_of(tx: Transaction, provisioned: Document, plan: Plan, at: float) -> Document:
    """The record of what is about to be done."""
    launched = {**provisioned.body, **plan.becomes}
    return Document(
        kind=RECORD, scope=provisioned.scope, name=plan.record, parent=provisioned.parent, status="CREATED",
        arn=provisioned.scope.arn("servicecatalog", f"record/{plan.record}"), created_at=at, modified_at=at,
        body={
            "ProvisionedProductName": provisioned.name,
            "ProvisionedProductId": provisioned.parent,
            "ProvisionedProductType": provisioned.body["Type"],
            "RecordType": TYPES[plan.act],
            "RecordTags": tags.listed(tags.of(tx, provisioned.arn)),
            "UserArn": provisioned.body["UserArn"],
            **{member: launched[member] for member in _LAUNCHED if launched[member]},
        },
    )  # fmt: skip


def detail(record: Document) -> dict[str, Json]:
    members = {member: value for member, value in record.body.items() if member not in {"RecordOutputs", "UserArn"}}
    return {
        "RecordErrors": [],
        **members,
        "RecordId": record.name,
        "Status": record.status,
        "CreatedTime": record.created_at,
        "UpdatedTime": record.modified_at,
    }
