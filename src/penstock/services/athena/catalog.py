"""Tables, asked of Glue: what a query reads, and the statements about tables."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from penstock.services.athena.model import Column, QueryFailed
from penstock.services.athena.statements import CSV, PARQUET, CreateTable, DropTable, Named, Show
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError

Json = Any
Rows = list[list[str]]
FORMATS: Final = {PARQUET: "parquet", CSV: "csv"}
NO_DATABASE: Final = "SCHEMA_NOT_FOUND: Schema '{}' does not exist"
NO_TABLE: Final = "TABLE_NOT_FOUND: Table 'awsdatacatalog.{}.{}' does not exist"


@dataclass(frozen=True, slots=True)
class Table:
    """What Glue says a table is, as far as a query needs it."""

    database: str
    name: str
    format: str
    location: str
    columns: tuple[tuple[str, str], ...]
    partitions: tuple[tuple[str, str], ...]
    options: dict[str, Json]


@dataclass(frozen=True)
class Catalog:
    """Glue, on somebody's behalf."""

    directory: Directory
    scope: Scope

    async def table(self, database: str, name: str) -> Table:
        """What is known of a table; raises `QueryFailed` where there is none, or one that nothing here can read."""
        missing = NO_TABLE.format(database, name)
        found = (await self._ask("GetTable", missing, DatabaseName=database, Name=name))["Table"]
        storage = found.get("StorageDescriptor", {})
        serde = storage.get("SerdeInfo", {})
        library = serde.get("SerializationLibrary", "")
        if library not in FORMATS or not storage.get("Location", "").startswith("s3://"):
            raise QueryFailed(
                f"NOT_SUPPORTED: {database}.{name} is no table of Parquet or CSV files in S3 (its SerDe is '{library}')"
            )
        return Table(
            database=database, name=name, format=FORMATS[library], location=storage["Location"],
            columns=_columns(storage.get("Columns", ())), partitions=_columns(found.get("PartitionKeys", ())),
            options=_options(serde.get("Parameters", {}), found.get("Parameters", {})),
        )  # fmt: skip

    async def create(self, statement: CreateTable, database: str) -> None:
        storage = {
            "Columns": _listed(statement.columns),
            "Location": statement.location,
            "SerdeInfo": {
                "SerializationLibrary": statement.serde,
                "Parameters": dict(statement.serde_properties),
            },
        }
        given = {
            "Name": statement.table.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", **statement.properties},
            "PartitionKeys": _listed(statement.partitions),
            "StorageDescriptor": storage,
        }
        place = statement.table.database or database
        try:
            await self._ask("CreateTable", NO_DATABASE.format(place), DatabaseName=place, TableInput=given)
        except ServiceError as error:
            if error.code != "AlreadyExistsException":
                raise
            if not statement.if_not_exists:
                raise QueryFailed(f"TABLE_ALREADY_EXISTS: Table {statement.table.name} already exists") from None

    async def drop(self, statement: DropTable, database: str) -> None:
        place, name = statement.table.database or database, statement.table.name
        try:
            await self._ask("DeleteTable", NO_TABLE.format(place, name), DatabaseName=place, Name=name)
        except QueryFailed:
            if not statement.if_exists:
                raise

    async def shown(self, statement: Show, database: str) -> tuple[tuple[Column, ...], Rows]:
        """What SHOW and DESCRIBE tell."""
        table = Named(statement.table.name, statement.table.database or database)
        match statement.what:
            case "databases":
                names = [each["Name"] async for each in self._pages("GetDatabases", "DatabaseList", "")]
                return (Column("database_name", "string"),), [[name] for name in names]
            case "tables":
                missing = NO_DATABASE.format(table.database)
                pages = self._pages("GetTables", "TableList", missing, DatabaseName=table.database)
                return (Column("tab_name", "string"),), [[each["Name"]] async for each in pages]
            case "columns":
                found = await self.table(table.database, table.name)
                return (Column("field", "string"),), [[name] for name, _ in (*found.columns, *found.partitions)]
            case "description":
                found = await self.table(table.database, table.name)
                told = [[name, kind, ""] for name, kind in (*found.columns, *found.partitions)]
                return tuple(Column(name, "string") for name in ("col_name", "data_type", "comment")), told

    async def _pages(self, operation: str, member: str, missing: str, **request: Json) -> AsyncIterator[Json]:
        token: str | None = None
        while True:
            page = await self._ask(operation, missing, **request, **({"NextToken": token} if token else {}))
            for each in page[member]:
                yield each
            token = page.get("NextToken")
            if not token:
                return

    async def _ask(self, operation: str, missing: str, **request: Json) -> Answer:
        try:
            return await self.directory.answer(Call("glue", operation, request, self.scope))
        except ServiceError as error:
            if error.code == "EntityNotFoundException":
                raise QueryFailed(missing) from None
            raise


def _columns(listed: Json) -> tuple[tuple[str, str], ...]:
    return tuple((each["Name"], each.get("Type", "string")) for each in listed)


def _listed(columns: tuple[tuple[str, str], ...]) -> list[Json]:
    return [{"Name": name, "Type": kind} for name, kind in columns]


def _options(serde: Json, properties: Json) -> dict[str, Json]:
    """How files of separated values are to be read, with OpenCSVSerde's defaults."""
    return {
        "separator": serde.get("separatorChar", ","),
        "quote": serde.get("quoteChar", '"'),
        "escape": serde.get("escapeChar", "\\"),
        "skip": int(properties.get("skip.header.line.count", "0")),
    }
