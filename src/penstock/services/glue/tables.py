"""Tables: columns, and where and in which format their data is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.glue import catalog
from penstock.services.glue.catalog import TABLE, folded
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from penstock.services.glue import shapes

_NOT_A_TABLE: Final = ("TargetTable", "FederatedTable", "ViewDefinition")
_TRANSACTIONS: Final = ("TransactionId", "QueryAsOfTime")


@dataclass(frozen=True)
class Tables:
    """Operations on tables."""

    database: Database
    clock: Callable[[], float]
    service = "glue"

    @operation("CreateTable")
    async def create(self, call: Call, request: shapes.CreateTableRequest) -> Answer:
        given, at = call.request.get("TableInput") or {}, self.clock()
        catalog.must_be_ours(call, call.request, "Name", "OpenTableFormatInput", "PartitionIndexes", *_TRANSACTIONS)
        catalog.must_be_ours(call, given, *_NOT_A_TABLE)
        if "Name" not in given:
            raise catalog.missing("TableInput is missing: it says what the table is.")
        catalog.must_be_a_name(given["Name"])

        def create(tx: Transaction) -> None:
            parent = catalog.database(tx, call.scope, request["DatabaseName"])
            name = catalog.path(parent.name, given["Name"])
            made = Document(
                kind=TABLE, scope=call.scope, name=name, arn=call.scope.arn("glue", f"table/{name}"),
                parent=parent.name, created_at=at, modified_at=at, token=call.token, body=given,
            )  # fmt: skip
            documents.insert(tx, made)

        try:
            await self.database.write(create)
        except AlreadyStored:
            raise catalog.taken("Table already exists.") from None
        return {}

    @operation("UpdateTable")
    async def update(self, call: Call, request: shapes.UpdateTableRequest) -> Answer:
        """The table becomes what the request says; older versions of it are not kept."""
        given, at = call.request.get("TableInput") or {}, self.clock()
        unsupported = ("Name", "ViewUpdateAction", "UpdateOpenTableFormatInput", "VersionId", *_TRANSACTIONS)
        catalog.must_be_ours(call, call.request, *unsupported)
        catalog.must_be_ours(call, given, *_NOT_A_TABLE)

        def update(tx: Transaction) -> None:
            found = catalog.table(tx, call.scope, request["DatabaseName"], given.get("Name", ""))
            gone = dict.fromkeys(found.body)
            documents.update(tx, found.changed(at, **(gone | given)))

        await self.database.write(update)
        return {}

    @operation("GetTable")
    async def get(self, call: Call, request: shapes.GetTableRequest) -> Answer:
        catalog.must_be_ours(call, call.request, "AttributesToGet", *_TRANSACTIONS)
        name = request["DatabaseName"], request["Name"]
        return {"Table": shown(await self.database.read(lambda tx: catalog.table(tx, call.scope, *name)))}

    @operation("GetPartitionIndexes")
    async def indexes(self, call: Call, request: shapes.GetPartitionIndexesRequest) -> Answer:
        """There are none: tables are refused that want some."""
        catalog.must_be_ours(call, {})
        name = request["DatabaseName"], request["TableName"]
        await self.database.read(lambda tx: catalog.table(tx, call.scope, *name))
        return {"PartitionIndexDescriptorList": []}

    @operation("GetTables")
    async def list(self, call: Call, request: shapes.GetTablesRequest) -> Answer:
        catalog.must_be_ours(call, call.request, "Expression", "AttributesToGet", *_TRANSACTIONS)

        def read(tx: Transaction) -> documents.Page:
            parent = catalog.database(tx, call.scope, request["DatabaseName"])
            wanted = Query(
                kind=TABLE, scope=call.scope, parent=parent.name, order="name", descending=False,
                limit=request.get("MaxResults", catalog.PAGE), token=request.get("NextToken"),
            )  # fmt: skip
            return documents.page(tx, wanted)

        page = await self.database.read(read)
        tables = {"TableList": [shown(each) for each in page.documents]}
        return tables | pages.onward(page.token)

    @operation("DeleteTable")
    async def delete(self, call: Call, request: shapes.DeleteTableRequest) -> Answer:
        catalog.must_be_ours(call, call.request, "TransactionId")

        def delete(tx: Transaction) -> None:
            found = catalog.table(tx, call.scope, request["DatabaseName"], request["Name"])
            documents.remove(tx, call.scope, TABLE, found.name)

        await self.database.write(delete)
        return {}


def shown(document: Document) -> dict[str, Json]:
    return {
        **document.body,
        "Name": folded(document.body["Name"]),
        "DatabaseName": document.parent,
        "CreateTime": document.created_at,
        "UpdateTime": document.modified_at,
        "CatalogId": document.scope.account,
    }
