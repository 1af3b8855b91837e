"""The table that a dataset is: columns of numbers, or of text, as DuckDB reads them from the files.

A column's type is what the text of its values says, not how a file stores it: `Integral` if all are whole numbers,
`Fractional` if all are numbers, `String` if any is not one, `Unknown` if there are none. Text that is a number
makes a column of numbers.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from penstock_image.failure import ClientError

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
REAL = ("FLOAT", "DOUBLE", "DECIMAL")
TEXT = ("VARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "UUID", "ENUM", "JSON")
INTEGRAL = r"\s*[-+]?\d+\s*"
FRACTIONAL = r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*"
MEMORY = "1GB"


@dataclass(frozen=True)
class Source:
    """What DuckDB reads a dataset with: by the types that the first rows have, and all of it as text.

    `names` are the columns', where the data has none of its own.
    """

    typed: str
    text: str
    names: tuple[str, ...] = ()
    named: bool = True


@dataclass(frozen=True)
class Column:
    """`stored` is what DuckDB calls it."""

    name: str
    stored: str
    kind: str

    @property
    def is_text(self) -> bool:
        return self.kind == "String"

    @property
    def quoted(self) -> str:
        return quoted(self.stored)

    @property
    def as_text(self) -> str:
        return f"{self.quoted}::VARCHAR"

    @property
    def as_number(self) -> str:
        return f"TRY_CAST({self.quoted} AS DOUBLE)"


@dataclass(frozen=True)
class Table:
    connection: duckdb.DuckDBPyConnection
    query: str
    columns: tuple[Column, ...]
    excluded: tuple[str, ...] = ()  # the names of columns that are there and not looked at


def connect() -> duckdb.DuckDBPyConnection:
    """A database of its own that keeps to the processors which the job holds."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(os.environ.get('OMP_NUM_THREADS') or os.cpu_count() or 1)}")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = {literal(tempfile.gettempdir())}")
    return connection


def opened(connection: duckdb.DuckDBPyConnection, source: Source, query: str, excluded: tuple[str, ...] = ()) -> Table:
    """One of the two ways of reading a source, without the columns that are named so or have such a place.

    Raises `ClientError` where it holds more than a table does.
    """
    described = connection.execute(f"DESCRIBE SELECT * FROM {query}").fetchall()
    names = [name for name, *_ in described]
    if source.names and len(source.names) == len(names):
        given = list(source.names)
    else:
        given = names if source.named else [f"_c{number}" for number in range(len(names))]
    kept = [pair for place, pair in enumerate(zip(given, described, strict=True))
            if pair[0] not in excluded and str(place) not in excluded]  # fmt: skip
    columns = (Column(name, row[0], _kind(row[0], row[1])) for name, row in kept)
    return Table(connection, query, tuple(columns), tuple(name for name in given if name not in dict(kept)))


def _kind(name: str, stored_as: str) -> str:
    base = stored_as.partition("(")[0]
    if base in WHOLE and not stored_as.endswith("]"):
        return "Integral"
    if base in REAL and not stored_as.endswith("]"):
        return "Fractional"
    if base.startswith(TEXT) and not stored_as.endswith("]"):
        return "String"
    raise ClientError(
        f"the field '{name}' holds {stored_as}, and only flat records can be analysed. Flatten it beforehand, or, in "
        "captured data, by a record_preprocessor_script."
    )


def type_counts(table: Table, column: Column) -> dict[str, int]:
    """How many of a column's values are of each type, by their text."""
    text = column.as_text
    whole, number = (f"regexp_full_match({text}, '{pattern}')" for pattern in (INTEGRAL, FRACTIONAL))
    row = table.connection.execute(
        f"SELECT count({text}), count(*) FILTER ({whole}), count(*) FILTER ({number}) FROM {table.query}"
    ).fetchone()
    assert row is not None
    present, integral, numeric = row
    return {"Integral": integral, "Fractional": numeric - integral, "String": present - numeric}


def holds_words(table: Table, column: Column) -> bool:
    """Whether any value of a column is no number; it is looked for until one is found."""
    query = f"SELECT 1 FROM {table.query} WHERE NOT regexp_full_match({column.as_text}, '{FRACTIONAL}') LIMIT 1"
    return table.connection.execute(query).fetchone() is not None


def types_of(values: Mapping[str, int]) -> dict[str, int]:
    """The same of a column whose values are known, with how often each occurs."""
    counts = {"Integral": 0, "Fractional": 0, "String": 0}
    for value, count in values.items():
        if re.fullmatch(INTEGRAL, value, re.ASCII):
            counts["Integral"] += count
        else:
            counts["Fractional" if re.fullmatch(FRACTIONAL, value, re.ASCII) else "String"] += count
    return counts


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
