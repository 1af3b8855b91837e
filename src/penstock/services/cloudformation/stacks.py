"""Operations on stacks: created, updated, deleted, rolled back, cancelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.services.cloudformation import flow, rows
from penstock.services.cloudformation.comparing import Comparing
from penstock.services.cloudformation.model import Kept, id_of, run_of
from penstock.services.cloudformation.requests import must_be_possible, policy_of, stays_where_it_fails, told
from penstock.services.cloudformation.starting import MOVING, Order, Starter
from penstock.services.cloudformation.templates import Stack, Templates
from penstock.services.cloudformation.turn import GOING
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any
UPDATABLE: Final = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "CREATE_FAILED"}
)
NOTHING: Final = "No updates are to be performed."


@dataclass(frozen=True)
class Stacks:
    engine: Engine
    templates: Templates
    starter: Starter
    comparing: Comparing
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "cloudformation"

    @operation("CreateStack")
    async def create(self, call: Call, request: shapes.CreateStackRequest) -> Answer:
        stack = self.new(call.scope, request["StackName"], self.chance(), request)
        must_be_possible(request)
        policy = await policy_of(self.templates, call.scope, request)
        wanted = await self.wanted(call.scope, stack, request, None)
        on_failure = request.get("OnFailure") or ("DO_NOTHING" if stays_where_it_fails(request) else "ROLLBACK")
        if request.get("OnFailure") and "DisableRollback" in request:
            raise rows.invalid("You can specify either DisableRollback or OnFailure, but not both.")

        def create(tx: Transaction) -> str:
            document = document_of(call, stack, {**request, **family(tx, call)}, wanted, policy, self.clock())
            kept = self._insert(tx, document, request.get("ClientRequestToken", ""))
            if kept is document:
                order = Order(
                    operation=id_of(f"{stack.id}/create"),
                    wanted=wanted,
                    on_failure=on_failure,
                    retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
                    minutes=request.get("TimeoutInMinutes"),
                    client_token=request.get("ClientRequestToken", ""),
                )
                self.starter.start(tx, kept, "CREATE", order)
            return kept.arn

        return {"StackId": await self.engine.database.write(create)}

    @operation("UpdateStack")
    async def update(self, call: Call, request: shapes.UpdateStackRequest) -> Answer:
        name = request["StackName"]
        must_be_possible(request)
        policy = await policy_of(self.templates, call.scope, request)
        during = await policy_of(self.templates, call.scope, request, "StackPolicyDuringUpdate")
        found = await self.engine.database.read(lambda tx: rows.living(tx, call.scope, name))
        wanted = await self.wanted_update(call.scope, found, request)
        operation_id = id_of(f"{found.arn}/{call.token or self.chance()}")

        def update(tx: Transaction) -> str:
            now = rows.living(tx, call.scope, name)
            if now.body.get("Operation") == operation_id or self._is_told_again(tx, now, request):
                return now.arn
            must_be_updatable(now)
            if not self.comparing.differs(tx, now, wanted):
                raise rows.invalid(NOTHING)
            kept = replace(now, body=updated(now, request, wanted, policy, self.clock()))
            order = Order(
                operation=operation_id,
                wanted=wanted,
                on_failure="DO_NOTHING" if stays_where_it_fails(request) else "ROLLBACK",
                retain_except_on_create=bool(request.get("RetainExceptOnCreate")),
                policy=during or kept.body.get("Policy"),
                client_token=request.get("ClientRequestToken", ""),
            )
            self.starter.start(tx, kept, "UPDATE", order)
            return now.arn

        return {"StackId": await self.engine.database.write(update)}

    @operation("DeleteStack")
    async def delete(self, call: Call, request: shapes.DeleteStackRequest) -> None:
        """A stack that is not there is as good as deleted."""
        name = request["StackName"]
        must_be_possible(request)

        def delete(tx: Transaction) -> None:
            found = rows.find(tx, call.scope, name)
            if found is None or found.kind == rows.GONE or found.status == "DELETE_IN_PROGRESS":
                return
            if found.body["Told"].get("EnableTerminationProtection"):
                raise rows.invalid(f"Stack [{found.name}] cannot be deleted while TerminationProtection is enabled")
            retained = tuple(request.get("RetainResources") or ())
            if retained and found.status != "DELETE_FAILED":
                raise rows.invalid(
                    f"Invalid operation on stack [{found.arn}]. To delete resources you want to retain, the stack must "
                    "be in the DELETE_FAILED state."
                )
            if found.status == "CREATE_IN_PROGRESS" and self._is_on_its_way(tx, found):
                self.engine.signal(tx, run_of(found.arn, found.body["Operation"]), flow.DOOM, {})
                return
            if found.status.endswith(MOVING) and found.status != rows.REVIEW:
                raise rows.invalid(f"Stack:{found.arn} is in {found.status} state and can not be deleted.")
            number = call.token or self.chance()
            order = Order(
                operation=id_of(f"{found.arn}/{number}"),
                retained=retained,
                client_token=request.get("ClientRequestToken", ""),
            )
            self.starter.start(tx, found, "DELETE", order)

        await self.engine.database.write(delete)

    def _is_on_its_way(self, tx: Transaction, found: Document) -> bool:
        """Whether a stack is being made, and not yet being told of as made."""
        seen = self.starter.last(tx, found)
        return seen is not None and seen.state.phase in GOING

    @operation("CancelUpdateStack")
    async def cancel(self, call: Call, request: shapes.CancelUpdateStackRequest) -> None:
        def cancel(tx: Transaction) -> None:
            found = rows.living(tx, call.scope, request["StackName"])
            if found.status != "UPDATE_IN_PROGRESS":
                raise rows.invalid("CancelUpdateStack cannot be called from current stack status")
            self.engine.signal(
                tx, run_of(found.arn, found.body["Operation"]), flow.CANCEL, {"Reason": "User Initiated"}
            )

        await self.engine.database.write(cancel)

    @operation("ContinueUpdateRollback")
    async def go_on(self, call: Call, request: shapes.ContinueUpdateRollbackRequest) -> Answer:
        skipped = tuple(request.get("ResourcesToSkip") or ())

        def go_on(tx: Transaction) -> None:
            found = rows.living(tx, call.scope, request["StackName"])
            must_be(found, {"UPDATE_ROLLBACK_FAILED"}, "continue update rollback")
            seen = self.starter.last(tx, found)
            assert seen is not None
            if strange := [each for each in skipped if each.partition(".")[0] not in seen.state.failed]:
                raise rows.invalid(
                    f"ResourcesToSkip can only be resources that are in the UPDATE_FAILED state: {', '.join(strange)}"
                )
            self._roll_back(tx, found, call, skipped, request.get("ClientRequestToken", ""))

        await self.engine.database.write(go_on)
        return {}

    @operation("RollbackStack")
    async def roll_back(self, call: Call, request: shapes.RollbackStackRequest) -> Answer:
        def roll_back(tx: Transaction) -> str:
            found = rows.living(tx, call.scope, request["StackName"])
            must_be(found, {"CREATE_FAILED", "UPDATE_FAILED"}, "be rolled back")
            self._roll_back(tx, found, call, (), request.get("ClientRequestToken", ""))
            return found.arn

        return {"StackId": await self.engine.database.write(roll_back)}

    def _roll_back(self, tx: Transaction, found: Document, call: Call, skipped: tuple[str, ...], token: str) -> None:
        operation_id = id_of(f"{found.arn}/{call.token or self.chance()}")
        self.starter.roll_back(tx, found, operation_id, skipped, token)

    # ------------------------------------------------------------------------------------------ for change sets, too

    def _is_told_again(self, tx: Transaction, found: Document, request: Mapping[str, Json]) -> bool:
        """Whether the operation that is under way is the one that the request asks for, by the client's token."""
        token = request.get("ClientRequestToken")
        if not token or not found.status.endswith(MOVING):
            return False
        seen = self.starter.last(tx, found)
        return seen is not None and seen.plan.order.client_token == token

    def new(self, scope: Scope, name: str, luck: str, request: Mapping[str, Json]) -> Stack:
        place = Scope(scope.account, scope.region)
        stack_id = place.arn("cloudformation", f"stack/{name}/{id_of(luck)}")
        return Stack(stack_id, name, place, tuple(request.get("NotificationARNs") or ()))

    def _insert(self, tx: Transaction, document: Document, token: str) -> Document:
        """Keep a new stack; the one of the same call, if that was placed before."""
        try:
            return documents.insert(tx, document)
        except AlreadyStored as taken:
            if self._is_told_again(tx, taken.found, {"ClientRequestToken": token}):
                return taken.found
            raise ServiceError(f"Stack [{document.name}] already exists", code="AlreadyExistsException") from None

    async def wanted(self, scope: Scope, stack: Stack, request: Mapping[str, Json], previous: Kept | None) -> Kept:
        text = await self.templates.text(scope, request, previous)
        exports = await self.engine.database.read(lambda tx: rows.exports(tx, stack.scope))
        values = {name: each.body["Value"] for name, each in exports.items() if each.parent != stack.id}
        kept = await self.templates.kept(stack, request, text, previous, values)
        tags = {each["Key"]: each["Value"] for each in request.get("Tags") or []}
        return msgspec.structs.replace(kept, target=msgspec.structs.replace(kept.target, tags=tags))

    async def wanted_update(self, scope: Scope, found: Document, request: Mapping[str, Json]) -> Kept:
        """What an update is to come to: what the request does not say is as before."""
        previous = rows.kept(found)
        before = previous.target if previous is not None else None
        tags = [{"Key": key, "Value": value} for key, value in (before.tags if before is not None else {}).items()]
        topics = before.topics if before is not None else ()
        told_now = {"Tags": tags, "NotificationARNs": list(topics), **request}
        stack = Stack(found.arn, found.name, found.scope, tuple(told_now["NotificationARNs"]))
        return await self.wanted(scope, stack, told_now, previous)


def document_of(
    call: Call, stack: Stack, request: Mapping[str, Json], wanted: Kept, policy: Json, at: float
) -> Document:
    """The row of a new stack."""
    return Document(
        kind=rows.STACK, scope=stack.scope, name=stack.name, arn=stack.id, status="", token=call.token,
        created_at=at, modified_at=at,
        body={"Told": told(request), "Wanted": msgspec.to_builtins(wanted), **({"Policy": policy} if policy else {})},
    )  # fmt: skip


def family(tx: Transaction, call: Call) -> dict[str, str]:
    """The stack whose operation asks for a stack, and the first of its line."""
    asking = call.token.partition("#")[0].rpartition("/")[0]
    parent = rows.find(tx, call.scope, asking) if ":stack/" in asking else None
    if parent is None:
        return {}
    return {"ParentId": parent.arn, "RootId": parent.body["Told"].get("RootId", parent.arn)}


def updated(found: Document, request: Mapping[str, Json], wanted: Kept, policy: Json, at: float) -> dict[str, Json]:
    """The body of a stack whose update begins."""
    members = {**found.body["Told"], **told(request), "LastUpdatedTime": at}
    return {
        **found.body,
        "Told": members,
        "Wanted": msgspec.to_builtins(wanted),
        **({"Policy": policy} if policy is not None else {}),
    }


def must_be_updatable(found: Document) -> None:
    if found.status not in UPDATABLE:
        raise rows.invalid(f"Stack:{found.arn} is in {found.status} state and can not be updated.")


def must_be(found: Document, statuses: set[str], what: str) -> None:
    if found.status not in statuses:
        raise rows.invalid(f"Stack:{found.arn} is in {found.status} state and can not {what}.")
