"""State machines: made, changed, described, listed, deleted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from penstock.languages.asl.diagnosis import DefinitionError
from penstock.languages.asl.read import read_machine
from penstock.languages.asl.resources import recognised
from penstock.languages.asl.tree import ExecutionType
from penstock.languages.asl.variables import variable_references
from penstock.services.stepfunctions import catalogue, configuration, rows
from penstock.services.stepfunctions.arns import MachineArn, check_name, check_role_arn, read_machine_arn
from penstock.services.stepfunctions.failures import (
    invalid_definition,
    labelled_arn,
    machine_deleting,
    machine_exists,
    no_machine,
)
from penstock.services.stepfunctions.lists import answer_page
from penstock.services.stepfunctions.tags import given_tags
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, ValidationError, operation

Request = Mapping[str, Json]
_CONFIGURED: Final = (
    "definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration",
)  # fmt: skip
_DELETING: Final = f"SELECT 1 FROM document WHERE arn = :arn AND status = '{catalogue.DELETING}'"  # noqa: S608
# What tells a request that was made before from another one; AWS does not look at the role and the tags.
_SAME: Final = ("definition", "type", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")


@dataclass(frozen=True)
class Machines:
    """The operations on state machines.

    `recognises` tells whether a service integration's resource is there; `dismiss` ends the executions of a machine
    (by its ARN) at their next transitions, and tells whether there are any.
    """

    database: Database
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    recognises: Callable[[str], bool] = recognised
    dismiss: Callable[[Transaction, str], bool] = lambda _tx, _arn: False
    service: str = "stepfunctions"

    @operation("CreateStateMachine")
    async def create(self, call: Call, request: Request) -> Answer:
        check_name(request["name"])
        check_role_arn(request["roleArn"])
        _check_version_description(request)
        labels = given_tags(request.get("tags"))
        made = await self._made(call, request)

        def insert(tx: Transaction) -> Answer:
            try:
                kept = documents.insert(tx, made)
            except AlreadyStored as stored:
                return _made_before(tx, stored.found, made, request)
            tags.add(tx, kept.arn, labels)
            return _created(kept, self._published(tx, kept, request))

        return await self.database.write(insert)

    async def _made(self, call: Call, request: Request) -> Document:
        at, name, kind = self.clock(), request["name"], request.get("type", "STANDARD")
        definition = request["definition"]
        references = self._references(definition, kind)
        given = request.get("loggingConfiguration") or {}
        return Document(
            kind=catalogue.MACHINE, scope=call.scope, name=name, arn=call.scope.arn("states", f"stateMachine:{name}"),
            status=catalogue.ACTIVE, created_at=at, modified_at=at, token=call.token,
            body={
                "definition": definition,
                **({"variableReferences": references} if references else {}),
                "roleArn": request["roleArn"],
                "type": kind,
                "loggingConfiguration": await configuration.logging(self.directory, call.scope, given),
                "tracingConfiguration": configuration.tracing(request.get("tracingConfiguration")),
                "encryptionConfiguration": configuration.encryption(request.get("encryptionConfiguration")),
            },
        )  # fmt: skip

    def _references(self, definition: str, kind: str) -> dict[str, list[str]] | None:
        """The variables that a definition's states refer to. Raises `InvalidDefinition` where it is none."""
        try:
            type_: ExecutionType = "EXPRESS" if kind == "EXPRESS" else "STANDARD"
            return variable_references(read_machine(definition, kind=type_, recognises=self.recognises)) or None
        except DefinitionError as error:
            raise invalid_definition(error) from None

    def _published(self, tx: Transaction, machine: Document, request: Request) -> Document | None:
        if not request.get("publish"):
            return None
        return catalogue.publish(tx, machine, self.clock(), request.get("versionDescription"))

    @operation("UpdateStateMachine")
    async def update(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineArn"])
        _check_something_changes(request)
        _check_version_description(request)
        if request.get("roleArn"):
            check_role_arn(request["roleArn"])
        before = await self.database.read(lambda tx: catalogue.active_machine(tx, call.scope, arn))
        changes = await self._changes(call, request)
        if "definition" in changes:
            changes["variableReferences"] = self._references(changes["definition"], before.body["type"])

        def change(tx: Transaction) -> Answer:
            found = catalogue.active_machine(tx, call.scope, arn)
            changed = self._changed(found, changes)
            documents.update(tx, changed)
            return _updated(changed, self._published(tx, changed, request))

        return await self.database.write(change)

    async def _changes(self, call: Call, request: Request) -> dict[str, Json]:
        changes = {name: request[name] for name in _CONFIGURED if request.get(name) is not None}
        if "loggingConfiguration" in changes:
            given = changes["loggingConfiguration"]
            changes["loggingConfiguration"] = await configuration.logging(self.directory, call.scope, given)
        if "tracingConfiguration" in changes:
            changes["tracingConfiguration"] = configuration.tracing(changes["tracingConfiguration"])
        if "encryptionConfiguration" in changes:
            changes["encryptionConfiguration"] = configuration.encryption(changes["encryptionConfiguration"])
        return changes

    def _changed(self, found: Document, changes: Mapping[str, Json]) -> Document:
        """The machine with a revision of its own, unless nothing is different."""
        if all(found.body.get(name) == value for name, value in changes.items()):
            return found.changed(self.clock())
        return found.changed(self.clock(), revisionId=str(UUID(hex=self.chance())), **changes)

    @operation("DescribeStateMachine")
    async def describe(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineArn"])
        if arn.label is not None:
            raise labelled_arn()
        found = await self.database.read(lambda tx: _described(tx, call.scope, arn))
        return _description(found, arn, is_whole=request.get("includedData") != "METADATA_ONLY")

    @operation("DeleteStateMachine")
    async def delete(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineArn"])
        if arn.label is not None:
            raise labelled_arn()

        def delete(tx: Transaction) -> None:
            found = catalogue.find_machine(tx, call.scope, arn)
            if found is None or not arn.is_plain:
                return
            if self.dismiss(tx, found.arn):
                documents.update(tx, found.changed(self.clock(), status=catalogue.DELETING))
            else:
                catalogue.forget(tx, found)

        await self.database.write(delete)
        return {}

    @operation("ListStateMachines")
    async def list(self, call: Call, request: Request) -> Answer:
        query = Query(kind=catalogue.MACHINE, scope=call.scope, status=catalogue.ACTIVE, descending=False)
        return await answer_page(self.database, query, request, "stateMachines", _summary)


def finish_deleting(tx: Transaction, scope: Scope, machine_arn: str) -> None:
    """Let a DELETING machine go, if the execution that has just ended was the last one that ran."""
    if tx.row(_DELETING, arn=machine_arn) is None or rows.is_running(tx, machine_arn):
        return
    found = catalogue.find_machine(tx, scope, read_machine_arn(machine_arn))
    if found is not None and found.status == catalogue.DELETING:
        catalogue.forget(tx, found)


def _check_version_description(request: Request) -> None:
    if request.get("versionDescription") and not request.get("publish"):
        raise ValidationError("Version description can only be set when publish is true")


def _check_something_changes(request: Request) -> None:
    if all(request.get(name) is None for name in _CONFIGURED):
        raise ServiceError(
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
            "specified",
            code="MissingRequiredParameter",
        )


def _made_before(tx: Transaction, found: Document, made: Document, request: Request) -> Answer:
    """The answer to a request that comes again; raises where it is another request."""
    if found.status == catalogue.DELETING:
        raise machine_deleting(found.arn)
    if any(found.body[name] != made.body[name] for name in _SAME):
        raise machine_exists(found.arn)
    if not request.get("publish"):
        return _created(found, None)
    version = catalogue.published(tx, found)
    if version is None or version.body.get("description") != (request.get("versionDescription") or None):
        raise machine_exists(found.arn)
    return _created(found, version)


def _created(machine: Document, version: Document | None) -> Answer:
    answer = {"stateMachineArn": machine.arn, "creationDate": machine.created_at}
    return answer if version is None else {**answer, "stateMachineVersionArn": version.arn}


def _updated(machine: Document, version: Document | None) -> Answer:
    answer = {"updateDate": machine.modified_at}
    if "revisionId" in machine.body:
        answer["revisionId"] = machine.body["revisionId"]
    return answer if version is None else {**answer, "stateMachineVersionArn": version.arn}


def _described(tx: Transaction, scope: Scope, arn: MachineArn) -> Document:
    """The machine or version that an ARN names; for an alias, the version that most executions go to."""
    found = catalogue.find_machine(tx, scope, arn) if arn.is_plain else catalogue.find_version(tx, scope, arn)
    alias = catalogue.find_alias(tx, scope, arn)
    if alias is not None:
        first = max(alias.body["routingConfiguration"], key=lambda route: route["weight"])
        found = catalogue.find_version(tx, scope, read_machine_arn(first["stateMachineVersionArn"]))
    if found is None:
        raise no_machine(arn.text)
    return found


def _description(found: Document, arn: MachineArn, *, is_whole: bool) -> Answer:
    body = {name: value for name, value in found.body.items() if name not in {"lastVersion", "number"}}
    if not is_whole:
        body["definition"] = "{}"
        body.pop("variableReferences", None)
    return {
        "stateMachineArn": arn.text, "name": arn.name, "status": found.status, "creationDate": found.created_at, **body
    }  # fmt: skip


def _summary(machine: Document) -> Answer:
    return {
        "stateMachineArn": machine.arn, "name": machine.name, "type": machine.body["type"],
        "creationDate": machine.created_at,
    }  # fmt: skip
