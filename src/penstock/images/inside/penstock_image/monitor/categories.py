"""Categories: columns of text that have few values, counted while the numbers of a table stream by.

The first rows say which values such a column has. It is then read as the place of its value among these, which costs a
byte or two a row and no pass of its own. Where a later row has another value, the column has to be counted by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from penstock_image.monitor.table import Column, Table, literal, types_of

FIRST = 100_000  # rows
MOST = 1000  # values


@dataclass
class Counting:
    """How often each of a column's values has been met; `counts` begins with rows that have none, and ends with those
    that have another."""

    column: Column
    values: tuple[str, ...]
    counts: NDArray[np.int_] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros(len(self.values) + 2, dtype=np.int_)

    @property
    def query(self) -> str:
        """The column as a word of an enumeration, whose last word stands for all others."""
        other = "other"
        while other in self.values:
            other += "."
        words = f"ENUM({', '.join(map(literal, (*self.values, other)))})"
        text = self.column.as_text
        is_other = f"CASE WHEN {text} IS NOT NULL THEN {literal(other)}::{words} END"
        return f"coalesce(TRY_CAST({text} AS {words}), {is_other})"

    def add(self, places: NDArray[np.int_]) -> None:
        """Count rows by the places of their words, -1 where there is none."""
        self.counts += np.bincount(places.astype(np.intp) + 1, minlength=len(self.counts))

    def found(self) -> dict[str, int] | None:
        """How often each value occurs, the most frequent first; nothing if there were others."""
        if self.counts[-1]:
            return None
        counted = zip(self.values, self.counts[1:-1].tolist(), strict=True)
        return dict(sorted(counted, key=lambda entry: (-entry[1], entry[0])))


def begun(table: Table, columns: Sequence[Column]) -> list[Counting]:
    """Countings of the columns that have few values in the first rows, and words among them: numbers may be written as
    text, and then are wanted as such."""
    if not columns:
        return []
    texts = [column.as_text for column in columns]
    wanted = (f"CASE WHEN count(DISTINCT t{n}) <= {MOST} THEN list(DISTINCT t{n}) END" for n in range(len(texts)))
    named = ", ".join(f"{text} AS t{n}" for n, text in enumerate(texts))
    query = f"SELECT {', '.join(wanted)} FROM (SELECT {named} FROM {table.query} LIMIT {FIRST})"
    row = table.connection.execute(query).fetchone()
    assert row is not None
    found = []
    for column, listed in zip(columns, row, strict=True):
        values = tuple(sorted(value for value in listed or () if value is not None))
        if types_of(dict.fromkeys(values, 1))["String"]:
            found.append(Counting(column, values))
    return found
