"""Operations on actions: things that were done, such as a deployment or a decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker.lineage.catalog import Catalog
from penstock.services.sagemaker.lineage.reading import Graphs
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Actions:
    """Operations on actions."""

    database: Database
    graphs: Graphs
    clock: Callable[[], float]
    service = "sagemaker"

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.database, self.graphs, self.clock, "Action")

    @operation("CreateAction")
    async def create(self, call: Call, request: shapes.CreateActionRequest) -> Answer:
        name = request["ActionName"]
        arn = self.catalog.arn(call.scope, name)
        await self.catalog.must_be_free(call, arn, name)
        status = {} if "Status" in request else {"Status": "Unknown"}
        return await self.catalog.create(call, arn, name, **status)

    @operation("DescribeAction")
    async def describe(self, call: Call, request: shapes.DescribeActionRequest) -> Answer:
        found = await self.catalog.found(call.scope, self.catalog.arn(call.scope, request["ActionName"]))
        return self.catalog.described(call.scope, found)

    @operation("UpdateAction")
    async def update(self, call: Call, request: shapes.UpdateActionRequest) -> Answer:
        return await self.catalog.update(call, self.catalog.arn(call.scope, request["ActionName"]))

    @operation("DeleteAction")
    async def delete(self, call: Call, request: shapes.DeleteActionRequest) -> Answer:
        return await self.catalog.delete(call, self.catalog.arn(call.scope, request["ActionName"]))

    @operation("ListActions")
    async def list(self, call: Call, request: shapes.ListActionsRequest) -> Answer:
        return await self.catalog.list(call)
