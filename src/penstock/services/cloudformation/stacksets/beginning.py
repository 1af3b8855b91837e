"""Beginning: one commit makes the row of an operation, what its instances are told, and its run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.cloudformation.stacksets import rows
from penstock.services.cloudformation.stacksets.flow import FLOW
from penstock.services.cloudformation.stacksets.model import Action, Json, Place, Plan, id_of
from penstock.services.cloudformation.stacksets.requests import goes_on, merged
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Scope, ServiceError


@dataclass(frozen=True)
class Beginning:
    engine: Engine
    clock: Callable[[], float]
    chance: Callable[[], str]

    def luck(self, call: Call, request: Mapping[str, Json]) -> str:
        """The id of the operation that a request asks for: the client's, or one that the same call finds again."""
        return request.get("OperationId") or id_of(call.token or self.chance())

    def told_again(self, tx: Transaction, of: Document, operation_id: str) -> bool:
        """Whether there is this operation already. Raises where another one is under way."""
        if documents.find(tx, of.scope, rows.OPERATION, f"{of.name}/{operation_id}") is not None:
            return True
        if under_way := of.body.get("Operation"):
            raise ServiceError(
                f"Another Operation on StackSet {of.arn} is in progress: {under_way}",
                code="OperationInProgressException",
                status=409,
            )
        return False

    def begin(
        self, tx: Transaction, of: Document, operation_id: str, action: Action, regions: Sequence[str], request: Json
    ) -> None:
        """Start it on instances whose rows are there. None at all is done at once."""
        at, preferences = self.clock(), request.get("OperationPreferences") or {}
        there = rows.instances(tx, of)
        told = of.body["Told"]
        plan = Plan(
            set_name=of.name,
            operation=operation_id,
            action=action,
            places=tuple(place(told, there[region]) for region in regions),
            template=of.body["Template"],
            tags=tuple(told.get("Tags") or ()),
            capabilities=tuple(told.get("Capabilities") or ()),
            width=max(len(regions), 1) if preferences.get("RegionConcurrencyType") == "PARALLEL" else 1,
            goes_on=goes_on(preferences),
            retains=bool(request.get("RetainStacks")),
        )
        members = {name: request[name] for name in ("OperationPreferences", "RetainStacks") if name in request}
        results = {region: {"Status": "PENDING"} for region in regions}
        operation = Document(
            kind=rows.OPERATION, scope=of.scope, name=f"{of.name}/{operation_id}", arn=run_of(of, operation_id),
            parent=of.arn, status="RUNNING" if regions else "SUCCEEDED", created_at=at, modified_at=at,
            body={**members, "OperationId": operation_id, "Action": action, "Results": results},
        )  # fmt: skip
        if not regions:
            documents.insert(tx, operation.changed(at, EndTimestamp=at))
            return
        documents.insert(tx, operation)
        documents.update(tx, of.changed(at, Operation=operation_id))
        for region in regions:
            pending = {"StackInstanceStatus": {"DetailedStatus": "PENDING"}, "LastOperationId": operation_id}
            documents.update(tx, there[region].changed(at, status="OUTDATED", **pending))
        scope = Scope(of.scope.account, of.scope.region)
        self.engine.start(tx, run_of(of, operation_id), FLOW, msgspec.json.encode(plan), scope=scope)


def run_of(of: Document, operation_id: str) -> RunId:
    return RunId(f"{of.arn}/{operation_id}")


def place(told: Mapping[str, Json], instance: Document) -> Place:
    own = instance.body.get("ParameterOverrides") or []
    parameters = merged(told.get("Parameters") or [], own)
    return Place(region=instance.body["Region"], stack=instance.body["Stack"], parameters=parameters)
