"""Managed rules: what a service keeps on the default bus for itself. Customers see them, and cannot change them.

AWS's services have no operation for it in any model, so no customer can ask for one; a `Call` from inside can, in the
unit of work of what it is for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from penstock.services.events import model
from penstock.services.events.listening import Listeners
from penstock.services.events.model import DEFAULT, RULE, given
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, inner


@dataclass(frozen=True)
class ManagedRules:
    """Rules of services, each with one target: the service."""

    listeners: Listeners
    clock: Callable[[], float]
    service: str = "events"

    @inner("PutManagedRule")
    def put(self, tx: Transaction, call: Call, request: Mapping[str, Json]) -> Answer:
        """Have the rule as the request says."""
        at, name = self.clock(), request["Name"]
        made = Document(
            kind=RULE, scope=call.scope, name=model.rule_key(name, DEFAULT),
            arn=model.rule_arn(call.scope, name, DEFAULT), parent=DEFAULT, status="ENABLED", created_at=at,
            modified_at=at,
            body={
                **given(request, "EventPattern", "Description", "ManagedBy"), "CreatedBy": call.scope.account,
                "Since": at, "Targets": [{"Id": name, "Arn": request["TargetArn"]}],
            },
        )  # fmt: skip
        documents.put(tx, made)
        self.listeners.change(tx, call.scope, DEFAULT)
        return {}

    @inner("RemoveManagedRule")
    def remove(self, tx: Transaction, call: Call, request: Mapping[str, Json]) -> Answer:
        """Have no such rule."""
        documents.remove(tx, call.scope, RULE, model.rule_key(request["Name"], DEFAULT))
        self.listeners.change(tx, call.scope, DEFAULT)
        return {}
