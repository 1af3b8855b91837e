"""Aliases of state machines: names for one version, or for two that share the executions by weight."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from penstock.services.stepfunctions import catalogue
from penstock.services.stepfunctions.arns import MachineArn, read_machine_arn
from penstock.services.stepfunctions.failures import conflict, invalid_arn, machine_deleting, no_alias, quota_exceeded
from penstock.services.stepfunctions.lists import PAGE, answer_page, place_of
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

Request = Mapping[str, Json]
Routes = Sequence[Mapping[str, Json]]


@dataclass(frozen=True)
class Aliases:
    """The operations on aliases."""

    database: Database
    clock: Callable[[], float]
    service: str = "stepfunctions"

    @operation("CreateStateMachineAlias")
    async def create(self, call: Call, request: Request) -> Answer:
        routes, name, at = request["routingConfiguration"], request["name"], self.clock()
        check_routes(routes)

        def insert(tx: Transaction) -> Document:
            machine = _routed_machine(tx, call.scope, routes)
            if len(catalogue.aliases_of(tx, machine)) >= catalogue.MOST_ALIASES:
                raise quota_exceeded(
                    f"The state machine has {catalogue.MOST_ALIASES} aliases: delete one to make another."
                )
            alias = Document(
                kind=catalogue.ALIAS, scope=call.scope, name=f"{machine.name}:{name}", arn=f"{machine.arn}:{name}",
                parent=machine.arn, created_at=at, modified_at=at, token=call.token,
                body={"name": name, "description": request.get("description"), "routingConfiguration": routes},
            )  # fmt: skip
            return _insert(tx, alias)

        alias = await self.database.write(insert)
        return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created_at}

    @operation("UpdateStateMachineAlias")
    async def update(self, call: Call, request: Request) -> Answer:
        arn = read_alias_arn(request["stateMachineAliasArn"])
        changes = {name: request[name] for name in ("description", "routingConfiguration") if name in request}
        if not changes:
            raise ValidationError(
                "At least one of the description and the routingConfiguration must be given.",
                reason="MISSING_REQUIRED_PARAMETER",
            )

        def change(tx: Transaction) -> Document:
            found = _alias(tx, call.scope, arn)
            if "routingConfiguration" in changes:
                check_routes(changes["routingConfiguration"])
                _check_machine(_routed_machine(tx, call.scope, changes["routingConfiguration"]), arn)
            changed = found.changed(self.clock(), **changes)
            documents.update(tx, changed)
            return changed

        return {"updateDate": (await self.database.write(change)).modified_at}

    @operation("DescribeStateMachineAlias")
    async def describe(self, call: Call, request: Request) -> Answer:
        arn = read_alias_arn(request["stateMachineAliasArn"])
        found = await self.database.read(lambda tx: _alias(tx, call.scope, arn))
        told = {name: value for name, value in found.body.items() if value is not None}
        return {
            **told, "stateMachineAliasArn": found.arn, "creationDate": found.created_at, "updateDate": found.modified_at
        }  # fmt: skip

    @operation("DeleteStateMachineAlias")
    async def delete(self, call: Call, request: Request) -> Answer:
        arn = read_alias_arn(request["stateMachineAliasArn"])
        name = f"{arn.name}:{arn.alias}"
        await self.database.write(lambda tx: documents.remove(tx, call.scope, catalogue.ALIAS, name))
        return {}

    @operation("ListStateMachineAliases")
    async def list(self, call: Call, request: Request) -> Answer:
        arn = read_machine_arn(request["stateMachineArn"])
        machine = MachineArn(arn.machine, arn.machine, arn.name)
        await self.database.read(lambda tx: catalogue.machine(tx, call.scope, machine))
        if arn.version is not None:
            return await self._of_version(call, arn, request)
        query = Query(kind=catalogue.ALIAS, scope=call.scope, parent=arn.machine, descending=False)
        return await answer_page(self.database, query, request, "stateMachineAliases", _summary)

    async def _of_version(self, call: Call, arn: MachineArn, request: Request) -> Answer:
        """The aliases that lead to one version: a hundred at most, so they are sifted here."""
        machine = await self.database.read(lambda tx: catalogue.find_machine(tx, call.scope, arn))
        every = () if machine is None else await self.database.read(lambda tx: catalogue.aliases_of(tx, machine))
        begin = place_of(request.get("nextToken"), int) or 0
        end = begin + (request.get("maxResults") or PAGE)
        found = [_summary(alias) for alias in every if catalogue.leads_to(alias, arn.text)]
        answer = {"stateMachineAliases": found[begin:end]}
        return {**answer, "nextToken": pages.encode(end)} if len(found) > end else answer


def read_alias_arn(text: str) -> MachineArn:
    """Raises `InvalidArn` for what is not the ARN of an alias."""
    arn = read_machine_arn(text)
    if arn.alias is None:
        raise invalid_arn(f"Not a state machine alias ARN: {text}")
    return arn


def check_routes(routes: Routes) -> None:
    """What can be said of a routing configuration by itself. Raises `ValidationError`."""
    texts = [str(route["stateMachineVersionArn"]) for route in routes]
    told = f"Received: [{', '.join(texts)}]"
    arns = [read_machine_arn(text) for text in texts]
    if any(arn.version is None for arn in arns):
        raise _refused(f"Routing configuration must contain state machine version ARNs. {told}")
    if len(set(texts)) < len(texts):
        raise _refused(f"Routing configuration must contain distinct state machine version ARNs. {told}")
    if len({arn.machine for arn in arns}) > 1:
        raise _refused(f"Routing configuration must contain versions of the same state machine. {told}")
    weights = [route["weight"] for route in routes]
    if sum(weights) != 100:
        told = ", ".join(str(weight) for weight in weights)
        raise _refused(f"Sum of routing configuration weights must equal 100. Received: [{told}]")


def _refused(message: str) -> ValidationError:
    return ValidationError(message, reason="INVALID_ROUTING_CONFIGURATION")


def _routed_machine(tx: Transaction, scope: Scope, routes: Routes) -> Document:
    """The machine whose versions routes lead to; every version must be there."""
    arns = [read_machine_arn(route["stateMachineVersionArn"]) for route in routes]
    machine = catalogue.find_machine(tx, scope, arns[0])
    if machine is None or any(catalogue.find_version(tx, scope, arn) is None for arn in arns):
        raise no_alias()
    if machine.status == catalogue.DELETING:
        raise machine_deleting(machine.arn)
    return machine


def _check_machine(machine: Document, arn: MachineArn) -> None:
    if machine.arn != arn.machine:
        raise _refused(f"Routing configuration must contain versions of the state machine '{arn.machine}'.")


def _insert(tx: Transaction, alias: Document) -> Document:
    """Keep an alias; the same request again is answered as the first time."""
    try:
        return documents.insert(tx, alias)
    except AlreadyStored as stored:
        if stored.found.body != alias.body:
            raise conflict(
                "Failed to create alias because an alias with the same name and a different routing configuration "
                "already exists."
            ) from None
        return stored.found


def _alias(tx: Transaction, scope: Scope, arn: MachineArn) -> Document:
    found = catalogue.find_alias(tx, scope, arn)
    if found is None:
        raise no_alias()
    return found


def _summary(alias: Document) -> Answer:
    return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created_at}
