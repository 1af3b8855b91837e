"""Clustering: a baseline for a data set that comes without one. K-prototypes; with numbers alone, that is k-means.

Numbers count by their standard deviations, a category that differs as much as half of one squared.
"""

import numpy as np

from penstock_image.clarify.table import Numbers, Table, Values, as_numbers, is_numeric

ROUNDS = 50
DIFFERENT = 0.5


def prototypes(table: Table, count: int, chance: np.random.Generator) -> Values:
    """So many typical records at the most: means of numbers, and the most frequent categories."""
    count = min(count, len(table))
    centres = table.values[chance.choice(len(table), count, replace=False)]
    nearest = np.full(len(table), -1)
    for _ in range(ROUNDS):
        distances = _distances(table, centres)
        closest = distances.argmin(axis=1)
        if (closest == nearest).all():
            break
        nearest = closest
        centres = np.array(
            [_typical(table, nearest == place, centres[place]) for place in range(count)], dtype=object
        ).reshape(count, -1)
    return centres


def _distances(table: Table, centres: Values) -> Numbers:
    whole = np.zeros((len(table), len(centres)))
    for place in range(len(table.names)):
        column = table.values[:, place]
        if is_numeric(column):
            numbers = np.nan_to_num(as_numbers(column))
            middle = np.nan_to_num(as_numbers(centres[:, place]))
            whole += ((numbers[:, None] - middle[None, :]) / (numbers.std() or 1)) ** 2
        else:
            whole += DIFFERENT * (column[:, None] != centres[None, :, place])
    return whole


def _typical(table: Table, members: np.typing.NDArray[np.bool_], before: Values) -> list[object]:
    if not members.any():
        return list(before)
    return [_middle(table.values[members, place]) for place in range(len(table.names))]


def _middle(values: Values) -> object:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if is_numeric(values):
        return float(np.mean(known))
    return max(sorted(set(known), key=str), key=known.count)
