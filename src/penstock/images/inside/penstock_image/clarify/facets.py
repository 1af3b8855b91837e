"""Facets: which records are of a group, which outcomes are positive, and the bias between them.

A column of numbers with one value given is cut there (what is above counts) where it is continuous: more than two
distinct values, and either fractions or at least 5 % of them distinct; or where that value is between those that there
are. Else values are categories.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from penstock_image.clarify import bias
from penstock_image.clarify.bias import Groups, Mask
from penstock_image.clarify.configuration import BIAS, Configuration
from penstock_image.clarify.dataset import Dataset
from penstock_image.clarify.table import Values, as_numbers, is_numeric, valued
from penstock_image.failure import ClientError
from penstock_image.layout import Json

DISTINCT = 0.05
UNLABELLED = "bias needs the label: name it in analysis_config.json, or merge the ground truth."


@dataclass(frozen=True)
class Split:
    """The data, split by one group of a facet, for a method; `shown` is how AWS writes the group's values."""

    method: str
    facet: str
    shown: str
    groups: Groups

    @cached_property
    def deviations(self) -> Mapping[str, float]:
        """How far chance alone may have brought each metric: its standard deviation."""
        return bias.deviations(BIAS[self.method], self.groups)


def splits(data: Dataset, config: Configuration, method: str, predicted: Mask | None = None) -> list[Split]:
    """All groups whose bias a method measures. Raises `ClientError`."""
    if data.labels is None:
        raise ClientError(UNLABELLED)
    _, positive = chosen(data.labels, config.positive)
    strata = None
    if "group_variable" in config.document:
        strata = data.table.column(data.column(config.document["group_variable"], "group_variable")).astype(str)
    found = []
    for facet in config.facets:
        name = data.column(facet["name_or_index"], "facet.name_or_index")
        column = data.table.column(name)
        features = _alike(data, name) if "FT" in config.metrics(method) else None
        for values in _groups(column, name, facet.get("value_or_threshold")):
            shown, sensitive = chosen(column, values)
            neighbours = None
            if features is not None and predicted is not None:
                neighbours = bias.neighbours_of(sensitive, predicted, features)
            found.append(Split(method, name, shown, Groups(sensitive, positive, predicted, strata, neighbours)))
    return found


def measured(data: Dataset, config: Configuration, found: Sequence[Split]) -> Json:
    """A section of analysis.json."""
    assert data.labels is not None
    outcome, _ = chosen(data.labels, config.positive)
    facets: dict[str, list[Json]] = {}
    for split in found:
        metrics = [_told(split.method, name, split.groups) for name in config.metrics(split.method)]
        facets.setdefault(split.facet, []).append({"value_or_threshold": split.shown, "metrics": metrics})
    return {"label": data.label, "facets": facets, "label_value_or_threshold": outcome}


def _groups(column: Values, name: str, given: Json) -> list[list[Any]]:
    """The values of each sensitive group: those that are given, else each value by itself."""
    if given not in (None, []):
        return [given if isinstance(given, list) else [given]]
    if _is_spread(column):
        raise ClientError(f"facet '{name}' is continuous: it needs one threshold in value_or_threshold.")
    return [[value] for value in sorted({value for value in column if value is not None}, key=_alike_text)]


def chosen(column: Values, values: Sequence[Json]) -> tuple[str, Mask]:
    """The records whose value is one of these, or beyond this; and how AWS writes them."""
    if is_continuous(column, values):
        numbers, threshold = as_numbers(column), float(values[0])
        return f"({threshold}, {np.nanmax(numbers)}]", numbers > threshold
    return ",".join(map(str, values)), among(column, values)


def is_continuous(column: Values, values: Sequence[Json]) -> bool:
    """Whether a column is cut at a value."""
    if len(values) != 1 or not is_numeric(column) or not isinstance(valued(str(values[0])), int | float):
        return False
    numbers, threshold = as_numbers(column), float(values[0])
    is_between = (numbers < threshold).any() and (numbers > threshold).any() and threshold not in numbers
    return bool(is_between) or _is_spread(column)


def _is_spread(column: Values) -> bool:
    if not is_numeric(column):
        return False
    numbers = as_numbers(column)
    numbers = numbers[~np.isnan(numbers)]
    distinct = len(np.unique(numbers))
    return distinct > 2 and (bool((numbers % 1).any()) or distinct >= DISTINCT * len(numbers))


def among(column: Values, values: Sequence[Any]) -> Mask:
    """Which are one of these: 1, 1.0 and "1" are the same."""
    wanted = {_alike_text(value) for value in values}
    return np.array([_alike_text(value) in wanted for value in column], dtype=bool)


def _alike_text(value: Any) -> str:
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        return str(value)


def _alike(data: Dataset, facet: str) -> bias.Numbers | None:
    """What records are alike by: numbers only."""
    others = data.features.without({facet})
    if not others.names or not all(is_numeric(others.column(name)) for name in others.names):
        return None
    return np.nan_to_num(np.column_stack([as_numbers(others.column(name)) for name in others.names]))


def _told(method: str, name: str, groups: Groups) -> Json:
    description, metric = BIAS[method][name]
    try:
        value: Json = bias.value(metric, groups)
    except bias.Untold as problem:
        return {"name": name, "description": description, "value": None, "error": str(problem)}
    if math.isinf(value):
        value = "Infinity" if value > 0 else "-Infinity"
    return {"name": name, "description": description, "value": value}
