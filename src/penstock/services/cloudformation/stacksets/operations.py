"""What is told of operations on stack sets; and stopping one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.engine.facts import RunId
from penstock.services.cloudformation.describing import by_age, cut
from penstock.services.cloudformation.rows import every
from penstock.services.cloudformation.stacksets import rows
from penstock.services.cloudformation.stacksets.beginning import Beginning
from penstock.services.cloudformation.stacksets.flow import STOP
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any


@dataclass(frozen=True)
class Operations:
    beginning: Beginning
    service = "cloudformation"

    @operation("DescribeStackSetOperation")
    async def describe(self, call: Call, request: shapes.DescribeStackSetOperationRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            of, found = self._found(tx, call, request)
            return {"StackSetOperation": {**told(found), "StackSetId": of.body["Id"]}}

        return await self.beginning.engine.database.read(read)

    @operation("ListStackSetOperations")
    async def list(self, call: Call, request: shapes.ListStackSetOperationsRequest) -> Answer:
        """The newest first."""

        def read(tx: Transaction) -> list[Document]:
            of = rows.stack_set(tx, call.scope, request["StackSetName"])
            return every(tx, of.scope, rows.OPERATION, parent=of.arn)

        found = {by_age(each): each for each in await self.beginning.engine.database.read(read)}
        return cut("Summaries", found, brief, request, descending=True)

    @operation("ListStackSetOperationResults")
    async def results(self, call: Call, request: shapes.ListStackSetOperationResultsRequest) -> Answer:
        _, found = await self.beginning.engine.database.read(lambda tx: self._found(tx, call, request))
        wanted = {value for each in request.get("Filters") or [] for value in each["Values"].split(",")}
        shown = {
            region: {"Account": found.scope.account, "Region": region, **each}
            for region, each in found.body["Results"].items()
            if not wanted or each["Status"] in wanted
        }
        return cut("Summaries", shown, dict, request)

    @operation("StopStackSetOperation")
    async def stop(self, call: Call, request: shapes.StopStackSetOperationRequest) -> Answer:
        """What is under way in a region goes on to its end; no other region begins."""

        def stop(tx: Transaction) -> None:
            _, found = self._found(tx, call, request)
            if found.status == "STOPPING":
                return
            if found.status != "RUNNING":
                raise rows.invalid_operation(
                    f"Operation {request['OperationId']} is {found.status} and cannot be stopped."
                )
            documents.update(tx, found.changed(self.beginning.clock(), status="STOPPING"))
            self.beginning.engine.signal(tx, RunId(found.arn), STOP)

        await self.beginning.engine.database.write(stop)
        return {}

    @staticmethod
    def _found(tx: Transaction, call: Call, request: Mapping[str, Json]) -> tuple[Document, Document]:
        of = rows.stack_set(tx, call.scope, request["StackSetName"])
        return of, rows.operation(tx, of, request["OperationId"])


def told(found: Document) -> dict[str, Json]:
    members = {name: value for name, value in found.body.items() if name != "Results"}
    return {**members, "Status": found.status, "CreationTimestamp": found.created_at}


def brief(found: Document) -> dict[str, Json]:
    return {name: value for name, value in told(found).items() if name != "RetainStacks"}
