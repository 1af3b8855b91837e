"""Operations on the instances of stack sets: which regions have a stack, with which parameters of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.services.cloudformation.describing import cut
from penstock.services.cloudformation.rows import invalid
from penstock.services.cloudformation.stacksets import rows
from penstock.services.cloudformation.stacksets.beginning import Beginning
from penstock.services.cloudformation.stacksets.model import Action, id_of
from penstock.services.cloudformation.stacksets.requests import must_be_possible, parameters, regions_of
from penstock.services.cloudformation.stacksets.sets import no_instance
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any


@dataclass(frozen=True)
class Instances:
    beginning: Beginning
    service = "cloudformation"

    @operation("CreateStackInstances")
    async def create(self, call: Call, request: shapes.CreateStackInstancesRequest) -> Answer:
        return await self._change(call, request, "CREATE")

    @operation("UpdateStackInstances")
    async def update(self, call: Call, request: shapes.UpdateStackInstancesRequest) -> Answer:
        return await self._change(call, request, "UPDATE")

    @operation("DeleteStackInstances")
    async def delete(self, call: Call, request: shapes.DeleteStackInstancesRequest) -> Answer:
        return await self._change(call, request, "DELETE")

    async def _change(self, call: Call, request: Mapping[str, Json], action: Action) -> Answer:
        must_be_possible(request)
        regions = regions_of(call.scope, request)
        if not regions:
            raise invalid("Both accounts and regions must be specified.")
        operation_id = self.beginning.luck(call, request)

        def change(tx: Transaction) -> None:
            of = rows.stack_set(tx, call.scope, request["StackSetName"])
            if self.beginning.told_again(tx, of, operation_id):
                return
            there = rows.instances(tx, of)
            for region in regions:
                if region not in there and action != "CREATE":
                    raise no_instance(of, call.scope.account, region)
                self._put(tx, of, region, there.get(region), request)
            self.beginning.begin(tx, of, operation_id, action, regions, request)

        await self.beginning.engine.database.write(change)
        return {"OperationId": operation_id}

    def _put(
        self, tx: Transaction, of: Document, region: str, found: Document | None, request: Mapping[str, Json]
    ) -> None:
        """The row of an instance, with the parameters of its own that a request gives it."""
        at, own = self.beginning.clock(), overrides(found, request)
        if found is not None:
            documents.update(tx, found.changed(at, **own))
            return
        stack = f"StackSet-{of.name}-{id_of(f'{of.arn}/{region}/{at}')}"
        body = {"Account": of.scope.account, "Region": region, "StackSetId": of.body["Id"], "Stack": stack, **own}
        instance = Document(
            kind=rows.INSTANCE, scope=of.scope, name=f"{of.name}/{region}", arn=f"{of.arn}/{region}", parent=of.arn,
            status="OUTDATED", created_at=at, modified_at=at, body=body,
        )  # fmt: skip
        documents.insert(tx, instance)

    @operation("DescribeStackInstance")
    async def describe(self, call: Call, request: shapes.DescribeStackInstanceRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            of = rows.stack_set(tx, call.scope, request["StackSetName"])
            found = rows.instances(tx, of).get(request["StackInstanceRegion"])
            if found is None or request["StackInstanceAccount"] != of.scope.account:
                raise no_instance(of, request["StackInstanceAccount"], request["StackInstanceRegion"])
            return {"StackInstance": {"ParameterOverrides": [], **told(found)}}

        return await self.beginning.engine.database.read(read)

    @operation("ListStackInstances")
    async def list(self, call: Call, request: shapes.ListStackInstancesRequest) -> Answer:
        def read(tx: Transaction) -> dict[str, Document]:
            return rows.instances(tx, rows.stack_set(tx, call.scope, request["StackSetName"]))

        found = await self.beginning.engine.database.read(read)
        shown = {region: each for region, each in found.items() if is_meant(each, request)}
        return cut("Summaries", shown, brief, request)


def overrides(found: Document | None, request: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters of its own that an instance has by a request; as they were, where the request says none."""
    given = request.get("ParameterOverrides")
    if given is None:
        return {}
    before = found.body.get("ParameterOverrides", []) if found is not None else []
    return {"ParameterOverrides": parameters(given, before)}


def told(found: Document) -> dict[str, Json]:
    members = {name: value for name, value in found.body.items() if name != "Stack"}
    stack = {"StackId": found.body["Stack"]} if found.body["Stack"].startswith("arn:") else {}
    return {**members, **stack, "Status": found.status, "DriftStatus": "NOT_CHECKED"}


def brief(found: Document) -> dict[str, Json]:
    return {name: value for name, value in told(found).items() if name != "ParameterOverrides"}


def is_meant(found: Document, request: Mapping[str, Json]) -> bool:
    """Whether a list is asked for an instance."""
    seen = {
        "DETAILED_STATUS": found.body["StackInstanceStatus"]["DetailedStatus"],
        "LAST_OPERATION_ID": found.body["LastOperationId"],
        "DRIFT_STATUS": "NOT_CHECKED",
    }
    return (
        request.get("StackInstanceAccount", found.scope.account) == found.scope.account
        and request.get("StackInstanceRegion", found.body["Region"]) == found.body["Region"]
        and all(seen[each["Name"]] in each["Values"].split(",") for each in request.get("Filters") or [])
    )
