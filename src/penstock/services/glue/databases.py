"""Databases: names that tables are kept under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.glue import catalog
from penstock.services.glue.catalog import DATABASE, TABLE, folded
from penstock.services.glue.tagging import checked
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from penstock.services.glue import shapes


@dataclass(frozen=True)
class Databases:
    """Operations on databases."""

    database: Database
    clock: Callable[[], float]
    service = "glue"

    @operation("CreateDatabase")
    async def create(self, call: Call, request: shapes.CreateDatabaseRequest) -> Answer:
        given, at = call.request["DatabaseInput"], self.clock()
        unsupported = ("TargetDatabase", "FederatedDatabase", "CreateTableDefaultPermissions")
        catalog.must_be_ours(call, given, *unsupported)
        catalog.must_be_a_name(given["Name"])
        name = folded(given["Name"])
        made = Document(
            kind=DATABASE, scope=call.scope, name=name, arn=call.scope.arn("glue", f"database/{name}"), created_at=at,
            modified_at=at, token=call.token, body=given,
        )  # fmt: skip
        labels = checked(call.request.get("Tags", {}))

        def create(tx: Transaction) -> None:
            documents.insert(tx, made)
            tags.add(tx, made.arn, labels)

        try:
            await self.database.write(create)
        except AlreadyStored:
            raise catalog.taken("Database already exists.") from None
        return {}

    @operation("GetDatabase")
    async def get(self, call: Call, request: shapes.GetDatabaseRequest) -> Answer:
        catalog.must_be_ours(call, {})
        return {
            "Database": shown(await self.database.read(lambda tx: catalog.database(tx, call.scope, request["Name"])))
        }

    @operation("GetDatabases")
    async def list(self, call: Call, request: shapes.GetDatabasesRequest) -> Answer:
        catalog.must_be_ours(call, call.request, "AttributesToGet")
        wanted = Query(
            kind=DATABASE, scope=call.scope, order="name", descending=False,
            limit=request.get("MaxResults", catalog.PAGE), token=request.get("NextToken"),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, wanted))
        databases = {"DatabaseList": [shown(each) for each in page.documents]}
        return databases | pages.onward(page.token)

    @operation("DeleteDatabase")
    async def delete(self, call: Call, request: shapes.DeleteDatabaseRequest) -> Answer:
        """And its tables, as on AWS; what they describe stays."""
        catalog.must_be_ours(call, {})

        def delete(tx: Transaction) -> None:
            found = catalog.database(tx, call.scope, request["Name"])
            while tables := documents.page(tx, Query(kind=TABLE, scope=call.scope, parent=found.name)).documents:
                for table in tables:
                    documents.remove(tx, call.scope, TABLE, table.name)
            documents.remove(tx, call.scope, DATABASE, found.name)

        await self.database.write(delete)
        return {}


def shown(document: Document) -> dict[str, Json]:
    return {
        **document.body,
        "Name": document.name,
        "CreateTime": document.created_at,
        "CatalogId": document.scope.account,
    }
