"""Answering: requests to a function's URL, which are invocations.

Who may ask is what the URL says (`AuthType`), and not the function's policy. Pages of other sites may read an answer as
far as `Cors` says; whether they may ask at all is the gateway's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.lambda_ import urlevents
from penstock.services.lambda_.failures import RequestTooLarge, ResourceNotFound, TooManyRequests
from penstock.services.lambda_.invoking import Invoking
from penstock.services.lambda_.model import URL
from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Document
from penstock.wire.call import Call, Json, Scope, ServiceError
from penstock.wire.fronts import Answered, Asked

STATUSES: Final[Mapping[type[ServiceError], int]] = {RequestTooLarge: 413, TooManyRequests: 429, ResourceNotFound: 404}
ALLOW: Final = "access-control-allow-"
LISTS: Final[Mapping[str, str]] = {"methods": "AllowMethods", "headers": "AllowHeaders"}


@dataclass(frozen=True)
class Answering:
    database: Database
    invoking: Invoking

    async def serve(self, key: str, asked: Asked) -> Answered:
        found = await self.database.read(lambda tx: documents.anywhere(tx, URL, key))
        if not found:
            return told(404, "Not Found")
        url = found[0]
        cors = allowed(url.body.get("Cors") or {}, asked)
        if cors and asked.method == "OPTIONS" and asked.header("access-control-request-method"):
            return Answered(200, cors, b"")
        answered = await self._invoked(url, asked)
        own = {name for name, _ in cors}
        return Answered(
            answered.status, [*(each for each in answered.headers if each[0].lower() not in own), *cors], answered.body
        )

    async def _invoked(self, url: Document, asked: Asked) -> Answered:
        signed: Scope | None = None
        if url.body["AuthType"] == "AWS_IAM":
            try:
                signed = await asked.prove()
            except ServiceError as refusal:
                return told(403, refusal.message if asked.header("authorization") else "Forbidden")
        event = msgspec.json.encode(urlevents.event(url, asked, signed))
        request = {"FunctionName": url.parent, "Payload": event}
        if url.body["Qualifier"]:
            request["Qualifier"] = url.body["Qualifier"]
        scope = Scope(url.scope.account, url.scope.region)
        try:
            answer = await self.invoking.invoke(Call("lambda", "Invoke", request, scope), request)
        except ServiceError as refusal:
            return told(STATUSES.get(type(refusal), 502), refusal.message)
        response = None if "FunctionError" in answer else urlevents.answered(answer["Payload"])
        return response or Answered(502, [("content-type", urlevents.JSON)], b"Internal Server Error")


def allowed(cors: Mapping[str, Json], asked: Asked) -> list[tuple[str, str]]:
    """The headers that let the page read the answer which asks; none if it may not, or if no page asks."""
    origin = asked.header("origin")
    origins = cors.get("AllowOrigins") or ()
    if not origin or not ("*" in origins or origin in origins):
        return []
    found = [(f"{ALLOW}origin", "*" if "*" in origins else origin), ("vary", "Origin")]
    if cors.get("AllowCredentials"):
        found.append((f"{ALLOW}credentials", "true"))
    if exposed := cors.get("ExposeHeaders"):
        found.append(("access-control-expose-headers", ",".join(exposed)))
    if asked.method == "OPTIONS":
        found += [(f"{ALLOW}{name}", ",".join(cors[member])) for name, member in LISTS.items() if cors.get(member)]
        if cors.get("MaxAge") is not None:
            found.append(("access-control-max-age", str(cors["MaxAge"])))
    return found


def told(status: int, message: str) -> Answered:
    return Answered(status, [("content-type", urlevents.JSON)], msgspec.json.encode({"Message": message}))
