"""State machines, their versions and their aliases as they are kept: documents in the service model's spelling.

stepfunctions/machine    name: the machine's             body: what Describe answers; lastVersion, a number, if any
stepfunctions/version    name: NAME:000007               parent: the machine's ARN   body: as the machine's was; number
stepfunctions/alias      name: NAME:ALIAS                parent: the machine's ARN   body: description, routing

A version is a copy: nothing that becomes of its machine changes it. A machine that is being deleted is DELETING until
its last execution has ended; it is in no list, and nothing can be made of it.
"""

from typing import Final

from penstock.services.stepfunctions.arns import MachineArn
from penstock.services.stepfunctions.failures import labelled_arn, machine_deleting, no_machine, quota_exceeded
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

MACHINE: Final = "stepfunctions/machine"
VERSION: Final = "stepfunctions/version"
ALIAS: Final = "stepfunctions/alias"
ACTIVE: Final = "ACTIVE"
DELETING: Final = "DELETING"
MOST_VERSIONS: Final = 1000
MOST_ALIASES: Final = 100


def find_machine(tx: Transaction, scope: Scope, arn: MachineArn) -> Document | None:
    """The machine that an ARN is of, whatever of the machine it names."""
    found = documents.find(tx, scope, MACHINE, arn.name)
    return found if found is not None and found.arn == arn.machine else None


def machine(tx: Transaction, scope: Scope, arn: MachineArn) -> Document:
    """The machine that a plain ARN names. Raises `StateMachineDoesNotExist`."""
    if arn.label is not None:
        raise labelled_arn()
    found = find_machine(tx, scope, arn)
    if found is None or not arn.is_plain:
        raise no_machine(arn.text)
    return found


def active_machine(tx: Transaction, scope: Scope, arn: MachineArn) -> Document:
    """A machine that something can be made of. Raises `StateMachineDoesNotExist`, `StateMachineDeleting`."""
    found = machine(tx, scope, arn)
    if found.status == DELETING:
        raise machine_deleting(arn.text)
    return found


def find_version(tx: Transaction, scope: Scope, arn: MachineArn) -> Document | None:
    if arn.version is None:
        return None
    found = documents.find(tx, scope, VERSION, version_name(arn.name, arn.version))
    return found if found is not None and found.arn == arn.text else None


def find_alias(tx: Transaction, scope: Scope, arn: MachineArn) -> Document | None:
    if arn.alias is None:
        return None
    found = documents.find(tx, scope, ALIAS, f"{arn.name}:{arn.alias}")
    return found if found is not None and found.arn == arn.text else None


def version_name(name: str, number: int) -> str:
    """Padded, so that names are in the order of the numbers."""
    return f"{name}:{number:09d}"


def versions_of(tx: Transaction, of: Document) -> tuple[Document, ...]:
    """Every version of a machine, the newest first."""
    query = Query(kind=VERSION, scope=of.scope, parent=of.arn, order="name", limit=MOST_VERSIONS)
    return documents.page(tx, query).documents


def aliases_of(tx: Transaction, of: Document) -> tuple[Document, ...]:
    """Every alias of a machine, the oldest first."""
    query = Query(kind=ALIAS, scope=of.scope, parent=of.arn, descending=False, limit=MOST_ALIASES)
    return documents.page(tx, query).documents


def published(tx: Transaction, of: Document) -> Document | None:
    """The version that a machine's current revision has been published as, if it has."""
    revision = of.body.get("revisionId")
    return next((each for each in versions_of(tx, of) if each.body.get("revisionId") == revision), None)


def publish(tx: Transaction, of: Document, at: float, description: str | None) -> Document:
    """The version of a machine's current revision, made if there is none yet."""
    found = published(tx, of)
    if found is not None:
        return found
    if len(versions_of(tx, of)) >= MOST_VERSIONS:
        raise quota_exceeded(f"The state machine has {MOST_VERSIONS} versions: delete one to publish another.")
    number = of.body.get("lastVersion", 0) + 1
    documents.update(tx, of.changed(of.modified_at, lastVersion=number))
    body = {name: value for name, value in of.body.items() if name != "lastVersion"}
    version = Document(
        kind=VERSION, scope=of.scope, name=version_name(of.name, number), arn=f"{of.arn}:{number}", parent=of.arn,
        status=ACTIVE, created_at=at, modified_at=at,
        body={**body, "number": number, **({"description": description} if description else {})},
    )  # fmt: skip
    return documents.insert(tx, version)


def forget(tx: Transaction, of: Document) -> None:
    """Take away a machine and all that is of it."""
    for each in (*versions_of(tx, of), *aliases_of(tx, of), of):
        documents.remove(tx, each.scope, each.kind, each.name)


def leads_to(alias: Document, version_arn: str) -> bool:
    """Whether executions of an alias may be of a version."""
    return any(route["stateMachineVersionArn"] == version_arn for route in alias.body["routingConfiguration"])
