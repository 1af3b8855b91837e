"""Names and documents: buses, rules, archives, replays, connections and API destinations.

A rule's document is named `NAME/BUS` and has its targets in its body. The default bus is there whether it is stored or
not.
"""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.arns import Arn
from penstock.wire.call import Json, Scope, ServiceError

BUS: Final = "events/bus"
RULE: Final = "events/rule"
ARCHIVE: Final = "events/archive"
REPLAY: Final = "events/replay"
CONNECTION: Final = "events/connection"
DESTINATION: Final = "events/destination"
DEFAULT: Final = "default"
PAGE: Final = 100
MOST: Final = 1_000_000  # rules of a bus
WORDS: Final[Mapping[str, str]] = {
    BUS: "Event bus", ARCHIVE: "Archive", REPLAY: "Replay", CONNECTION: "Connection", DESTINATION: "Api-destination",
}  # fmt: skip


class ResourceNotFound(ServiceError):
    code = "ResourceNotFoundException"


class AlreadyExists(ServiceError):
    code = "ResourceAlreadyExistsException"


class ManagedRule(ServiceError):
    code = "ManagedRuleException"


def found(tx: Transaction, scope: Scope, kind: str, name: str) -> Document:
    """What has that name; raises `ResourceNotFound`."""
    document = documents.find(tx, scope, kind, name)
    if document is None:
        raise ResourceNotFound(f"{WORDS[kind]} {name} does not exist.")
    return document


def insert(tx: Transaction, document: Document) -> Document:
    """Keep something new; raises `AlreadyExists`."""
    try:
        return documents.insert(tx, document)
    except documents.AlreadyStored:
        raise AlreadyExists(f"{WORDS[document.kind]} {document.name} already exists.") from None


async def listed(database: Database, query: Query, member: str, entry: Callable[[Document], Json]) -> dict[str, Json]:
    """One page of a list, as every list operation here answers it."""
    page = await database.read(lambda tx: documents.page(tx, query))
    shown: dict[str, Json] = {member: [entry(document) for document in page.documents]}
    return {**shown, **pages.onward(page.token)}


def query(scope: Scope, kind: str, request: Mapping[str, Json], **filters: Json) -> Query:
    """What a list's request asks for."""
    return Query(
        kind=kind, scope=scope, name_prefix=request.get("NamePrefix"), order="name", descending=False,
        limit=request.get("Limit") or PAGE, token=request.get("NextToken"), **filters,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- buses


def bus_of(scope: Scope, name_or_arn: str | None) -> tuple[Scope, str]:
    """Where a bus is, and its name. None means the default one."""
    if not name_or_arn:
        return scope, DEFAULT
    arn = Arn.of(name_or_arn)
    if not arn.service:
        return scope, name_or_arn
    return Scope(arn.account, arn.region, scope.principal), arn.resource.removeprefix("event-bus/")


def bus_arn(scope: Scope, name: str) -> str:
    return scope.arn("events", f"event-bus/{name}")


def has_bus(tx: Transaction, scope: Scope, name: str) -> bool:
    return name == DEFAULT or documents.find(tx, scope, BUS, name) is not None


def must_have_bus(tx: Transaction, scope: Scope, name: str) -> None:
    if not has_bus(tx, scope, name):
        raise ResourceNotFound(f"Event bus {name} does not exist.")


# ------------------------------------------------------------------------------------------------------- rules


def rule_key(name: str, bus: str) -> str:
    return f"{name}/{bus}"


def rule_arn(scope: Scope, name: str, bus: str) -> str:
    return scope.arn("events", f"rule/{name}" if bus == DEFAULT else f"rule/{bus}/{name}")


def rule_name(rule: Document) -> str:
    return rule.name.partition("/")[0]


def rule_found(tx: Transaction, scope: Scope, name: str, bus: str) -> Document:
    must_have_bus(tx, scope, bus)
    rule = documents.find(tx, scope, RULE, rule_key(name, bus))
    if rule is None:
        raise ResourceNotFound(f"Rule {name} does not exist on EventBus {bus}.")
    return rule


def must_be_customers(rule: Document | None) -> None:
    """Raise `ManagedRule` for one that a service keeps for itself."""
    if rule is not None and (service := rule.body.get("ManagedBy")):
        raise ManagedRule(f"Rule {rule_name(rule)} is managed by {service} and cannot be changed.")


def is_on(rule: Document) -> bool:
    return rule.status != "DISABLED"


def given(request: Mapping[str, Json], *members: str) -> dict[str, Json]:
    """The members that a request has, of these."""
    return {member: request[member] for member in members if request.get(member) not in (None, "")}
