"""Documents: things with a name, kept as JSON with the few columns that lists sort and filter by.

Most AWS resources are this and no more: a training job, a pipeline, a model package. A document's `body` is the
resource in its service model's spelling; what the columns hold is not repeated in it unless the room wants so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import msgspec

from penstock.store import pages
from penstock.store.database import Row, Transaction, Value
from penstock.wire.call import Scope

Json = Any
Column = Literal["name", "created_at", "modified_at", "status"]

_COLUMNS: Final = "kind, account, region, name, arn, parent, status, created_at, modified_at, token, body"
_INSERT: Final = f"""
    INSERT INTO document ({_COLUMNS})
    VALUES (:kind, :account, :region, :name, :arn, :parent, :status, :created_at, :modified_at, :token, :body)
    ON CONFLICT DO NOTHING
"""  # noqa: S608
_UPDATE: Final = """
    UPDATE document SET arn = :arn, parent = :parent, status = :status, modified_at = :modified_at, body = :body
    WHERE kind = :kind AND account = :account AND region = :region AND name = :name
"""
_NAMED: Final = "kind = :kind AND account = :account AND region = :region AND name = :name"
_FIND: Final = f"SELECT {_COLUMNS} FROM document WHERE {_NAMED}"  # noqa: S608
_BY_ARN: Final = f"SELECT {_COLUMNS} FROM document WHERE arn = :arn"  # noqa: S608
_ANYWHERE: Final = f"SELECT {_COLUMNS} FROM document WHERE kind = :kind AND name = :name"  # noqa: S608
_OF_KIND: Final = f"SELECT {_COLUMNS} FROM document WHERE kind = :kind ORDER BY name"  # noqa: S608
_EVERYWHERE: Final = f"SELECT {_COLUMNS} FROM document WHERE kind = :kind AND status = :status ORDER BY name"  # noqa: S608
_REMOVE: Final = f"DELETE FROM document WHERE {_NAMED}"  # noqa: S608


class AlreadyStored(Exception):
    """A document of that kind and name is there already; `found` is it."""

    def __init__(self, found: "Document") -> None:
        super().__init__(f"{found.kind} {found.name} is stored already")
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A named thing. Times are seconds since the epoch; `body` must be JSON."""

    kind: str
    scope: Scope
    name: str
    arn: str
    created_at: float
    modified_at: float
    parent: str = ""
    status: str = ""
    token: str = ""
    body: Mapping[str, Json] = field(default_factory=dict)

    def changed(self, at: float, *, status: str | None = None, **members: Json) -> "Document":
        """The same document with some members set, and a status if given. A member set to None is taken out."""
        body = {key: value for key, value in {**self.body, **members}.items() if value is not None}
        return replace(self, body=body, modified_at=at, status=self.status if status is None else status)


def insert(tx: Transaction, document: Document) -> Document:
    """Keep a new document; what is kept is answered.

    Raises `AlreadyStored` when the name is taken, except by the same call told twice (same non-empty token): that
    answers what is there.
    """
    if tx.changed(_INSERT, **_values(document)) == 1:
        return document
    found = find(tx, document.scope, document.kind, document.name)
    assert found is not None
    if document.token and document.token == found.token:
        return found
    raise AlreadyStored(found)


def update(tx: Transaction, document: Document) -> bool:
    """Replace a document's content; false if it is not there."""
    values = _values(document)
    del values["created_at"], values["token"]
    return tx.changed(_UPDATE, **values) == 1


def put(tx: Transaction, document: Document) -> bool:
    """Replace a document's content, or keep it as a new one; whether there was one."""
    if update(tx, document):
        return True
    insert(tx, document)
    return False


def remove(tx: Transaction, scope: Scope, kind: str, name: str) -> bool:
    """Forget a document and its tags; false if it was not there."""
    found = find(tx, scope, kind, name)
    if found is None:
        return False
    tx.do("DELETE FROM tag WHERE arn = :arn", arn=found.arn)
    return tx.changed(_REMOVE, kind=kind, account=scope.account, region=scope.region, name=name) == 1


def find(tx: Transaction, scope: Scope, kind: str, name: str) -> Document | None:
    row = tx.row(_FIND, kind=kind, account=scope.account, region=scope.region, name=name)
    return None if row is None else _document(row)


def find_by_arn(tx: Transaction, arn: str) -> Document | None:
    row = tx.row(_BY_ARN, arn=arn)
    return None if row is None else _document(row)


def anywhere(tx: Transaction, kind: str, name: str) -> list[Document]:
    """The documents of a kind and name, whatever their account and region: for who has no scope."""
    return [_document(row) for row in tx.rows(_ANYWHERE, kind=kind, name=name)]


def of_kind(tx: Transaction, kind: str) -> list[Document]:
    """Every document of a kind, whatever its account and region."""
    return [_document(row) for row in tx.rows(_OF_KIND, kind=kind)]


def everywhere(tx: Transaction, kind: str, status: str) -> list[Document]:
    """Every document of a kind and status, whatever its account and region: for what goes on by itself."""
    return [_document(row) for row in tx.rows(_EVERYWHERE, kind=kind, status=status)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which documents, in which order. Empty means any; bounds in time are exclusive, as AWS's are."""

    kind: str
    scope: Scope
    parent: str | None = None
    has_parent: bool | None = None
    status: str | None = None
    arns: tuple[str, ...] | None = None
    name_contains: str | None = None
    name_prefix: str | None = None
    created_after: float | None = None
    created_before: float | None = None
    modified_after: float | None = None
    modified_before: float | None = None
    order: Column = "created_at"
    descending: bool = True
    limit: int = 100
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    documents: tuple[Document, ...]
    token: str | None  # where the next page begins; None on the last


_FILTERS: Final[Mapping[str, str]] = {
    "parent": "parent = :parent",
    "has_parent": "CASE WHEN parent = '' THEN 0 ELSE 1 END = :has_parent",
    "status": "status = :status",
    "name_contains": "instr(lower(name), lower(:name_contains)) > 0",
    "name_prefix": "substr(name, 1, length(:name_prefix)) = :name_prefix",
    "created_after": "created_at > :created_after",
    "created_before": "created_at < :created_before",
    "modified_after": "modified_at > :modified_after",
    "modified_before": "modified_at < :modified_before",
}


def page(tx: Transaction, query: Query) -> Page:
    """One page of what a query finds. Raises `WrongToken` for a token that no page gave out."""
    conditions = ["kind = :kind", "account = :account", "region = :region"]
    values: dict[str, Value] = {
        "kind": query.kind, "account": query.scope.account, "region": query.scope.region
    }  # fmt: skip
    for name, condition in _FILTERS.items():
        value = getattr(query, name)
        if value is not None:
            conditions.append(condition)
            values[name] = int(value) if isinstance(value, bool) else value
    if query.arns is not None:
        arns = {f"arn{place}": arn for place, arn in enumerate(query.arns)}
        values |= arns
        conditions.append(f"arn IN ({', '.join(':' + name for name in arns) or 'NULL'})")
    wanted = pages.Wanted(
        f"{_COLUMNS} FROM document", conditions, query.order, "name", query.descending, query.limit, query.token, values
    )
    found, token = pages.cut(tx, wanted)
    return Page(tuple(map(_document, found)), token)


def _values(document: Document) -> dict[str, Value]:
    return {
        "kind": document.kind, "account": document.scope.account, "region": document.scope.region,
        "name": document.name, "arn": document.arn, "parent": document.parent, "status": document.status,
        "created_at": document.created_at, "modified_at": document.modified_at, "token": document.token,
        "body": msgspec.json.encode(document.body),
    }  # fmt: skip


def _document(row: Row) -> Document:
    kind, account, region, name, arn, parent, status, created_at, modified_at, token, body = row
    return Document(
        kind=str(kind), scope=Scope(str(account), str(region)), name=str(name), arn=str(arn), parent=str(parent),
        status=str(status), created_at=float(created_at or 0), modified_at=float(modified_at or 0), token=str(token),
        body=msgspec.json.decode(body if isinstance(body, bytes) else str(body)),
    )  # fmt: skip
