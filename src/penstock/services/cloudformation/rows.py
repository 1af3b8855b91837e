"""Rows: everything is a document.

cloudformation/stack       name: the stack's    arn: its id    status: the stack's
                           body: Told, members of DescribeStacks · Operation, the last one's id · Policy
                           Deployed and Wanted, a `Kept` each: what it is, and what it is to become
cloudformation/gone        name: the id's last part, of a stack that is deleted; the body as it was
cloudformation/resource    name: stack/logical id    parent: the stack's id    body: members of DescribeStackResources
cloudformation/event       name: operation/number    parent: the stack's id    body: members of DescribeStackEvents
cloudformation/change-set  name: stack/change set    parent: the stack's id    arn: its id    status: its status
cloudformation/export      name: the export's        parent: the stack's id    body: Value
cloudformation/drift       name: a detection's id    parent: the stack's id    body: members of its status
"""

from typing import Any, Final

import msgspec

from penstock.services.cloudformation.model import Kept
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.arns import Arn
from penstock.wire.call import Scope, ServiceError

Json = Any
STACK: Final = "cloudformation/stack"
GONE: Final = "cloudformation/gone"
RESOURCE: Final = "cloudformation/resource"
EVENT: Final = "cloudformation/event"
CHANGE_SET: Final = "cloudformation/change-set"
EXPORT: Final = "cloudformation/export"
DRIFT: Final = "cloudformation/drift"
ALL: Final = 1_000_000
REVIEW: Final = "REVIEW_IN_PROGRESS"


def invalid(sentence: str) -> ServiceError:
    return ServiceError(sentence, code="ValidationError", status=400)


def no_stack(name: str) -> ServiceError:
    return invalid(f"Stack with id {name} does not exist")


def is_id(name: str) -> bool:
    return name.startswith("arn:")


def find(tx: Transaction, scope: Scope, name: str) -> Document | None:
    """A stack by its name or id; one that is deleted by its id alone."""
    if not is_id(name):
        return documents.find(tx, scope, STACK, name)
    found = documents.find(tx, Arn.of(name).scope, STACK, name_in(name))
    if found is not None and found.arn == name:
        return found
    return documents.find(tx, Arn.of(name).scope, GONE, name.rpartition("/")[2])


def stack(tx: Transaction, scope: Scope, name: str) -> Document:
    found = find(tx, scope, name)
    if found is None:
        raise no_stack(name)
    return found


def living(tx: Transaction, scope: Scope, name: str) -> Document:
    """A stack that is there."""
    found = stack(tx, scope, name)
    if found.kind == GONE:
        raise invalid(f"Stack [{name_in(found.arn)}] does not exist")
    return found


def name_in(stack_id: str) -> str:
    """The name in a stack's id."""
    return stack_id.split("/")[1]


def kept(found: Document, which: str = "") -> Kept | None:
    """What a stack is to become (`Wanted`), or what it is (`Deployed`); the former first, unless one is asked for."""
    body = found.body
    value = body.get(which) if which else body.get("Wanted") or body.get("Deployed")
    return None if value is None else msgspec.convert(value, Kept)


def every(tx: Transaction, scope: Scope, kind: str, *, parent: str | None = None) -> list[Document]:
    query = Query(kind=kind, scope=scope, parent=parent, order="name", descending=False, limit=ALL)
    return list(documents.page(tx, query).documents)


def exports(tx: Transaction, scope: Scope) -> dict[str, Document]:
    return {each.name: each for each in every(tx, scope, EXPORT)}


def importers(tx: Transaction, scope: Scope, name: str) -> list[str]:
    """The names of the stacks that import an export."""
    found = []
    for each in every(tx, scope, STACK):
        versions = (kept(each, which) for which in ("Deployed", "Wanted"))
        if any(version is not None and name in version.imports for version in versions):
            found.append(each.name)
    return found


def resource(tx: Transaction, found: Document, logical_id: str) -> Document:
    one = documents.find(tx, found.scope, RESOURCE, f"{found.arn.rpartition('/')[2]}/{logical_id}")
    if one is None:
        raise invalid(f"Resource {logical_id} does not exist for stack {found.name}")
    return one


def change_set(tx: Transaction, scope: Scope, stack_name: str | None, name: str) -> Document:
    """A change set by its id, or by its name and its stack's."""
    found = documents.find_by_arn(tx, name) if is_id(name) else None
    if found is None and not is_id(name):
        if not stack_name:
            raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
        owner = find(tx, scope, stack_name)
        if owner is not None:
            found = documents.find(tx, owner.scope, CHANGE_SET, f"{owner.arn.rpartition('/')[2]}/{name}")
    if found is None or found.kind != CHANGE_SET:
        raise ServiceError(f"ChangeSet [{name}] does not exist", code="ChangeSetNotFound", status=404)
    return found
