"""Partial dependence: what the model says on average when one feature has this value and all others stay.

A feature of numbers is looked at in the middle of as many equal parts of its range as `grid_resolution` says, one of
text at each of its values.
"""

from typing import Any

import numpy as np

from penstock_image.clarify.shapley import Predict
from penstock_image.clarify.table import Numbers, Table, as_numbers, is_numeric
from penstock_image.layout import Json

DEFAULT_RESOLUTION = 15


def plotted(features: Table, name: str, resolution: int, predict: Predict, headers: list[str]) -> Json:
    """A feature's entry in analysis.json."""
    column = features.column(name)
    if is_numeric(column):
        kind = "numerical"
        values, shares = _buckets(as_numbers(column), resolution)
    else:
        kind = "categorical"
        values = sorted({value for value in column if value is not None}, key=str)
        shares = [float(np.mean(column == value)) for value in values]
    asked = features.values.copy()
    means: list[Numbers] = []
    for value in values:
        asked[:, features.names.index(name)] = value
        means.append(predict(asked).mean(axis=0))
    found = {
        "feature_name": name,
        "data_type": kind,
        "feature_values": values,
        "data_distribution": shares,
        "model_predictions": np.array(means).T.tolist(),
    }
    return {**found, "label_headers": headers} if headers else found


def _buckets(numbers: Numbers, resolution: int) -> tuple[list[Any], list[float]]:
    known = numbers[~np.isnan(numbers)]
    counts, edges = np.histogram(known, bins=resolution)
    return ((edges[:-1] + edges[1:]) / 2).tolist(), (counts / len(numbers)).tolist()
