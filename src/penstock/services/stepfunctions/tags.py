"""Tags on state machines and activities."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.stepfunctions.arns import read_arn
from penstock.services.stepfunctions.failures import invalid_arn, no_resource
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

Request = Mapping[str, Json]
MOST: Final = 50
_REFUSED: Final = re.compile(r"[^\w\s.:/=+\-@]")
TAGGED: Final[Mapping[str, str]] = {"stateMachine": "stepfunctions/machine", "activity": "stepfunctions/activity"}


@dataclass(frozen=True)
class Tags:
    """The operations on tags."""

    database: Database
    service: str = "stepfunctions"

    @operation("TagResource")
    async def tag(self, call: Call, request: Request) -> Answer:
        arn = request["resourceArn"]
        wanted = given_tags(request["tags"], arn)

        def add(tx: Transaction) -> None:
            _must_exist(tx, call.scope, arn)
            _must_fit(arn, {**tags.of(tx, arn), **wanted})
            tags.add(tx, arn, wanted)

        await self.database.write(add)
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: Request) -> Answer:
        arn = request["resourceArn"]

        def remove(tx: Transaction) -> None:
            _must_exist(tx, call.scope, arn)
            tags.remove(tx, arn, set(request["tagKeys"]))

        await self.database.write(remove)
        return {}

    @operation("ListTagsForResource")
    async def list(self, call: Call, request: Request) -> Answer:
        arn = request["resourceArn"]

        def find(tx: Transaction) -> dict[str, str]:
            _must_exist(tx, call.scope, arn)
            return tags.of(tx, arn)

        found = await self.database.read(find)
        return {"tags": [{"key": key, "value": value} for key, value in found.items()]}


def given_tags(given: Iterable[Mapping[str, Json]] | None, arn: str = "") -> dict[str, str]:
    """A request's tags as a mapping. Raises what is said to tags that may not be; `arn` is of what they are for."""
    found: dict[str, str] = {}
    for tag in given or ():
        key = tag.get("key")
        if not key:
            raise ValidationError("A tag must have a key.")
        if key.lower().startswith("aws:"):
            raise ValidationError(f"Tag keys that begin with 'aws:' are reserved: '{key}'.")
        value = tag.get("value", "")
        if _REFUSED.search(key + value):
            raise ValidationError(
                "Tags may only contain Unicode letters, digits, white space, or these symbols: _ . : / = + - @. "
                f"Received: '{key}' with the value '{value}'."
            )
        found[key] = value
    _must_fit(arn, found)
    return found


def _must_fit(arn: str, wanted: Mapping[str, str]) -> None:
    if len(wanted) > MOST:
        raise ServiceError(f"A resource can have at most {MOST} tags.", code="TooManyTags", resourceName=arn)


def _must_exist(tx: Transaction, scope: Scope, arn: str) -> None:
    kind = TAGGED.get(read_arn(arn).type)
    if kind is None:
        raise invalid_arn(f"Resource type not valid in this context: {read_arn(arn).type}")
    found = documents.find_by_arn(tx, arn)
    if found is None or found.kind != kind or found.scope.account != scope.account:
        raise no_resource(arn)
