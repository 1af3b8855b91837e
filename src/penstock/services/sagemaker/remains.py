"""Remains: what a thing was before it was deleted or took another form, for whoever asks later how it came about.

Lineage is read from documents (see `lineage`), and a deleted model explains an endpoint as well as one that is there.
The rooms keep a document here in the commit that deletes it. A name may be used again: each thing that had it remains.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

REMAINS: Final = "sagemaker/remains"
READ: Final = 1_000  # documents in one read


@dataclass(frozen=True, slots=True)
class Remains:
    """A document that is there no more, and when it went."""

    document: Document
    gone_at: float


def keep(tx: Transaction, document: Document, at: float) -> None:
    """Remember a document that is about to go; told twice, once."""
    body = {
        "Kind": document.kind, "Name": document.name, "Arn": document.arn, "Parent": document.parent,
        "Status": document.status, "Token": document.token, "CreatedAt": document.created_at,
        "ModifiedAt": document.modified_at, "Body": dict(document.body),
    }  # fmt: skip
    name = f"{document.arn}@{document.created_at}/{document.modified_at}"
    if documents.find(tx, document.scope, REMAINS, name) is None:
        documents.insert(
            tx,
            Document(
                kind=REMAINS, scope=document.scope, name=name, arn="", parent=document.kind, created_at=at,
                modified_at=at, body=body,
            ),
        )  # fmt: skip


def every(tx: Transaction, scope: Scope) -> Iterator[Remains]:
    """All that remains in an account and region."""
    yield from map(_remains, every_document(tx, scope, REMAINS))


def of(tx: Transaction, scope: Scope, arn: str) -> list[Remains]:
    """All that remains of what had an ARN, the earliest gone first."""
    found = documents.page(
        tx, Query(kind=REMAINS, scope=scope, name_prefix=f"{arn}@", descending=False, limit=READ)
    ).documents
    return [_remains(kept) for kept in found]


def _remains(kept: Document) -> Remains:
    body = kept.body
    document = Document(
        kind=body["Kind"], scope=kept.scope, name=body["Name"], arn=body["Arn"], parent=body["Parent"],
        status=body["Status"], token=body["Token"], created_at=body["CreatedAt"], modified_at=body["ModifiedAt"],
        body=body["Body"],
    )  # fmt: skip
    return Remains(document, kept.created_at)


def every_document(tx: Transaction, scope: Scope, kind: str) -> Iterator[Document]:
    """Every document of a kind, the oldest first, read a piece at a time."""
    token: str | None = None
    while True:
        page = documents.page(tx, Query(kind=kind, scope=scope, descending=False, limit=READ, token=token))
        yield from page.documents
        token = page.token
        if token is None:
            return
