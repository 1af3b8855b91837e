"""What is known of references, by repository."""

from collections.abc import Mapping
from typing import NamedTuple

from penstock.services.codecommit.git import ZERO
from penstock.store.database import Transaction


class Known(NamedTuple):
    """What a reference was when it was told of last, and how much of its log had been read."""

    object_id: str
    logged: int


def known(tx: Transaction, repository_id: str) -> dict[str, Known]:
    found = tx.rows("SELECT name, object_id, logged FROM codecommit_ref WHERE repository = :id", id=repository_id)
    return {str(name): Known(str(object_id), int(logged or 0)) for name, object_id, logged in found}


def learn(tx: Transaction, repository_id: str, after: Mapping[str, Known]) -> None:
    """Keep what is known now; a reference that is all zeros is gone."""
    tx.each(
        "DELETE FROM codecommit_ref WHERE repository = :id AND name = :name",
        [{"id": repository_id, "name": ref} for ref in after],
    )
    tx.each(
        "INSERT INTO codecommit_ref (repository, name, object_id, logged) VALUES (:id, :name, :object_id, :logged)",
        [
            {"id": repository_id, "name": ref, "object_id": now.object_id, "logged": now.logged}
            for ref, now in after.items()
            if now.object_id != ZERO
        ],
    )


def forget(tx: Transaction, repository_id: str) -> None:
    tx.changed("DELETE FROM codecommit_ref WHERE repository = :id", id=repository_id)
