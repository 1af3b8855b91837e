"""Operations on change sets: what an update would do, kept until it is executed or deleted.

A change set is looked at when it is made, in that very request: it is created, or it has failed, when the answer comes.
One that is executed makes all others of its stack obsolete: they are deleted with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.services.cloudformation import rows
from penstock.services.cloudformation.comparing import Comparing
from penstock.services.cloudformation.describing import PAGE, listing, paged, parameters
from penstock.services.cloudformation.model import Kept, id_of
from penstock.services.cloudformation.records import in_review
from penstock.services.cloudformation.requests import must_be_possible, stays_where_it_fails, told
from penstock.services.cloudformation.stacks import Stacks, must_be_updatable, updated
from penstock.services.cloudformation.starting import Order, Starter
from penstock.services.cloudformation.templates import Stack
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any
EMPTY: Final = "The submitted information didn't contain changes. Submit different information to create a change set."
AVAILABLE: Final = "AVAILABLE"
TOLD_OF_ITSELF: Final = ("Description", "ImportExistingResources", "OnStackFailure")
IN_CHANGE_SETS: Final = ("Capabilities", "DeploymentConfig", "NotificationARNs", "RollbackConfiguration")


@dataclass(frozen=True)
class ChangeSets:
    engine: Engine
    stacks: Stacks
    starter: Starter
    comparing: Comparing
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "cloudformation"

    @operation("CreateChangeSet")
    async def create(self, call: Call, request: shapes.CreateChangeSetRequest) -> Answer:
        must_be_possible(request)
        kind = request.get("ChangeSetType", "UPDATE")
        if kind == "IMPORT":
            raise rows.invalid("ChangeSetType IMPORT is not supported: resources that are there cannot be imported.")
        name, luck = request["StackName"], call.token or request.get("ClientToken") or self.chance()
        found = await self.engine.database.read(lambda tx: rows.find(tx, call.scope, name))
        if found is not None and found.kind == rows.GONE:
            found = None
        if kind == "CREATE":
            if found is not None and found.status != rows.REVIEW:
                raise rows.invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet")
            stack = (
                self.stacks.new(call.scope, name, luck, request)
                if found is None
                else Stack(found.arn, found.name, found.scope, tuple(request.get("NotificationARNs") or ()))
            )
            wanted = await self.stacks.wanted(call.scope, stack, request, None)
        else:
            if found is None:
                raise rows.invalid(f"Stack [{name}] does not exist")
            must_be_updatable(found)
            stack = Stack(found.arn, found.name, found.scope)
            wanted = await self.stacks.wanted_update(call.scope, found, request)

        def create(tx: Transaction) -> Answer:
            at = self.clock()
            owner = rows.find(tx, call.scope, stack.name)
            if owner is None:
                owner = Document(
                    kind=rows.STACK, scope=stack.scope, name=stack.name, arn=stack.id, status=rows.REVIEW,
                    created_at=at, modified_at=at, body={"Told": {}},
                )  # fmt: skip
                documents.insert(tx, owner)
                documents.insert(tx, in_review(owner))
            made = self._made(tx, owner, kind, request, wanted, luck)
            before = documents.find(tx, owner.scope, rows.CHANGE_SET, made.name)
            if before is not None and before.arn != made.arn:
                raise ServiceError(
                    f"ChangeSet {request['ChangeSetName']} already exists", code="AlreadyExistsException"
                )
            documents.put(tx, made)
            return {"Id": made.arn, "StackId": owner.arn}

        return await self.engine.database.write(create)

    def _made(
        self, tx: Transaction, owner: Document, kind: str, request: Mapping[str, Json], wanted: Kept, luck: str
    ) -> Document:
        """A change set, looked at."""
        at, name = self.clock(), request["ChangeSetName"]
        arn = owner.scope.arn("cloudformation", f"changeSet/{name}/{id_of(f'{owner.arn}/{name}/{luck}')}")
        has_changes = kind == "CREATE" or self.comparing.differs(tx, owner, wanted)
        changes = self.comparing.changes(tx, owner, wanted) if has_changes else []
        reason = {} if has_changes else {"StatusReason": EMPTY}
        body = {
            "Kind": kind,
            "Told": {
                "ChangeSetName": name,
                "ChangeSetId": arn,
                "StackId": owner.arn,
                "StackName": owner.name,
                "ExecutionStatus": AVAILABLE if has_changes else "UNAVAILABLE",
                "Status": "CREATE_COMPLETE" if has_changes else "FAILED",
                "IncludeNestedStacks": bool(request.get("IncludeNestedStacks")),
                **reason,
                **{each: request[each] for each in TOLD_OF_ITSELF if each in request},
                **{each: value for each, value in told(request).items() if each in IN_CHANGE_SETS},
            },
            "Request": told(request),
            "Changes": changes,
            "Wanted": msgspec.to_builtins(wanted),
        }
        return Document(
            kind=rows.CHANGE_SET, scope=owner.scope, name=f"{owner.arn.rpartition('/')[2]}/{name}", arn=arn,
            parent=owner.arn, status=body["Told"]["Status"], created_at=at, modified_at=at, body=body,
        )  # fmt: skip

    @operation("DescribeChangeSet")
    async def describe(self, call: Call, request: shapes.DescribeChangeSetRequest) -> Answer:
        found = await self._found(call, request)
        kept = rows.kept(found, "Wanted")
        assert kept is not None
        token = request.get("NextToken")
        start = pages.decode(token, member="NextToken") if token else 0
        changes = found.body["Changes"]
        more = {"NextToken": pages.encode(start + PAGE)} if start + PAGE < len(changes) else {}
        return {
            **found.body["Told"],
            "CreationTime": found.created_at,
            "Parameters": parameters(kept),
            "Tags": [{"Key": key, "Value": value} for key, value in kept.target.tags.items()],
            "Changes": changes[start : start + PAGE],
            **more,
        }

    @operation("DescribeChangeSetHooks")
    async def hooks(self, call: Call, request: shapes.DescribeChangeSetHooksRequest) -> Answer:
        """There are none."""
        members = (await self._found(call, request)).body["Told"]
        names = ("ChangeSetId", "ChangeSetName", "StackId", "StackName")
        return {**{name: members[name] for name in names}, "Hooks": [], "Status": "PLANNED"}

    @operation("ListChangeSets")
    async def list(self, call: Call, request: shapes.ListChangeSetsRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            found = rows.living(tx, call.scope, request["StackName"])
            page = documents.page(tx, listing(found.scope, rows.CHANGE_SET, request, parent=found.arn))
            return paged("Summaries", map(summary, page.documents), page.token)

        return await self.engine.database.read(read)

    @operation("DeleteChangeSet")
    async def delete(self, call: Call, request: shapes.DeleteChangeSetRequest) -> None:
        """One that is not there is as good as deleted."""

        def delete(tx: Transaction) -> None:
            try:
                found = rows.change_set(tx, call.scope, request.get("StackName"), request["ChangeSetName"])
            except ServiceError as error:
                if error.code != "ChangeSetNotFound":
                    raise
                return
            documents.remove(tx, found.scope, rows.CHANGE_SET, found.name)

        await self.engine.database.write(delete)

    @operation("ExecuteChangeSet")
    async def execute(self, call: Call, request: shapes.ExecuteChangeSetRequest) -> None:
        def execute(tx: Transaction) -> None:
            found = rows.change_set(tx, call.scope, request.get("StackName"), request["ChangeSetName"])
            status = found.body["Told"]["ExecutionStatus"]
            if status != AVAILABLE:
                raise ServiceError(
                    f"ChangeSet [{found.arn}] cannot be executed in its current status of [{found.status}]",
                    code="InvalidChangeSetStatus",
                )
            self._execute(tx, call, found, request)

        await self.engine.database.write(execute)

    def _execute(self, tx: Transaction, call: Call, found: Document, request: Mapping[str, Json]) -> None:
        owner = rows.living(tx, call.scope, found.parent)
        wanted = rows.kept(found, "Wanted")
        assert wanted is not None
        is_new = found.body["Kind"] == "CREATE"
        if not is_new:
            must_be_updatable(owner)
        on_failure = found.body["Told"].get("OnStackFailure") if is_new else None
        asked = {**found.body["Request"], **disabled(request)}
        order = Order(
            operation=id_of(f"{owner.arn}/{found.arn}"),
            wanted=wanted,
            on_failure=on_failure or ("DO_NOTHING" if stays_where_it_fails(asked) else "ROLLBACK"),
            retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
            policy=owner.body.get("Policy") if not is_new else None,
            client_token=request.get("ClientRequestToken", ""),
            adopts=bool(found.body["Told"].get("ImportExistingResources")),
        )
        at = self.clock()
        body = updated(owner, asked, wanted, None, at)
        body["Told"]["ChangeSetId"] = found.arn
        for each in rows.every(tx, owner.scope, rows.CHANGE_SET, parent=owner.arn):
            documents.remove(tx, each.scope, each.kind, each.name)
        self.starter.start(tx, replace(owner, body=body), "CREATE" if is_new else "UPDATE", order)

    async def _found(self, call: Call, request: Mapping[str, Json]) -> Document:
        name, stack_name = request["ChangeSetName"], request.get("StackName")
        return await self.engine.database.read(lambda tx: rows.change_set(tx, call.scope, stack_name, name))


def disabled(request: Mapping[str, Json]) -> dict[str, Json]:
    return {"DisableRollback": request["DisableRollback"]} if "DisableRollback" in request else {}


def summary(found: Document) -> dict[str, Json]:
    names = ("StackId", "StackName", "ChangeSetId", "ChangeSetName", "ExecutionStatus", "Status", "StatusReason",
             "Description", "IncludeNestedStacks")  # fmt: skip
    told_of = found.body["Told"]
    return {**{name: told_of[name] for name in names if name in told_of}, "CreationTime": found.created_at}
