"""List operations: what every one of them does with its request, whatever it lists.

A list takes some of `NameContains`, `CreationTimeAfter`/`Before`, `LastModifiedTimeAfter`/`Before`, `SortBy`,
`SortOrder`, `MaxResults` and `NextToken`; which of them, the service model has checked before. What is filtered is
filtered by the database, before a page is cut.

    found = lists.query(call.scope, request, kind=MODEL, descending=True)
    return await lists.answer(self.database, found, "Models", summary)
"""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Column, Document
from penstock.wire import pages
from penstock.wire.call import Answer, Json, Scope, ValidationError

PAGE: Final = 10  # how many come back where MaxResults is not given, as on AWS

_SORTED_BY: Final[Mapping[str, Column]] = {
    "Name": "name",
    "CreationTime": "created_at",
    "LastModifiedTime": "modified_at",
    "Status": "status",
    "FeatureGroupStatus": "status",
    "PipelineExecutionArn": "name",
}


def query(
    scope: Scope,
    request: Mapping[str, Json],
    *,
    kind: str,
    descending: bool,
    parent: str | None = None,
    status: str | None = None,
    name_prefix: str | None = None,
    limit: int = PAGE,
) -> documents.Query:
    """The query that a list's request asks for; `descending` and `limit` are what the operation does by itself."""
    way = request.get("SortOrder")
    return documents.Query(
        kind=kind,
        scope=scope,
        parent=parent,
        status=status,
        name_prefix=name_prefix,
        name_contains=request.get("NameContains"),
        created_after=request.get("CreationTimeAfter", request.get("CreatedAfter")),
        created_before=request.get("CreationTimeBefore", request.get("CreatedBefore")),
        modified_after=request.get("LastModifiedTimeAfter"),
        modified_before=request.get("LastModifiedTimeBefore"),
        order=_order(request.get("SortBy", "CreationTime")),
        descending=descending if way is None else way == "Descending",
        limit=request.get("MaxResults", limit),
        token=request.get("NextToken"),
    )


def _order(sort_by: str) -> Column:
    if sort_by not in _SORTED_BY:
        raise ValidationError(f"Penstock cannot sort this list by SortBy '{sort_by}'; leave it out, or use 'Name'.")
    return _SORTED_BY[sort_by]


async def answer(database: Database, wanted: documents.Query, member: str, entry: Callable[[Document], Json]) -> Answer:
    """One page as a list operation answers it: the entries under `member`, and `NextToken` if there are more."""
    return told(await database.read(lambda tx: documents.page(tx, wanted)), member, entry)


def told(page: documents.Page, member: str, entry: Callable[[Document], Json]) -> Answer:
    """A page that has been read, as a list operation answers it."""
    entries = {member: [entry(document) for document in page.documents]}
    return {**entries, **pages.onward(page.token)}
