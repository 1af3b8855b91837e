"""Units: what a record is made up of while it is explained. Each feature is one part, a text its words or sentences.

A part that is not in a coalition has the baseline's value in its place; what stands between the parts of a text stays.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from penstock_image.clarify import shapley
from penstock_image.clarify.shapley import Coalitions
from penstock_image.clarify.table import Values

Kind = Literal["numerical", "categorical", "text"]
PARTS: Mapping[str, re.Pattern[str]] = {
    "token": re.compile(r"\w+|[^\w\s]"),
    "sentence": re.compile(r"\S[^.!?]*[.!?]*"),
    "paragraph": re.compile(r"\S(?:.|\n(?!\s*\n))*"),
}


@dataclass(frozen=True)
class Part:
    """A part of a text."""

    text: str
    start: int

    @property
    def described(self) -> dict[str, Any]:
        return {"partial_text": self.text, "start_idx": self.start}


@dataclass(frozen=True)
class Feature:
    """A feature of a record: its value, and the parts that it has if it is a text."""

    value: Any
    parts: tuple[Part, ...] = ()

    @property
    def players(self) -> int:
        return len(self.parts) or 1

    @property
    def values(self) -> tuple[Any, ...]:
        """What its players bring."""
        return tuple(part.text for part in self.parts) or (self.value,)

    def joined(self, values: Sequence[Any]) -> Any:
        """The feature where its parts have these values."""
        if not self.parts:
            return values[0]
        text, end = "", 0
        for part, value in zip(self.parts, values, strict=True):
            text += self.value[end : part.start] + str(value)
            end = part.start + len(part.text)
        return text + self.value[end:]


def feature(value: Any, kind: Kind, granularity: str) -> Feature:
    if kind != "text":
        return Feature(value)
    text = str(value)
    return Feature(text, tuple(Part(found[0], found.start()) for found in PARTS[granularity].finditer(text)))


def players_of(features: Sequence[Feature]) -> int:
    return sum(each.players for each in features)


@dataclass(frozen=True)
class Divided:
    """A record, what stands for what is not there, and the coalitions of its parts that the model is asked about."""

    features: tuple[Feature, ...]
    baselines: Values
    coalitions: Coalitions

    @classmethod
    def of(cls, features: tuple[Feature, ...], baselines: Values, drawn: Callable[[int], Coalitions]) -> "Divided":
        return cls(features, baselines, drawn(players_of(features)))

    @property
    def mixtures(self) -> int:
        """How many records are made up."""
        return (len(self.coalitions.members) + 2) * len(self.baselines)

    def made(self) -> Values:
        """The records that are made up."""
        record = np.empty((1, self.coalitions.members.shape[1]), dtype=object)
        record[0] = [value for each in self.features for value in each.values]
        stands_for = np.repeat(self.baselines, [each.players for each in self.features], axis=1)
        mixed = shapley.mixtures(record, stands_for, self.coalitions, list(range(record.shape[1])))
        made = np.empty((len(mixed), len(self.features)), dtype=object)
        for place, (each, columns) in enumerate(self._columns(mixed)):
            made[:, place] = [each.joined(values) for values in columns] if each.parts else columns[:, 0]
        return made

    def _columns(self, mixed: Values) -> Iterator[tuple[Feature, Values]]:
        first = 0
        for each in self.features:
            yield each, mixed[:, first : first + each.players]
            first += each.players
