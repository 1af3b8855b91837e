"""Pages of Step Functions' lists: 100 entries where `maxResults` is 0 or absent, and what `nextToken` stands for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

import msgspec

from penstock.services.stepfunctions.failures import invalid_token
from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Json, ValidationError

PAGE: Final = 100
T = TypeVar("T")


async def answer_page(
    database: Database, query: Query, request: Mapping[str, Json], member: str, entry: Callable[[Document], Json]
) -> Answer:
    """A page of what a query finds: the entries under `member`, and `nextToken` if there are more."""
    wanted = replace(query, limit=request.get("maxResults") or PAGE, token=request.get("nextToken"))
    try:
        page = await database.read(lambda tx: documents.page(tx, wanted))
    except ValidationError:
        raise invalid_token() from None
    entries = {member: [entry(document) for document in page.documents]}
    return {**entries, **pages.onward(page.token, "nextToken")}


def place_of(token: str | None, kind: type[T]) -> T | None:
    """Where a page begins, None for the first; raises `InvalidToken` for a token that the operation never gave."""
    if token is None:
        return None
    try:
        return msgspec.convert(pages.decode(token), kind)
    except (ValidationError, msgspec.ValidationError):
        raise invalid_token() from None
