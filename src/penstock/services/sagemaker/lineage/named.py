"""Operations on actions and contexts: entities that have a name.

An action is something that was done, such as a deployment or a decision; a context is what other entities are gathered
under, such as an endpoint or a pipeline execution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker.lineage.catalog import Catalog
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Actions:
    catalog: Catalog
    service = "sagemaker"

    @operation("CreateAction")
    async def create(self, call: Call, request: shapes.CreateActionRequest) -> Answer:
        return await self.catalog.create_named(call, request["ActionName"], Status=request.get("Status", "Unknown"))

    @operation("DescribeAction")
    async def describe(self, call: Call, request: shapes.DescribeActionRequest) -> Answer:
        return await self.catalog.describe(call, request["ActionName"])

    @operation("UpdateAction")
    async def update(self, call: Call, request: shapes.UpdateActionRequest) -> Answer:
        return await self.catalog.update(call, request["ActionName"])

    @operation("DeleteAction")
    async def delete(self, call: Call, request: shapes.DeleteActionRequest) -> Answer:
        return await self.catalog.delete(call, request["ActionName"])

    @operation("ListActions")
    async def list(self, call: Call, request: shapes.ListActionsRequest) -> Answer:
        return await self.catalog.list(call)


@dataclass(frozen=True)
class Contexts:
    catalog: Catalog
    service = "sagemaker"

    @operation("CreateContext")
    async def create(self, call: Call, request: shapes.CreateContextRequest) -> Answer:
        return await self.catalog.create_named(call, request["ContextName"])

    @operation("DescribeContext")
    async def describe(self, call: Call, request: shapes.DescribeContextRequest) -> Answer:
        return await self.catalog.describe(call, request["ContextName"])

    @operation("UpdateContext")
    async def update(self, call: Call, request: shapes.UpdateContextRequest) -> Answer:
        return await self.catalog.update(call, request["ContextName"])

    @operation("DeleteContext")
    async def delete(self, call: Call, request: shapes.DeleteContextRequest) -> Answer:
        return await self.catalog.delete(call, request["ContextName"])

    @operation("ListContexts")
    async def list(self, call: Call, request: shapes.ListContextsRequest) -> Answer:
        return await self.catalog.list(call)
