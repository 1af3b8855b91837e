"""How SQLite finds documents: by an index, so that a page costs what is on it and not what else is kept."""

from pathlib import Path

import pytest

from penstock.store import documents
from penstock.store.database import Row, Transaction, Value
from penstock.store.documents import Query
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Scope

SCOPED = "kind=? AND account=? AND region=?"


@pytest.mark.parametrize(
    ("query", "way"),
    [
        (Query(kind="thing", scope=Scope()), SCOPED),
        (Query(kind="thing", scope=Scope(), parent="of"), f"{SCOPED} AND parent=?"),
        (Query(kind="thing", scope=Scope(), parent="of", order="modified_at", limit=1), f"{SCOPED} AND parent=?"),
    ],
)
async def test_a_page_is_found_by_what_it_is_asked_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: Query, way: str
) -> None:
    migrate(tmp_path / "penstock.db", [])
    database = SqliteDatabase(tmp_path / "penstock.db")
    plans: list[Row] = []

    def asked(tx: Transaction) -> None:
        rows = type(tx).rows

        def told(self: Transaction, sql: str, **values: Value) -> list[Row]:
            plans.extend(rows(self, f"EXPLAIN QUERY PLAN {sql}", **values))
            return []

        monkeypatch.setattr(type(tx), "rows", told)
        documents.page(tx, query)

    await database.read(asked)

    assert f"({way})" in str(plans[0][-1])
    database.close()
