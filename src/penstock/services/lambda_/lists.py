"""Lists: pages of documents by `Marker` and `MaxItems`."""

from collections.abc import Callable
from dataclasses import replace

from penstock.services.lambda_.model import Request
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Page, Query
from penstock.wire.call import Json

MOST = 50


def page(tx: Transaction, query: Query, request: Request) -> Page:
    limit = min(request.get("MaxItems") or MOST, MOST)
    return documents.page(tx, replace(query, limit=limit, token=request.get("Marker") or None))


def shown(member: str, found: Page, entry: Callable[[Document], Json]) -> dict[str, Json]:
    entries = {member: [entry(each) for each in found.documents]}
    return {**entries, "NextMarker": found.token} if found.token else entries
