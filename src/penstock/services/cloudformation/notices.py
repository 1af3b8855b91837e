"""EventBridge events of stacks and their resources, and what topics are told of both."""

from dataclasses import dataclass
from typing import Any, Final

from penstock.engine.deliveries import Deliveries, Delivery, Placed
from penstock.engine.notices import Kind, Notices
from penstock.services.cloudformation.model import Prepared
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope
from penstock.wire.targets import to_topic

Json = Any
OF_STACK: Final = Kind("aws.cloudformation", "CloudFormation Stack Status Change")
OF_RESOURCE: Final = Kind("aws.cloudformation", "CloudFormation Resource Status Change")


@dataclass(frozen=True)
class Teller:
    notices: Notices
    deliveries: Deliveries

    def __call__(self, tx: Transaction, scope: Scope, plan: Prepared, event: Document) -> None:
        body, order = event.body, plan.order
        is_stack = body["PhysicalResourceId"] == order.stack_id
        self.notices.keep(
            tx,
            scope,
            OF_STACK if is_stack else OF_RESOURCE,
            [order.stack_id],
            lambda: detail(body, is_stack=is_stack),
            at=body["Timestamp"],
        )
        target = order.target
        for topic in target.topics if target is not None else ():
            placed = Placed.of(to_topic(topic, message(body)))
            sent = Delivery(
                content=[placed], about=f"a notification of stack {order.stack_name}", born=body["Timestamp"]
            )
            self.deliveries.send(tx, f"{order.run}/{event.name}/{topic}", sent, scope)


def detail(body: Json, *, is_stack: bool) -> Json:
    """AWS's detail of either event."""
    status = {"status": body["ResourceStatus"], "status-reason": body.get("ResourceStatusReason", "")}
    if is_stack:
        return {"stack-id": body["StackId"], "status-details": status}
    return {
        "stack-id": body["StackId"],
        "logical-resource-id": body["LogicalResourceId"],
        "physical-resource-id": body["PhysicalResourceId"],
        "resource-type": body["ResourceType"],
        "status-details": status,
    }


def message(body: Json) -> str:
    """A notification as AWS writes it: a line for each member."""
    return "".join(f"{name}='{body[name]}'\n" for name in sorted(body))
