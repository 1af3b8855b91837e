"""Operations on stack sets themselves: created, described, listed, updated with all that they have made, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.engine.facts import RunId
from penstock.languages.cloudformation import TemplateError, read, validate
from penstock.services.cloudformation.describing import cut
from penstock.services.cloudformation.rows import every, invalid
from penstock.services.cloudformation.stacksets import rows
from penstock.services.cloudformation.stacksets.beginning import Beginning
from penstock.services.cloudformation.stacksets.model import id_of
from penstock.services.cloudformation.stacksets.requests import (
    ADMINISTRATION,
    EXECUTION,
    KEPT,
    must_be_possible,
    parameters,
    regions_of,
)
from penstock.services.cloudformation.templates import LARGEST_BODY, Templates
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any


@dataclass(frozen=True)
class StackSets:
    beginning: Beginning
    templates: Templates
    service = "cloudformation"

    @operation("CreateStackSet")
    async def create(self, call: Call, request: shapes.CreateStackSetRequest) -> Answer:
        must_be_possible(request)
        template = await self._template(call.scope, request)
        at, name = self.beginning.clock(), request["StackSetName"]
        token = request.get("ClientRequestToken") or call.token
        set_id = f"{name}:{id_of(token or self.beginning.chance())}"
        told: dict[str, Json] = {member: request[member] for member in KEPT if member in request}
        told["Parameters"] = parameters(request.get("Parameters") or [], [])
        document = Document(
            kind=rows.STACK_SET, scope=Scope(call.scope.account, call.scope.region), name=name,
            arn=call.scope.arn("cloudformation", f"stackset/{set_id}"), status="ACTIVE", token=token,
            created_at=at, modified_at=at, body={"Id": set_id, "Told": told, "Template": template},
        )  # fmt: skip

        def create(tx: Transaction) -> str:
            try:
                return str(documents.insert(tx, document).body["Id"])
            except AlreadyStored:
                raise ServiceError(
                    f"StackSet {name} already exists", code="NameAlreadyExistsException", status=409
                ) from None

        return {"StackSetId": await self.beginning.engine.database.write(create)}

    @operation("UpdateStackSet")
    async def update(self, call: Call, request: shapes.UpdateStackSetRequest) -> Answer:
        """Change what the set says, and bring its instances there: all of them, unless some are named."""
        must_be_possible(request)
        name, named = request["StackSetName"], regions_of(call.scope, request)
        before = await self.beginning.engine.database.read(lambda tx: rows.stack_set(tx, call.scope, name))
        template = before.body["Template"]
        if not request.get("UsePreviousTemplate"):
            template = await self._template(call.scope, request)
        operation_id = self.beginning.luck(call, request)

        def update(tx: Transaction) -> None:
            of = rows.stack_set(tx, call.scope, name)
            if self.beginning.told_again(tx, of, operation_id):
                return
            there = rows.instances(tx, of)
            if strange := [each for each in named if each not in there]:
                raise no_instance(of, call.scope.account, strange[0])
            told = {**of.body["Told"], **{member: request[member] for member in KEPT if member in request}}
            told["Parameters"] = parameters(request.get("Parameters") or [], told["Parameters"])
            changed = of.changed(self.beginning.clock(), Told=told, Template=template)
            documents.update(tx, changed)
            for each in there.values():
                documents.update(tx, each.changed(changed.modified_at, status="OUTDATED"))
            self.beginning.begin(tx, changed, operation_id, "UPDATE", named or sorted(there), request)

        await self.beginning.engine.database.write(update)
        return {"OperationId": operation_id}

    @operation("DeleteStackSet")
    async def delete(self, call: Call, request: shapes.DeleteStackSetRequest) -> Answer:
        must_be_possible(request)

        def delete(tx: Transaction) -> None:
            of = rows.stack_set(tx, call.scope, request["StackSetName"])
            self.beginning.told_again(tx, of, "")
            if rows.instances(tx, of):
                raise ServiceError("StackSet is not empty", code="StackSetNotEmptyException", status=409)
            for each in every(tx, of.scope, rows.OPERATION, parent=of.arn):
                documents.remove(tx, of.scope, rows.OPERATION, each.name)
                self.beginning.engine.forget(tx, RunId(each.arn))
            documents.remove(tx, of.scope, rows.STACK_SET, of.name)

        await self.beginning.engine.database.write(delete)
        return {}

    @operation("DescribeStackSet")
    async def describe(self, call: Call, request: shapes.DescribeStackSetRequest) -> Answer:
        def read_all(tx: Transaction) -> Answer:
            of = rows.stack_set(tx, call.scope, request["StackSetName"])
            told = {"AdministrationRoleARN": call.scope.arn("iam", f"role/{ADMINISTRATION}"), **of.body["Told"]}
            return {
                "StackSet": {
                    "ExecutionRoleName": EXECUTION, **told, **summary(of), "StackSetARN": of.arn,
                    "TemplateBody": of.body["Template"], "Regions": sorted(rows.instances(tx, of)),
                    "OrganizationalUnitIds": [],
                }
            }  # fmt: skip

        return await self.beginning.engine.database.read(read_all)

    @operation("ListStackSets")
    async def list(self, call: Call, request: shapes.ListStackSetsRequest) -> Answer:
        """Those that are there: of deleted ones nothing is told."""
        found = await self.beginning.engine.database.read(lambda tx: every(tx, call.scope, rows.STACK_SET))
        shown = found if request.get("Status", "ACTIVE") == "ACTIVE" else []
        return cut("Summaries", {each.name: each for each in shown}, summary, request)

    async def _template(self, scope: Scope, request: Json) -> str:
        text = await self.templates.text(scope, request)
        if len(text.encode()) > LARGEST_BODY:
            raise invalid(f"The template of a stack set may not exceed {LARGEST_BODY} bytes here: nest stacks.")
        try:
            validate(read(text))
        except TemplateError as error:
            raise invalid(str(error)) from None
        return text


def summary(of: Document) -> dict[str, Json]:
    described = {"Description": of.body["Told"]["Description"]} if "Description" in of.body["Told"] else {}
    return {
        "StackSetName": of.name, "StackSetId": of.body["Id"], "Status": of.status, "PermissionModel": "SELF_MANAGED",
        "ManagedExecution": {"Active": False}, **described,
    }  # fmt: skip


def no_instance(of: Document, account: str, region: str) -> ServiceError:
    return ServiceError(
        f"Stack instance not found: StackSet: {of.name}, Account: {account}, Region: {region}",
        code="StackInstanceNotFoundException",
        status=404,
    )
