"""Lineage groups: each account and region has one, with all of its entities. It is shared with nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker.lineage.catalog import ResourceNotFound, group_arn
from penstock.services.sagemaker.lineage.listing import Listed, page
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, Json, Scope, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

NAME: Final = "sagemaker-default-lineage-group"
_FIRST: Final = (
    "SELECT min(created_at) FROM document WHERE account = :account AND region = :region AND kind LIKE 'sagemaker/%'"
)


@dataclass(frozen=True)
class LineageGroups:
    """Operations on lineage groups."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("DescribeLineageGroup")
    async def describe(self, call: Call, request: shapes.DescribeLineageGroupRequest) -> Answer:
        _must_be_ours(call.scope, request["LineageGroupName"])
        return await self._summary(call.scope)

    @operation("ListLineageGroups")
    async def list(self, call: Call, request: shapes.ListLineageGroupsRequest) -> Answer:
        shown = await self._summary(call.scope)
        entry = Listed(NAME, NAME, shown["CreationTime"], shown)
        return page([entry], call.request, "LineageGroupSummaries", descending=False)

    @operation("GetLineageGroupPolicy")
    async def policy(self, call: Call, request: shapes.GetLineageGroupPolicyRequest) -> Answer:
        _must_be_ours(call.scope, request["LineageGroupName"])
        raise ResourceNotFound(f"LineageGroup '{group_arn(call.scope)}' has no resource policy: it is not shared.")

    async def _summary(self, scope: Scope) -> dict[str, Json]:
        """The group is as old as the first thing in it."""
        row = await self.database.scan(lambda tx: tx.row(_FIRST, account=scope.account, region=scope.region))
        first = row[0] if row is not None else None
        at = float(first) if isinstance(first, int | float) else self.clock()
        return {
            "LineageGroupName": NAME,
            "LineageGroupArn": group_arn(scope),
            "DisplayName": NAME,
            "CreationTime": at,
            "LastModifiedTime": at,
        }


def _must_be_ours(scope: Scope, reference: str) -> None:
    if reference not in (NAME, group_arn(scope)):
        raise ResourceNotFound(f"LineageGroup '{reference}' does not exist; there is '{NAME}'.")
