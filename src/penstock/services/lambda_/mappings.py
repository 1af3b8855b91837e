"""Event source mappings: queues whose messages a function is invoked with. `polling` does it; here they are kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from penstock.services.lambda_ import rows, tagging
from penstock.services.lambda_.destinations import service_of
from penstock.services.lambda_.failures import InvalidParameterValue, ResourceConflict, ResourceNotFound
from penstock.services.lambda_.lists import page
from penstock.services.lambda_.model import MAPPING, Request, Target, identifier, target_of
from penstock.services.lambda_.polling import Pollers, Queues
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, operation

KEPT: Final = ("BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes", "ScalingConfig")
NOT_HERE: Final = (
    "FilterCriteria", "KMSKeyArn", "MetricsConfig", "LoggingConfig", "ProvisionedPollerConfig", "DestinationConfig",
    "StartingPosition", "StartingPositionTimestamp", "ParallelizationFactor", "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError", "MaximumRetryAttempts", "TumblingWindowInSeconds", "Topics", "Queues",
    "SourceAccessConfigurations", "SelfManagedEventSource", "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig",
)  # fmt: skip
LARGEST_BATCH: Final = 10_000
LARGEST_FIFO_BATCH: Final = 10
ENABLED, DISABLED = "Enabled", "Disabled"


@dataclass(frozen=True)
class Mappings:
    """The operations on event source mappings."""

    database: Database
    queues: Queues
    pollers: Pollers
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "lambda"

    @operation("CreateEventSourceMapping")
    async def create(self, call: Call, request: Request) -> Answer:
        target, at = target_of(call.scope, request), self.clock()
        arn = request.get("EventSourceArn") or ""
        refuse_what_is_not_here(request, arn)
        body = {"EventSourceArn": arn, "FunctionArn": target.arn, **settings({"BatchSize": 10}, request, arn)}
        timeout = await self.database.read(lambda tx: timeout_of(tx, target))
        await self._check_queue(call.scope, arn, timeout)
        uuid = identifier(self.chance())

        def create(tx: Transaction) -> Document:
            same = [each for each in rows.every(tx, call.scope, MAPPING, target.name) if is_same(each, body)]
            if same and call.token and same[0].token == call.token:
                return same[0]
            if same:
                raise ResourceConflict(
                    f'An event source mapping with SQS arn (" {arn} ") and function (" {target.name} ") already '
                    f"exists. Please update or delete the existing mapping with UUID {same[0].name}"
                )
            mapping = documents.insert(
                tx,
                Document(
                    kind=MAPPING, scope=call.scope, name=uuid,
                    arn=call.scope.arn("lambda", f"event-source-mapping:{uuid}"), parent=target.name,
                    status=status(request, ENABLED), created_at=at, modified_at=at, token=call.token, body=body,
                ),
            )  # fmt: skip
            tagging.add(tx, mapping.arn, request.get("Tags") or {})
            return mapping

        return self._changed(await self.database.write(create))

    @operation("GetEventSourceMapping")
    async def get(self, call: Call, request: Request) -> Answer:
        return self._told(await self.database.read(lambda tx: mapping_of(tx, call.scope, request)))

    @operation("UpdateEventSourceMapping")
    async def update(self, call: Call, request: Request) -> Answer:
        at = self.clock()

        def update(tx: Transaction) -> Document:
            mapping = mapping_of(tx, call.scope, request)
            arn = mapping.body["EventSourceArn"]
            refuse_what_is_not_here(request, arn)
            members = settings(mapping.body, request, arn)
            parent = mapping.parent
            if request.get("FunctionName"):
                target = target_of(call.scope, request)
                timeout_of(tx, target)
                members["FunctionArn"], parent = target.arn, target.name
            after = mapping.changed(at, status=status(request, mapping.status), **members)
            after = replace(after, parent=parent)
            documents.update(tx, after)
            return after

        return self._changed(await self.database.write(update))

    @operation("DeleteEventSourceMapping")
    async def delete(self, call: Call, request: Request) -> Answer:
        def delete(tx: Transaction) -> Document:
            mapping = mapping_of(tx, call.scope, request)
            documents.remove(tx, call.scope, MAPPING, mapping.name)
            return mapping

        return {**self._changed(await self.database.write(delete)), "State": "Deleting"}

    @operation("ListEventSourceMappings")
    async def list(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request) if request.get("FunctionName") else None
        query = Query(kind=MAPPING, scope=call.scope, parent=target.name if target else None, descending=False)

        def find(tx: Transaction) -> documents.Page:
            return page(tx, query, request)

        found = await self.database.read(find)
        wanted = request.get("EventSourceArn")
        shown = [self._told(each) for each in found.documents if wanted in (None, each.body["EventSourceArn"])]
        answer: Answer = {"EventSourceMappings": shown}
        return {**answer, "NextMarker": found.token} if found.token else answer

    def _changed(self, mapping: Document) -> dict[str, Json]:
        self.pollers.look_again()
        return self._told(mapping)

    def _told(self, mapping: Document) -> dict[str, Json]:
        return {
            "MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": [], **mapping.body, "UUID": mapping.name,
            "EventSourceMappingArn": mapping.arn, "State": mapping.status, "StateTransitionReason": "USER_INITIATED",
            "LastModified": mapping.modified_at,
            "LastProcessingResult": self.pollers.results.get(mapping.name, "No records processed"),
        }  # fmt: skip

    async def _check_queue(self, scope: Scope, arn: str, timeout: int) -> None:
        """The queue must be there, and hide a message for as long as the function may take."""
        try:
            hidden = await self.queues.visibility(scope, arn)
        except ServiceError as error:
            raise InvalidParameterValue(
                f"Error occurred while ReceiveMessage. SQS Error Code: {error.code}. SQS Error Message: {error.message}"
            ) from error
        if hidden < timeout:
            raise InvalidParameterValue(
                f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {timeout} seconds"
            )


def mapping_of(tx: Transaction, scope: Scope, request: Request) -> Document:
    found = documents.find(tx, scope, MAPPING, request["UUID"])
    if found is None:
        raise ResourceNotFound("The resource you requested does not exist.")
    return found


def timeout_of(tx: Transaction, target: Target) -> int:
    """The time that a function may take, which must be there."""
    seconds: int = rows.version_of(tx, target).body["Configuration"]["Timeout"]
    return seconds


def is_same(mapping: Document, body: Mapping[str, Json]) -> bool:
    return all(mapping.body[name] == body[name] for name in ("EventSourceArn", "FunctionArn"))


def status(request: Request, before: str) -> str:
    enabled = request.get("Enabled")
    return before if enabled is None else ENABLED if enabled else DISABLED


def refuse_what_is_not_here(request: Request, arn: str) -> None:
    if service_of(arn) != "sqs":
        raise InvalidParameterValue(
            f"EventSourceArn '{arn}' is not available here: Penstock polls SQS queues, and nothing else."
        )
    for member in NOT_HERE:
        if request.get(member):
            raise InvalidParameterValue(
                f"{member} is not available for event source mappings in Penstock: leave it out."
            )


def settings(before: Mapping[str, Json], request: Request, arn: str) -> dict[str, Json]:
    """The members of a mapping that say how it is polled."""
    after = {name: before[name] for name in KEPT if name in before}
    after.update({name: request[name] for name in KEPT if request.get(name) is not None})
    most = LARGEST_FIFO_BATCH if arn.endswith(".fifo") else LARGEST_BATCH
    if after["BatchSize"] > most:
        raise InvalidParameterValue(f"Batch size must be between 1 and {most} for this queue.")
    if after["BatchSize"] > 10 and not after.get("MaximumBatchingWindowInSeconds"):
        raise InvalidParameterValue(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    return after
