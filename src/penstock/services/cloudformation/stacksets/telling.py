"""Telling: what the rows of a set, its instances and its operation say while the operation goes on."""

from typing import Final

from penstock.engine.facts import Status
from penstock.services.cloudformation.stacksets import rows
from penstock.services.cloudformation.stacksets.model import Json, Plan, Result, State
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

TOLD: Final = {"Succeeded": "SUCCEEDED", "Failed": "FAILED", "Stopped": "STOPPED"}


def tell(tx: Transaction, scope: Scope, plan: Plan, state: State, ended: Status | None) -> None:
    """After a fact; `ended` is how the operation ended, if it has."""
    of = rows.stack_set(tx, scope, plan.set_name)
    found = rows.operation(tx, of, plan.operation)
    results = {place.region: result_of(place.region, state, is_over=ended is not None) for place in plan.places}
    there = rows.instances(tx, of)
    for region, result in results.items():
        if result != found.body["Results"].get(region):
            _instance(tx, there[region], plan, state, result)
    status = TOLD[ended] if ended else "STOPPING" if state.is_stopping else "RUNNING"
    failures = sum(each["Status"] == "FAILED" for each in results.values())
    members: dict[str, Json] = {"Results": results, "StatusDetails": {"FailedStackInstancesCount": failures}}
    if ended:
        members["EndTimestamp"] = state.at
        documents.update(tx, of.changed(state.at, Operation=None))
    documents.update(tx, found.changed(state.at, status=status, **members))


def result_of(region: str, state: State, *, is_over: bool) -> dict[str, str]:
    result = state.results.get(region)
    if result is not None:
        return {"Status": result.status, **({"StatusReason": result.reason} if result.reason else {})}
    if region in state.begun:
        return {"Status": "RUNNING"}
    if is_over:
        return {"Status": "CANCELLED", "StatusReason": "Cancelled since the operation went no further"}
    return {"Status": "PENDING"}


def _instance(tx: Transaction, instance: documents.Document, plan: Plan, state: State, told: dict[str, str]) -> None:
    status, done = told["Status"], state.results.get(instance.body["Region"], Result("FAILED"))
    if plan.action == "DELETE" and status == "SUCCEEDED":
        documents.remove(tx, instance.scope, rows.INSTANCE, instance.name)
        return
    reached = {"SUCCEEDED": "CURRENT", "FAILED": "INOPERABLE" if plan.action == "DELETE" else "OUTDATED"}
    documents.update(
        tx,
        instance.changed(
            state.at,
            status=reached.get(status),
            StackInstanceStatus={"DetailedStatus": status},
            StatusReason=told.get("StatusReason"),
            LastOperationId=plan.operation,
            Stack=done.stack_id or instance.body["Stack"],
        ),
    )
