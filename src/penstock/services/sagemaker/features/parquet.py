"""Writing Parquet: records as text in, typed columns in a file out. Blocking."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from penstock.services.sagemaker.features.model import Feature, Unwritable
from penstock.services.sagemaker.features.rows import Shipment

TYPES: Final = {"Integral": "BIGINT", "Fractional": "DOUBLE", "String": "VARCHAR"}
MEMORY: Final = "256MB"


Settings = dict[str, str | bool | int | float | list[str]]


def write(path: Path, features: Sequence[Feature], shipments: Iterable[Shipment]) -> None:
    """A file of these records, with the columns that AWS adds; a feature that a record lacks is null in it.

    Raises `Unwritable`, and `OSError` where the disk will not have it.
    """
    lines = path.with_suffix(".ndjson")
    with lines.open("wb") as file:
        for each in shipments:
            values = [each.values.get(feature.name) for feature in features]
            row = [*values, each.written_at, each.invoked_at, each.is_deleted]
            file.write(msgspec.json.encode({f"c{place}": value for place, value in enumerate(row)}) + b"\n")
    kinds = ["VARCHAR[]" if feature.collection else "VARCHAR" for feature in features] + ["DOUBLE", "DOUBLE", "BOOLEAN"]
    columns = ", ".join(f"c{place}: '{kind}'" for place, kind in enumerate(kinds))
    source = f"read_json({_literal(str(lines))}, format = 'newline_delimited', columns = {{{columns}}})"
    target = f"{_literal(str(path))} (FORMAT parquet, COMPRESSION snappy)"
    settings: Settings = {"memory_limit": MEMORY, "threads": 1, "temp_directory": str(path.parent)}
    try:
        with duckdb.connect(config=settings) as connection:
            connection.execute(f"COPY (SELECT {', '.join(_columns(features))} FROM {source}) TO {target}")  # noqa: S608
    except duckdb.Error as error:
        raise Unwritable(str(error)) from error
    lines.unlink()


def _columns(features: Sequence[Feature]) -> list[str]:
    """What the file's columns are made of, out of the text's."""
    columns = [
        f"CAST(c{place} AS {TYPES[feature.kind]}{'[]' if feature.collection else ''}) AS {quoted(feature.name)}"
        for place, feature in enumerate(features)
    ]
    moments = [
        f"CAST(make_timestamp(CAST(c{len(features) + place} * 1000000 AS BIGINT)) AS TIMESTAMP_MS) AS {name}"
        for place, name in enumerate(("write_time", "api_invocation_time"))
    ]
    return [*columns, *moments, f"c{len(features) + 2} AS is_deleted"]


def quoted(name: str) -> str:
    """A name as SQL knows it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
