"""Event invoke configurations: how often an event is tried, how old it may get, and who is told what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from penstock.services.lambda_ import rows
from penstock.services.lambda_.destinations import DESTINATIONS, check_destination
from penstock.services.lambda_.failures import InvalidParameterValue, ResourceNotFound
from penstock.services.lambda_.lists import page
from penstock.services.lambda_.model import EVENT_CONFIG, LATEST, Request, Target, target_of
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, operation

MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


@dataclass(frozen=True)
class EventConfigs:
    """The operations on event invoke configurations."""

    database: Database
    clock: Callable[[], float]
    service: str = "lambda"

    @operation("PutFunctionEventInvokeConfig")
    async def put(self, call: Call, request: Request) -> Answer:
        return await self._keep(call, request, lambda _: {})

    @operation("UpdateFunctionEventInvokeConfig")
    async def update(self, call: Call, request: Request) -> Answer:
        def before(found: Document | None) -> Mapping[str, Json]:
            if found is None:
                raise missing(target_of(call.scope, request))
            return found.body

        return await self._keep(call, request, before)

    async def _keep(self, call: Call, request: Request, before: Callable[[Document | None], Json]) -> Answer:
        target, at = target_of(call.scope, request), self.clock()
        members = {name: request[name] for name in MEMBERS if request.get(name) is not None}
        check(members)

        def keep(tx: Transaction) -> Document:
            rows.version_of(tx, target)
            found = documents.find(tx, call.scope, EVENT_CONFIG, config_name(target))
            body = {**before(found), **members}
            documents.remove(tx, call.scope, EVENT_CONFIG, config_name(target))
            return documents.insert(
                tx,
                Document(
                    kind=EVENT_CONFIG, scope=call.scope, name=config_name(target), arn="", parent=target.name,
                    created_at=at, modified_at=at, body=body,
                ),
            )  # fmt: skip

        return told(await self.database.write(keep))

    @operation("GetFunctionEventInvokeConfig")
    async def get(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        return told(await self.database.read(lambda tx: config_of(tx, target)))

    @operation("DeleteFunctionEventInvokeConfig")
    async def delete(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)

        def delete(tx: Transaction) -> None:
            documents.remove(tx, call.scope, EVENT_CONFIG, config_of(tx, target).name)

        await self.database.write(delete)
        return {}

    @operation("ListFunctionEventInvokeConfigs")
    async def list(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        query = Query(kind=EVENT_CONFIG, scope=call.scope, parent=target.name, order="name", descending=False)

        def find(tx: Transaction) -> documents.Page:
            rows.function_of(tx, target)
            return page(tx, query, request)

        found = await self.database.read(find)
        answer: Answer = {"FunctionEventInvokeConfigs": [told(each) for each in found.documents]}
        return {**answer, "NextMarker": found.token} if found.token else answer


def config_name(target: Target) -> str:
    return f"{target.name}:{target.qualifier or LATEST}"


def config_of(tx: Transaction, target: Target) -> Document:
    rows.function_of(tx, target)
    found = documents.find(tx, target.scope, EVENT_CONFIG, config_name(target))
    if found is None:
        raise missing(target)
    return found


def missing(target: Target) -> ResourceNotFound:
    arn = f"{target.function_arn}:{target.qualifier or LATEST}"
    return ResourceNotFound(f"The function {arn} doesn't have an EventInvokeConfig")


def check(members: Mapping[str, Json]) -> None:
    if not members:
        raise InvalidParameterValue("You must specify at least one of error handling or destination setting.")
    for end in ("OnSuccess", "OnFailure"):
        arn = ((members.get("DestinationConfig") or {}).get(end) or {}).get("Destination")
        check_destination(arn, DESTINATIONS)


def told(config: Document) -> dict[str, Json]:
    name, _, qualifier = config.name.partition(":")
    body = {"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}, **config.body}
    arn = config.scope.arn("lambda", f"function:{name}:{qualifier}")
    return {**body, "FunctionArn": arn, "LastModified": config.modified_at}
