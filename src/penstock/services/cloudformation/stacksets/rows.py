"""Rows of stack sets: everything is a document.

cloudformation/stack-set       name: the set's     arn: its ARN
                               body: Id · Told, members of DescribeStackSet · Template · Operation, the one under way
cloudformation/stack-instance  name: set/region    parent: the set's ARN    status: CURRENT, OUTDATED, INOPERABLE
                               body: members of DescribeStackInstance · Stack, its id or the name that it gets
cloudformation/set-operation   name: set/id        parent: the set's ARN    status: its status
                               body: members of DescribeStackSetOperation · Results, by region
"""

from typing import Final

from penstock.services.cloudformation.rows import every
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError

STACK_SET: Final = "cloudformation/stack-set"
INSTANCE: Final = "cloudformation/stack-instance"
OPERATION: Final = "cloudformation/set-operation"


def stack_set(tx: Transaction, scope: Scope, name: str) -> Document:
    """A set by its name, its id (`name:uuid`) or its ARN."""
    plain = name.rpartition("stackset/")[2].partition(":")[0]
    found = documents.find(tx, scope, STACK_SET, plain)
    if found is None or (":" in name and name not in (found.arn, found.body["Id"])):
        raise ServiceError(f"StackSet {name} not found", code="StackSetNotFoundException", status=404)
    return found


def instances(tx: Transaction, of: Document) -> dict[str, Document]:
    """The instances of a set by their regions."""
    return {each.body["Region"]: each for each in every(tx, of.scope, INSTANCE, parent=of.arn)}


def operation(tx: Transaction, of: Document, operation_id: str) -> Document:
    found = documents.find(tx, of.scope, OPERATION, f"{of.name}/{operation_id}")
    if found is None:
        raise ServiceError(
            f"Operation {operation_id} for StackSet {of.name} not found", code="OperationNotFoundException", status=404
        )
    return found


def invalid_operation(sentence: str) -> ServiceError:
    return ServiceError(sentence, code="InvalidOperationException", status=400)
