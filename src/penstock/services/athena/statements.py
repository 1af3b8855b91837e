"""Statements: what a query string asks for. Pure.

Queries are DuckDB's to read; what is about tables (creating one over files, dropping it, telling what there is) is read
here; everything else is refused by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from penstock.services.athena.model import QueryFailed
from penstock.services.athena.tokens import Reading

SUPPORTED: Final = (
    "SELECT, WITH, VALUES, CREATE EXTERNAL TABLE, DROP TABLE, SHOW DATABASES, SHOW TABLES, SHOW COLUMNS and DESCRIBE"
)
PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
CSV: Final = "org.apache.hadoop.hive.serde2.OpenCSVSerde"

Kind = Literal["DML", "DDL", "UTILITY"]
Columns = tuple[tuple[str, str], ...]  # name and type


@dataclass(frozen=True, slots=True)
class Named:
    """A table: its name, and its database if the statement says it."""

    name: str
    database: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """Something to be carried out by the engine."""

    kind: Kind = "DML"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable:
    table: Named
    columns: Columns
    location: str
    serde: str
    partitions: Columns = ()
    if_not_exists: bool = False
    serde_properties: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = "DDL"


@dataclass(frozen=True, slots=True)
class DropTable:
    table: Named
    if_exists: bool
    kind: Kind = "DDL"


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW DATABASES, TABLES of a database, COLUMNS of a table, or DESCRIBE (columns with their types)."""

    what: Literal["databases", "tables", "columns", "description"]
    table: Named = Named("")
    kind: Kind = "UTILITY"


Statement = Query | CreateTable | DropTable | Show


def is_query(text: str) -> bool:
    """Whether the engine is to read it: its result is then a table."""
    return Reading(text).next.says("SELECT", "WITH", "VALUES", "(", "TABLE")


def kind_of(text: str) -> Kind:
    """The statement's type as GetQueryExecution tells it, whether or not it can be carried out."""
    if is_query(text):
        return "DML"
    return "UTILITY" if Reading(text).next.says("SHOW", "DESCRIBE", "DESC", "EXPLAIN") else "DDL"


def read(text: str) -> Statement:
    """The statement; raises `QueryFailed` for one that is wrong, or that is not carried out here."""
    if is_query(text):
        return Query()
    reading = Reading(text)
    for words, rest in _READ.items():
        if reading.has(*words):
            statement = rest(reading)
            reading.end()
            return statement
    first = " ".join(reading.take().text.upper() for _ in range(2)).strip()
    raise QueryFailed(f"NOT_SUPPORTED: {first} is not carried out by Penstock's Athena; it carries out {SUPPORTED}.")


def _create(reading: Reading) -> CreateTable:
    if_not_exists = reading.has("IF", "NOT", "EXISTS")
    table, columns = _table(reading), _columns(reading)
    told: dict[str, Any] = {"serde": "", "location": ""}
    while reading.next.text:
        clause = next((clause for words, clause in _CLAUSES.items() if reading.has(*words)), None)
        if clause is None:
            raise QueryFailed(f"NOT_SUPPORTED: CREATE EXTERNAL TABLE with {reading.take().text}")
        told |= clause(reading)
    if told["serde"] not in {PARQUET, CSV}:
        raise QueryFailed(
            f"NOT_SUPPORTED: a table's ROW FORMAT SERDE must be '{PARQUET}' (STORED AS PARQUET) or '{CSV}'."
        )
    if not told["location"].startswith("s3://"):
        raise QueryFailed("SYNTAX_ERROR: a table needs a LOCATION of the form 's3://bucket/folder/'.")
    return CreateTable(table=table, columns=columns, if_not_exists=if_not_exists, **told)


def _formats(reading: Reading) -> dict[str, Any]:
    """The classes of the format, which the SerDe says already."""
    reading.text()
    reading.expect("OUTPUTFORMAT")
    reading.text()
    return {}


def _comment(reading: Reading) -> dict[str, Any]:
    reading.text()
    return {}


def _drop(reading: Reading) -> DropTable:
    if_exists = reading.has("IF", "EXISTS")
    return DropTable(_table(reading), if_exists)


def _show_tables(reading: Reading) -> Show:
    database = reading.name() if reading.has("IN") or reading.has("FROM") else ""
    return Show("tables", Named("", database))


def _show_columns(reading: Reading) -> Show:
    if not reading.has("IN"):
        reading.expect("FROM")
    return Show("columns", _table(reading))


def _table(reading: Reading) -> Named:
    first = reading.name()
    return Named(reading.name(), first) if reading.has(".") else Named(first)


def _columns(reading: Reading) -> Columns:
    """`(name type [COMMENT 'text'], …)`; a type may have brackets of both kinds in it."""
    reading.expect("(")
    columns: list[tuple[str, str]] = []
    while True:
        name, kind, depth = reading.name(), "", 0
        while depth or not reading.next.says(",", ")", "COMMENT"):
            token = reading.take()
            if not token.text:
                raise QueryFailed("SYNTAX_ERROR: mismatched input '<EOF>'. Expecting: ')'")
            depth += token.says("<", "(") - token.says(">", ")")
            kind += token.text.lower()
        columns.append((name, kind))
        if reading.has("COMMENT"):
            reading.text()
        if not reading.has(","):
            reading.expect(")")
            return tuple(columns)


def _properties(reading: Reading) -> dict[str, str]:
    """`('key' = 'value', …)`."""
    reading.expect("(")
    found: dict[str, str] = {}
    while True:
        key = reading.text()
        reading.expect("=")
        found[key] = reading.text()
        if not reading.has(","):
            reading.expect(")")
            return found


_CLAUSES: Final[Mapping[tuple[str, ...], Callable[[Reading], dict[str, Any]]]] = {
    ("PARTITIONED", "BY"): lambda reading: {"partitions": _columns(reading)},
    ("ROW", "FORMAT", "SERDE"): lambda reading: {"serde": reading.text()},
    ("STORED", "AS", "PARQUET"): lambda _: {"serde": PARQUET},
    ("STORED", "AS", "INPUTFORMAT"): _formats,
    ("LOCATION",): lambda reading: {"location": reading.text()},
    ("COMMENT",): _comment,
    ("WITH", "SERDEPROPERTIES"): lambda reading: {"serde_properties": _properties(reading)},
    ("TBLPROPERTIES",): lambda reading: {"properties": _properties(reading)},
}
_READ: Final[Mapping[tuple[str, ...], Callable[[Reading], Statement]]] = {
    ("CREATE", "EXTERNAL", "TABLE"): _create,
    ("DROP", "TABLE"): _drop,
    ("SHOW", "DATABASES"): lambda _: Show("databases"),
    ("SHOW", "SCHEMAS"): lambda _: Show("databases"),
    ("SHOW", "TABLES"): _show_tables,
    ("SHOW", "COLUMNS"): _show_columns,
    ("DESCRIBE",): lambda reading: Show("description", _table(reading)),
    ("DESC",): lambda reading: Show("description", _table(reading)),
}
