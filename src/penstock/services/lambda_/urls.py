"""Function URLs: the operations on them. A URL is of a function or of an alias, and known by its id to anybody.

url   id   body: Qualifier, AuthType, Cors, InvokeMode; parent: the function
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.lambda_ import rows
from penstock.services.lambda_.failures import InvalidParameterValue, ResourceConflict, ResourceNotFound
from penstock.services.lambda_.lists import page, shown
from penstock.services.lambda_.model import URL, Request, Target, target_of
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, NotImplementedHere, operation
from penstock.wire.fronts import FUNCTIONS
from penstock.wire.times import iso

BUFFERED: Final = "BUFFERED"
METHODS: Final = frozenset({"GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"})


@dataclass(frozen=True)
class Urls:
    """`endpoint` is where Penstock listens: a URL is below it, so that it leads there without anybody's name server."""

    database: Database
    endpoint: Callable[[], str]
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "lambda"

    @operation("CreateFunctionUrlConfig")
    async def create(self, call: Call, request: Request) -> Answer:
        target, at = target_of(call.scope, request), self.clock()
        mark = hashlib.sha256(call.token.encode()).hexdigest()[:32] if call.token else self.chance()
        body = settings({"Qualifier": target.qualifier, "InvokeMode": BUFFERED}, request)
        made = Document(
            kind=URL, scope=call.scope, name=mark, arn="", parent=target.name, created_at=at, modified_at=at,
            token=call.token, body=body,
        )  # fmt: skip

        def create(tx: Transaction) -> Document:
            rows.version_of(tx, target)
            found = find(tx, target)
            if found is not None and not (call.token and found.token == call.token):
                raise ResourceConflict(
                    f"Failed to create function url config for [functionArn = {target.arn}]. "
                    "Error message:  FunctionUrlConfig exists for this Lambda function"
                )
            return found or documents.insert(tx, made)

        return self._told(await self.database.write(create), is_new=True)

    @operation("GetFunctionUrlConfig")
    async def get(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        return self._told(await self.database.read(lambda tx: url_of(tx, target)))

    @operation("UpdateFunctionUrlConfig")
    async def update(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)

        def update(tx: Transaction) -> Document:
            found = url_of(tx, target)
            after = found.changed(self.clock(), **settings(found.body, request))
            documents.update(tx, after)
            return after

        return self._told(await self.database.write(update))

    @operation("DeleteFunctionUrlConfig")
    async def delete(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        await self.database.write(
            lambda tx: documents.remove(tx, target.scope, URL, url_of(tx, target).name)
        )  # fmt: skip
        return {}

    @operation("ListFunctionUrlConfigs")
    async def list(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        query = Query(kind=URL, scope=target.scope, parent=target.name, descending=False)

        def find(tx: Transaction) -> documents.Page:
            rows.function_of(tx, target)
            return page(tx, query, request)

        return shown("FunctionUrlConfigs", await self.database.read(find), self._told)

    def _told(self, url: Document, *, is_new: bool = False) -> dict[str, Json]:
        target = Target(url.scope, url.parent, url.body["Qualifier"])
        members = {name: value for name, value in url.body.items() if name != "Qualifier"}
        return {
            "FunctionUrl": address(self.endpoint(), url),
            "FunctionArn": target.arn,
            **members,
            "CreationTime": iso(url.created_at),
            **({} if is_new else {"LastModifiedTime": iso(url.modified_at)}),
        }


def address(endpoint: str, url: Document) -> str:
    """Where a function is called: AWS's address where nobody listens."""
    return f"{endpoint}{FUNCTIONS}/{url.name}/" if endpoint else f"https://{domain(url)}/"


def domain(url: Document) -> str:
    return f"{url.name}.lambda-url.{url.scope.region}.on.aws"


def settings(before: Mapping[str, Json], request: Request) -> dict[str, Json]:
    """A URL's settings as a request leaves them; raises for what is not there."""
    if request.get("InvokeMode") == "RESPONSE_STREAM":
        raise NotImplementedHere("Penstock's functions do not stream (InvokeMode RESPONSE_STREAM): give BUFFERED.")
    wanted = {name: request[name] for name in ("AuthType", "Cors") if request.get(name) is not None}
    cors = wanted.get("Cors") or {}
    if wrong := [method for method in cors.get("AllowMethods") or () if method not in METHODS]:
        raise InvalidParameterValue(
            f"Value '{wrong[0]}' at 'cors.allowMethods' is none of {', '.join(sorted(METHODS))}"
        )  # fmt: skip
    if cors.get("AllowCredentials") and "*" in (cors.get("AllowOrigins") or ()):
        raise InvalidParameterValue("AllowCredentials cannot be true when AllowOrigins contains *")
    return {**before, **wanted}


def find(tx: Transaction, target: Target) -> Document | None:
    """The URL of a function, or of an alias of it."""
    every = rows.every(tx, target.scope, URL, target.name)
    return next((each for each in every if each.body["Qualifier"] == target.qualifier), None)


def url_of(tx: Transaction, target: Target) -> Document:
    found = find(tx, target)
    if found is None:
        raise ResourceNotFound("The resource you requested does not exist.")
    return found
