"""The table: values with names for their columns, as Python has them. A missing value is None."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from penstock_image.failure import ClientError

Values = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    names: tuple[str, ...]
    values: Values  # a row for each record

    @classmethod
    def of(cls, names: Sequence[str], records: Sequence[Sequence[Any]]) -> "Table":
        values = np.empty((len(records), len(names)), dtype=object)
        for place, record in enumerate(records):
            values[place] = record
        return cls(tuple(names), values)

    def __len__(self) -> int:
        return len(self.values)

    def place(self, name_or_index: str | int, what: str) -> int:
        """Where a column is. Raises `ClientError`; `what` is the member that names it."""
        if isinstance(name_or_index, int) and 0 <= name_or_index < len(self.names):
            return name_or_index
        if name_or_index in self.names:
            return self.names.index(str(name_or_index))
        raise ClientError(f"{what}: there is no column {name_or_index}; there are {', '.join(self.names)}.")

    def column(self, name: str) -> Values:
        return self.values[:, self.names.index(name)]

    def only(self, names: Iterable[str]) -> "Table":
        kept = [name for name in self.names if name in set(names)]
        return Table(tuple(kept), self.values[:, [self.names.index(name) for name in kept]])

    def without(self, names: Iterable[str]) -> "Table":
        return self.only(set(self.names) - set(names))

    def beside(self, other: "Table") -> "Table":
        return Table((*self.names, *other.names), np.hstack((self.values, other.values)))


def is_numeric(column: Values) -> bool:
    return all(value is None or isinstance(value, int | float) for value in column)


def as_numbers(column: Values) -> Numbers:
    """NaN where a value is missing."""
    return np.array([np.nan if value is None else value for value in column], dtype=float)


def valued(text: str) -> Any:
    """A value by its text: a number where it is one."""
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text or None
