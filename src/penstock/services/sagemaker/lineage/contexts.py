"""Operations on contexts: what other entities are gathered under, such as an endpoint or a pipeline execution."""

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
class Contexts:
    """Operations on contexts."""

    database: Database
    graphs: Graphs
    clock: Callable[[], float]
    service = "sagemaker"

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.database, self.graphs, self.clock, "Context")

    @operation("CreateContext")
    async def create(self, call: Call, request: shapes.CreateContextRequest) -> Answer:
        name = request["ContextName"]
        arn = self.catalog.arn(call.scope, name)
        await self.catalog.must_be_free(call, arn, name)
        return await self.catalog.create(call, arn, name)

    @operation("DescribeContext")
    async def describe(self, call: Call, request: shapes.DescribeContextRequest) -> Answer:
        found = await self.catalog.found(call.scope, self.catalog.arn(call.scope, request["ContextName"]))
        return self.catalog.described(call.scope, found)

    @operation("UpdateContext")
    async def update(self, call: Call, request: shapes.UpdateContextRequest) -> Answer:
        return await self.catalog.update(call, self.catalog.arn(call.scope, request["ContextName"]))

    @operation("DeleteContext")
    async def delete(self, call: Call, request: shapes.DeleteContextRequest) -> Answer:
        return await self.catalog.delete(call, self.catalog.arn(call.scope, request["ContextName"]))

    @operation("ListContexts")
    async def list(self, call: Call, request: shapes.ListContextsRequest) -> Answer:
        return await self.catalog.list(call)
