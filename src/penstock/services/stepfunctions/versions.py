"""Versions of state machines: published, listed, deleted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.stepfunctions import catalogue
from penstock.services.stepfunctions.arns import read_machine_arn
from penstock.services.stepfunctions.failures import conflict, invalid_arn
from penstock.services.stepfunctions.lists import answer_page
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, operation

Request = Mapping[str, Json]
FIRST_REVISION: Final = "INITIAL"  # what a machine's revision is called before it has been updated


@dataclass(frozen=True)
class Versions:
    """The operations on versions."""

    database: Database
    clock: Callable[[], float]
    service: str = "stepfunctions"

    @operation("PublishStateMachineVersion")
    async def publish(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineArn"])

        def publish(tx: Transaction) -> Document:
            machine = catalogue.active_machine(tx, call.scope, arn)
            _check_revision(machine, request.get("revisionId"))
            return catalogue.publish(tx, machine, self.clock(), request.get("description"))

        version = await self.database.write(publish)
        return {"stateMachineVersionArn": version.arn, "creationDate": version.created_at}

    @operation("ListStateMachineVersions")
    async def list(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineArn"])
        query = Query(kind=catalogue.VERSION, scope=call.scope, parent=arn.machine, order="name")
        return await answer_page(self.database, query, request, "stateMachineVersions", _summary)

    @operation("DeleteStateMachineVersion")
    async def delete(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineVersionArn"])
        if arn.version is None:
            raise invalid_arn(f"Not a state machine version ARN: {arn.text}")

        def delete(tx: Transaction) -> None:
            found = catalogue.find_version(tx, call.scope, arn)
            if found is None:
                return
            _check_aliases(tx, found)
            documents.remove(tx, found.scope, found.kind, found.name)

        await self.database.write(delete)
        return {}


def _check_revision(machine: Document, wanted: str | None) -> None:
    revision = machine.body.get("revisionId", FIRST_REVISION)
    if wanted is not None and wanted != revision:
        raise conflict(
            f"Failed to publish the State Machine version for revision {wanted}. "
            f"The current State Machine revision is {revision}."
        )


def _check_aliases(tx: Transaction, version: Document) -> None:
    machine = documents.find_by_arn(tx, version.parent)
    assert machine is not None, version.arn
    names = [
        alias.body["name"] for alias in catalogue.aliases_of(tx, machine) if catalogue.leads_to(alias, version.arn)
    ]
    if names:
        raise conflict(
            "Version to be deleted must not be referenced by an alias. "
            f"Current list of aliases referencing this version: [{', '.join(names)}]"
        )


def _summary(version: Document) -> Answer:
    return {"stateMachineVersionArn": version.arn, "creationDate": version.created_at}
