"""Exports: outputs that other stacks import. One that is imported can be neither changed nor taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.engine.engine import Engine
from penstock.engine.outbox import Task
from penstock.services.cloudformation import rows
from penstock.services.cloudformation.describing import cut
from penstock.services.cloudformation.model import Prepared, State
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any


@dataclass(frozen=True)
class Exports:
    engine: Engine
    service = "cloudformation"

    @operation("ListExports")
    async def list(self, call: Call, request: shapes.ListExportsRequest) -> Answer:
        found = await self.engine.database.read(lambda tx: rows.every(tx, call.scope, rows.EXPORT))
        return cut("Exports", {each.name: each for each in found}, export, request)

    @operation("ListImports")
    async def importers(self, call: Call, request: shapes.ListImportsRequest) -> Answer:
        name = request["ExportName"]

        def read(tx: Transaction) -> Answer:
            if documents.find(tx, call.scope, rows.EXPORT, name) is None:
                raise rows.invalid(f"Export '{name}' does not exist.")
            found = rows.importers(tx, call.scope, name)
            if not found:
                raise rows.invalid(f"Export '{name}' is not imported by any stack.")
            return cut("Imports", {each: each for each in found}, str, request)

        return await self.engine.database.scan(read)

    async def tell(self, task: Task) -> Json:
        """Have a stack's exports be what its outputs say, unless others are in the way: that is an error as data."""
        scope = Scope(task.scope.account, task.scope.region)

        def write(tx: Transaction) -> Json:
            seen = self.engine.see(tx, task.run)
            assert seen is not None
            wanted = wanted_exports(seen.plan, seen.state)
            problem = wrong(tx, scope, seen.plan, wanted)
            if problem:
                return {"Error": problem}
            if seen.plan.order.kind != "DELETE":
                replace_exports(tx, scope, seen.plan.order.stack_id, wanted, seen.state.changed_at)
            return {}

        return await self.engine.database.write(write)


def wanted_exports(plan: Prepared, state: State) -> dict[str, str]:
    if plan.order.kind == "DELETE":
        return {}
    return {each["ExportName"]: each["OutputValue"] for each in state.outputs or () if "ExportName" in each}


def export(found: Document) -> dict[str, Json]:
    return {"ExportingStackId": found.parent, "Name": found.name, "Value": found.body["Value"]}


def wrong(tx: Transaction, scope: Scope, plan: Prepared, wanted: Mapping[str, str]) -> str:
    """Why the exports cannot be these; nothing, where they can."""
    for name, found in rows.exports(tx, scope).items():
        if found.parent != plan.order.stack_id:
            if name in wanted:
                return f"Export with name {name} is already exported by stack {rows.name_in(found.parent)}"
        elif wanted.get(name) != found.body["Value"]:
            users: Iterable[str] = rows.importers(tx, scope, name)
            if users:
                verb = "updated" if name in wanted else "deleted"
                return f"Export {name} cannot be {verb} as it is in use by {', '.join(users)}"
    return ""


def replace_exports(tx: Transaction, scope: Scope, stack_id: str, wanted: Mapping[str, str], at: float) -> None:
    for each in rows.every(tx, scope, rows.EXPORT, parent=stack_id):
        if each.name not in wanted:
            documents.remove(tx, scope, rows.EXPORT, each.name)
    for name, value in wanted.items():
        documents.put(
            tx,
            Document(
                kind=rows.EXPORT, scope=scope, name=name, arn="", parent=stack_id, created_at=at, modified_at=at,
                body={"Value": value},
            ),
        )  # fmt: skip
