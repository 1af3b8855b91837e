"""Versions and aliases: a function as it was, under a number, and names that point to numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.lambda_ import rows
from penstock.services.lambda_.failures import (
    InvalidParameterValue,
    ResourceConflict,
    ResourceNotFound,
    no_function,
    stale_revision,
)
from penstock.services.lambda_.lists import page, shown
from penstock.services.lambda_.model import ALIAS, LATEST, VERSION, Request, Target, identifier, target_of
from penstock.services.lambda_.settings import configuration, stamped
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, Json, operation

SAME: Final = frozenset({"LastModified", "RevisionId", "Description"})  # what does not make a new version


def publish(tx: Transaction, function: Document, at: float, chance: str, description: str | None = None) -> Document:
    """The function as a new version; the last one, if nothing has changed since."""
    number = function.body["LastVersion"]
    last = documents.find(tx, function.scope, VERSION, f"{function.name}:{number}")
    if last is not None and substance(last) == substance(function):
        return last
    settings = stamped(function.body["Configuration"], at, chance)
    if description is not None:
        settings["Description"] = description
    number += 1
    version = Document(
        kind=VERSION, scope=function.scope, name=f"{function.name}:{number}", arn=f"{function.arn}:{number}",
        parent=function.name, created_at=at, modified_at=at, body={
            "Configuration": settings, "Code": function.body["Code"], "Layers": function.body.get("Layers", []),
        },
    )  # fmt: skip
    documents.insert(tx, version)
    documents.update(tx, function.changed(function.modified_at, LastVersion=number))
    rows.hold(tx, version)
    return version


def substance(document: Document) -> Json:
    settings = {name: value for name, value in document.body["Configuration"].items() if name not in SAME}
    return settings, document.body["Code"], list(document.body.get("Layers", ()))


@dataclass(frozen=True)
class Versions:
    """The operations on versions and aliases."""

    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "lambda"

    @operation("PublishVersion")
    async def publish_version(self, call: Call, request: Request) -> Answer:
        target, at = target_of(call.scope, request), self.clock()

        def work(tx: Transaction) -> Document:
            function = rows.function_of(tx, target)
            settings = function.body["Configuration"]
            if request.get("CodeSha256") not in (None, "", settings["CodeSha256"]):
                raise InvalidParameterValue(
                    f"CodeSHA256 ({request['CodeSha256']}) is different from current CodeSHA256 in $LATEST "
                    f"({settings['CodeSha256']}). Please try again with the CodeSHA256 in $LATEST."
                )
            if request.get("RevisionId") not in (None, "", settings["RevisionId"]):
                raise stale_revision()
            return publish(tx, function, at, self.chance(), request.get("Description"))

        return configuration(await self.database.write(work))

    @operation("ListVersionsByFunction")
    async def list_versions(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        query = Query(kind=VERSION, scope=call.scope, parent=target.name, descending=False)

        def find(tx: Transaction) -> tuple[Document, documents.Page]:
            return rows.function_of(tx, target), page(tx, query, request)

        function, found = await self.database.read(find)
        answer = shown("Versions", found, configuration)
        if not request.get("Marker"):
            answer["Versions"] = [configuration(function, LATEST), *answer["Versions"]]
        return answer

    @operation("CreateAlias")
    async def create_alias(self, call: Call, request: Request) -> Answer:
        target, at = alias_target(call, request), self.clock()
        if target.qualifier.isdecimal():
            raise InvalidParameterValue("An alias name cannot be a number: versions are named so.")

        def create(tx: Transaction) -> Document:
            function = rows.function_of(tx, Target(target.scope, target.name))
            alias = Document(
                kind=ALIAS, scope=call.scope, name=f"{target.name}:{target.qualifier}", arn=target.arn,
                parent=target.name, created_at=at, modified_at=at, token=call.token, body={
                    "FunctionVersion": request["FunctionVersion"], "Description": request.get("Description") or "",
                    "RoutingConfig": routing(request), "RevisionId": identifier(self.chance()),
                },
            )  # fmt: skip
            check_versions(tx, function, alias, target)
            try:
                return documents.insert(tx, alias)
            except AlreadyStored:
                raise ResourceConflict(f"Alias already exists: {target.arn}") from None

        return about_alias(await self.database.write(create))

    @operation("GetAlias")
    async def get_alias(self, call: Call, request: Request) -> Answer:
        target = alias_target(call, request)
        return about_alias(await self.database.read(lambda tx: alias_asked_for(tx, target)))

    @operation("UpdateAlias")
    async def update_alias(self, call: Call, request: Request) -> Answer:
        target, at = alias_target(call, request), self.clock()

        def update(tx: Transaction) -> Document:
            alias = alias_asked_for(tx, target)
            if request.get("RevisionId") not in (None, "", alias.body["RevisionId"]):
                raise stale_revision()
            members: dict[str, Json] = {"RevisionId": identifier(self.chance())}
            for name in ("FunctionVersion", "Description"):
                if request.get(name) is not None:
                    members[name] = request[name]
            if request.get("RoutingConfig") is not None:
                members["RoutingConfig"] = routing(request)
            after = alias.changed(at, **members)
            check_versions(tx, rows.function_of(tx, Target(target.scope, target.name)), after, target)
            documents.update(tx, after)
            return after

        return about_alias(await self.database.write(update))

    @operation("DeleteAlias")
    async def delete_alias(self, call: Call, request: Request) -> Answer:
        target = alias_target(call, request)

        def delete(tx: Transaction) -> None:
            rows.function_of(tx, Target(target.scope, target.name))
            documents.remove(tx, target.scope, ALIAS, f"{target.name}:{target.qualifier}")

        await self.database.write(delete)
        return {}

    @operation("ListAliases")
    async def list_aliases(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)

        def find(tx: Transaction) -> Answer:
            rows.function_of(tx, target)
            query = Query(kind=ALIAS, scope=call.scope, parent=target.name, order="name", descending=False)
            if (wanted := request.get("FunctionVersion")) is None:
                return shown("Aliases", page(tx, query, request), about_alias)
            every = rows.every(tx, call.scope, ALIAS, target.name)
            return {"Aliases": [about_alias(each) for each in every if each.body["FunctionVersion"] == wanted]}

        return await self.database.read(find)


def alias_target(call: Call, request: Request) -> Target:
    return target_of(call.scope, {"FunctionName": request["FunctionName"], "Qualifier": request["Name"]})


def alias_asked_for(tx: Transaction, target: Target) -> Document:
    rows.function_of(tx, Target(target.scope, target.name))
    found = rows.alias_of(tx, target)
    if found is None:
        raise ResourceNotFound(f"Cannot find alias arn: {target.arn}")
    return found


def routing(request: Request) -> Mapping[str, Json]:
    weights = (request.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise InvalidParameterValue("Number of items in AdditionalVersionWeights cannot be greater than 1")
    return {"AdditionalVersionWeights": weights} if weights else {}


def check_versions(tx: Transaction, function: Document, alias: Document, target: Target) -> None:
    """What an alias names must be there; one with weights is between published versions."""
    weights = alias.body["RoutingConfig"].get("AdditionalVersionWeights", {})
    own = alias.body["FunctionVersion"]
    if weights and (own == LATEST or LATEST in weights):
        raise InvalidParameterValue("$LATEST is not supported for an alias pointing to more than 1 version")
    if own in weights:
        raise InvalidParameterValue(
            f"Invalid function version {own}. Function version {own} is already included in routing configuration."
        )
    for version in (own, *weights):
        if version != LATEST and documents.find(tx, target.scope, VERSION, f"{target.name}:{version}") is None:
            raise no_function(f"{function.arn}:{version}")


def about_alias(alias: Document) -> dict[str, Json]:
    body = dict(alias.body)
    if not body["RoutingConfig"]:
        del body["RoutingConfig"]
    return {"AliasArn": alias.arn, "Name": alias.name.rpartition(":")[2], **body}
