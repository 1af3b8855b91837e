"""The profile of a table: what each of its columns is like, in one pass for numbers and text that has few values
(`categories`), and two more for other text.

Numbers stream through in blocks and are summed block by block, so the memory that this takes does not grow with the
data, and the same data gives the same digits. Numbers that are not finite count as missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb
import numpy as np

from penstock_image.layout import Json
from penstock_image.monitor import categories
from penstock_image.monitor.categories import Counting
from penstock_image.monitor.sketch import Distribution, Numbers, Sketch
from penstock_image.monitor.table import Column, Source, Table, holds_words, opened, type_counts, types_of

VECTORS = 64  # of DuckDB's, 2048 rows each, fetched at a time
BLOCK = 1 << 17  # rows
MOST_CATEGORIES = categories.MOST  # columns with more values have no distribution
GUESSED_WRONG = 1.2  # how far DuckDB's estimate of distinct values may be off


@dataclass
class Moments:
    """What is known of the numbers seen so far."""

    count: int = 0
    sum: float = 0.0
    mean: float = 0.0
    squares: float = 0.0  # of the distances from the mean
    low: float = np.inf
    high: float = -np.inf
    sketch: Sketch = field(default_factory=Sketch)

    def add(self, numbers: Numbers) -> None:
        if not len(numbers):
            return
        n, m = self.count, len(numbers)
        total = float(numbers.sum())
        apart = total / m - self.mean
        self.squares += float(((numbers - total / m) ** 2).sum()) + apart**2 * n * m / (n + m)
        self.mean += apart * m / (n + m)
        self.count, self.sum = n + m, self.sum + total
        self.low, self.high = min(self.low, float(numbers.min())), max(self.high, float(numbers.max()))
        self.sketch.add(numbers)

    def written(self, common: Json) -> Json:
        """`numerical_statistics`; of no numbers at all there is nothing to say but that."""
        if not self.count:
            return {"common": common}
        distribution = Distribution.of(self.sketch.levels)
        return {
            "common": common,
            "mean": self.sum / self.count,
            "sum": self.sum,
            "std_dev": (self.squares / self.count) ** 0.5,
            "min": self.low,
            "max": self.high,
            "distribution": {
                "kll": {"buckets": distribution.buckets(self.low, self.high), "sketch": self.sketch.written()}
            },
        }


@dataclass(frozen=True)
class Feature:
    """A column's profile: `numbers` of one of numbers; `categories` of one of text that has few values."""

    column: Column
    type: str
    rows: int
    present: int
    distinct: int = 0
    numbers: Moments | None = None
    categories: dict[str, int] | None = None

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def completeness(self) -> float:
        return self.present / self.rows if self.rows else 1.0

    def written(self) -> Json:
        """The feature as statistics.json has it."""
        told = {"name": self.name, "inferred_type": self.type}
        common = {"num_present": self.present, "num_missing": self.rows - self.present}
        if self.numbers is not None:
            return {**told, "numerical_statistics": self.numbers.written(common)}
        strings: Json = {"common": common, "distinct_count": float(self.distinct)}
        if self.categories is not None:
            found = [{"value": value, "count": count} for value, count in self.categories.items()]
            strings["distribution"] = {"categorical": {"buckets": found}}
        return {**told, "string_statistics": strings}


@dataclass(frozen=True)
class Profile:
    table: Table
    rows: int
    features: tuple[Feature, ...]

    def written(self) -> Json:
        """statistics.json"""
        features = [feature.written() for feature in self.features]
        return {"version": 0.0, "dataset": {"item_count": self.rows}, "features": features}


def measured(connection: duckdb.DuckDBPyConnection, source: Source, excluded: tuple[str, ...] = ()) -> Profile:
    """The profile of a dataset. Where its later rows are not what the first promised, all is read as text."""
    try:
        return _measured(opened(connection, source, source.typed, excluded))
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        return _measured(opened(connection, source, source.text, excluded))


def _measured(table: Table) -> Profile:
    texts = [column for column in table.columns if column.is_text]
    counting = categories.begun(table, texts)
    counted = [each.column for each in counting]
    others = [column for column in texts if column not in counted]
    said, values = _words(table, others)
    types = {column: "String" if column in counted else column.kind for column in table.columns}
    types |= {column: _type(table, column, said[column].present, values.get(column)) for column in others}
    numeric = [column for column, kind in types.items() if kind in ("Integral", "Fractional")]
    rows, numbers = _numbers(table, numeric, counting)
    said_too, values_too = _counted(table, counting)
    said, values = said | said_too, values | values_too
    features = []
    for column, kind in types.items():
        if column in numbers:
            features.append(Feature(column, kind, rows, numbers[column].count, numbers=numbers[column]))
        else:
            found = values.get(column)
            distinct = said[column].about if found is None else len(found)
            few = found if distinct <= MOST_CATEGORIES else None
            features.append(Feature(column, kind, rows, said[column].present, distinct, categories=few))
    return Profile(table, rows, tuple(features))


class Said(NamedTuple):
    """Of a column of text: how many values there are, and about how many distinct ones."""

    present: int
    about: int


Words = tuple[dict[Column, Said], dict[Column, dict[str, int]]]  # … and the values of those that have few


def _words(table: Table, columns: Sequence[Column]) -> Words:
    """Columns of text by passes of their own."""
    said = _texts(table, columns)
    few = [column for column in columns if said[column].about <= MOST_CATEGORIES * GUESSED_WRONG]
    return said, _values(table, few)


def _counted(table: Table, counting: Sequence[Counting]) -> Words:
    """Columns of text that have been counted, but for those that turned out to have other values."""
    values = {each.column: found for each in counting if (found := each.found()) is not None}
    said = {column: Said(sum(found.values()), len(found)) for column, found in values.items()}
    said_too, values_too = _words(table, [each.column for each in counting if each.column not in values])
    return said | said_too, values | values_too


def _texts(table: Table, columns: Sequence[Column]) -> dict[Column, Said]:
    if not columns:
        return {}
    wanted = ", ".join(f"count({column.as_text}), approx_count_distinct({column.as_text})" for column in columns)
    row = table.connection.execute(f"SELECT {wanted} FROM {table.query}").fetchone()
    assert row is not None
    return {column: Said(*pair) for column, *pair in zip(columns, row[::2], row[1::2], strict=True)}


def _type(table: Table, column: Column, present: int, values: dict[str, int] | None) -> str:
    if not present:
        return "Unknown"
    if values is None and holds_words(table, column):
        return "String"
    counts = type_counts(table, column) if values is None else types_of(values)
    if counts["String"]:
        return "String"
    return "Fractional" if counts["Fractional"] else "Integral"


def _numbers(table: Table, columns: list[Column], counting: Sequence[Counting]) -> tuple[int, dict[Column, Moments]]:
    """How many rows there are, and what is known of the columns of numbers; what is to be counted is, too."""
    found, rows = {column: Moments() for column in columns}, 0
    wanted = [column.as_number for column in columns] or ["0.0"]
    query = ", ".join((*wanted, *(each.query for each in counting)))
    result = table.connection.execute(f"SELECT {query} FROM {table.query}")
    for block in _blocks(result, len(wanted), counting):
        rows += block.shape[1]
        for moments, numbers in zip(found.values(), block, strict=False):
            moments.add(numbers[np.isfinite(numbers)])
    return rows, found


def _blocks(result: duckdb.DuckDBPyConnection, width: int, counting: Sequence[Counting]) -> Iterator[Numbers]:
    """The rows by blocks of one length, whatever the lengths that they come in; a row of a block is a column. What is
    beyond that width is counted."""
    block, filled = np.empty((width, BLOCK)), 0
    while len(chunk := result.fetch_df_chunk(VECTORS)):
        columns = [chunk.iloc[:, place] for place in range(chunk.shape[1])]
        for each, column in zip(counting, columns[width:], strict=True):
            each.add(column.cat.codes.to_numpy())
        numbers, begin = [column.to_numpy() for column in columns[:width]], 0
        while begin < len(chunk):
            taken = min(BLOCK - filled, len(chunk) - begin)
            for row, column in zip(block, numbers, strict=True):
                row[filled : filled + taken] = column[begin : begin + taken]
            begin, filled = begin + taken, filled + taken
            if filled == BLOCK:
                yield block
                filled = 0
    if filled:
        yield block[:, :filled]


def _values(table: Table, columns: list[Column]) -> dict[Column, dict[str, int]]:
    """How often each value of a column of text occurs, the most frequent first."""
    if not columns:
        return {}
    texts = [column.as_text for column in columns]
    sets = ", ".join(f"({text})" for text in texts)
    rows = table.connection.execute(
        f"SELECT {', '.join(f'GROUPING({text})' for text in texts)}, {', '.join(texts)}, count(*) "
        f"FROM {table.query} GROUP BY GROUPING SETS ({sets})"
    ).fetchall()
    found: dict[Column, dict[str, int]] = {column: {} for column in columns}
    for row in rows:
        which = row.index(0)
        value = row[len(columns) + which]
        if value is not None:
            found[columns[which]][value] = row[-1]
    return {
        column: dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
        for column, counts in found.items()
    }
