"""Finding what an execution is to be of: a machine as it is now, one of its versions, or what an alias picks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penstock.services.stepfunctions import catalogue
from penstock.services.stepfunctions.arns import MachineArn, read_machine_arn
from penstock.services.stepfunctions.failures import labelled_arn, machine_deleting, no_machine
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an execution needs of its state machine; a version's is as it was when it was published."""

    machine_arn: str
    version_arn: str | None
    alias_arn: str | None
    name: str
    definition: str
    role_arn: str
    type: str
    logging: Mapping[str, Json]
    tracing: Mapping[str, Json]
    encryption: Mapping[str, Json]
    revision_id: str | None
    updated_at: float
    variable_references: Mapping[str, Sequence[str]]


def find_target(tx: Transaction, scope: Scope, arn: str, chance_value: float) -> Target:
    """What StartExecution means by an ARN; an alias picks among its versions by `chance_value` (0 to 1).

    Raises `InvalidArn`, `StateMachineDoesNotExist`, `StateMachineDeleting`; `ValidationException` for a labelled ARN.
    """
    named = read_machine_arn(arn)
    if named.label is not None:
        raise labelled_arn()
    machine = catalogue.find_machine(tx, scope, named)
    if machine is None:
        raise no_machine(arn)
    if machine.status == catalogue.DELETING:
        raise machine_deleting(machine.arn)
    if named.is_plain:
        return _target(machine, machine, None)
    alias = catalogue.find_alias(tx, scope, named)
    chosen = named if alias is None else read_machine_arn(pick(alias.body["routingConfiguration"], chance_value))
    return _of_version(tx, scope, machine, chosen, alias, arn)


def _of_version(
    tx: Transaction, scope: Scope, machine: Document, chosen: MachineArn, alias: Document | None, arn: str
) -> Target:
    version = catalogue.find_version(tx, scope, chosen)
    if version is None:
        raise no_machine(arn)
    return _target(machine, version, alias)


def pick(routes: Sequence[Mapping[str, Json]], chance_value: float) -> str:
    """The version ARN that a number between 0 and 1 falls to."""
    left = chance_value * 100
    for route in routes:
        left -= route["weight"]
        if left < 0:
            return str(route["stateMachineVersionArn"])
    return str(routes[-1]["stateMachineVersionArn"])


def _target(machine: Document, of: Document, alias: Document | None) -> Target:
    body = of.body
    return Target(
        machine_arn=machine.arn,
        version_arn=of.arn if of.kind == catalogue.VERSION else None,
        alias_arn=None if alias is None else alias.arn,
        name=machine.name,
        definition=body["definition"],
        role_arn=body["roleArn"],
        type=body["type"],
        logging=body["loggingConfiguration"],
        tracing=body["tracingConfiguration"],
        encryption=body["encryptionConfiguration"],
        revision_id=body.get("revisionId"),
        updated_at=of.modified_at,
        variable_references=body.get("variableReferences", {}),
    )
