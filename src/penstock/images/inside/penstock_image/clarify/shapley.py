"""Shapley values by Kernel SHAP: each record's prediction, shared out among its features.

A coalition is a set of features that keep the record's values, while the others have a baseline's; its worth is the
mean prediction over the baselines. The shares are the weighted least squares fit to the worths of coalitions that adds
up to the prediction: with all coalitions it is exact. Every record has the same coalitions, so the fit is one matrix.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from penstock_image.clarify.table import Numbers, Values

Predict = Callable[[Values], Numbers]  # a row for each record, a column for each class
AT_ONCE = 20_000  # records that are made up at a time
NEAREST = 1e-9  # to 0 and to 1, for a logit


@dataclass(frozen=True)
class Coalitions:
    members: npt.NDArray[np.bool_]  # a row for each coalition, a column for each feature
    weights: Numbers

    @classmethod
    def drawn(cls, features: int, most: int | None, chance: np.random.Generator) -> "Coalitions":
        """All coalitions if there are so few, else the smallest and largest, and a sample of the rest.

        A coalition comes with its complement.
        """
        room = cls.at_most(features, most)
        members: list[npt.NDArray[np.bool_]] = []
        weights: list[float] = []
        sizes = range(1, features // 2 + 1)
        kernel = {size: (features - 1) / (size * (features - size)) * (1 if 2 * size == features else 2)
                  for size in sizes}  # fmt: skip
        left = list(sizes)
        while left:
            size = left[0]
            count = math.comb(features, size) * (1 if 2 * size == features else 2)
            if count > room:
                break
            left.pop(0)
            room -= count
            for chosen in combinations(range(features), size):
                mask = np.isin(np.arange(features), chosen)
                members += [mask] if 2 * size == features else [mask, ~mask]
            weights += [kernel[size] / count] * count
        pairs = room // 2
        if left and pairs:
            shares = np.array([kernel[size] for size in left])
            for size in chance.choice(left, pairs, p=shares / shares.sum()):
                mask = np.isin(np.arange(features), chance.choice(features, size, replace=False))
                members += [mask, ~mask]
            weights += [float(shares.sum()) / (2 * pairs)] * (2 * pairs)
        return cls(np.array(members).reshape(-1, features), np.array(weights))

    @staticmethod
    def at_most(features: int, most: int | None) -> int:
        """How many are drawn, if not fewer: all that there are but nobody and everybody, up to a number."""
        return min(most or 2 * features + 2048, (1 << features) - 2)

    def shares(self, worths: Numbers, whole: Numbers) -> Numbers:
        """The features' shares of `whole`, by what coalitions are worth: both along the last axis."""
        if self.members.shape[1] == 1:
            return whole[..., None]
        members = self.members.astype(float)
        design = members[:, :-1] - members[:, -1:]
        weighted = design * self.weights[:, None]
        fit = np.linalg.pinv(design.T @ weighted) @ weighted.T
        first = (worths - members[:, -1] * whole[..., None]) @ fit.T
        return np.concatenate((first, whole[..., None] - first.sum(axis=-1, keepdims=True)), axis=-1)


@dataclass(frozen=True)
class Explained:
    local: Numbers  # by record, class and feature
    expected: Numbers  # by class


def explain(
    records: Values, baselines: Values, predict: Predict, coalitions: Coalitions, players: list[int], *, logit: bool
) -> Explained:
    """The shares of `players` (places of features) in the prediction of each record; the others keep its values."""
    size = max(1, AT_ONCE // max(1, len(coalitions.members) * len(baselines)))
    found = []
    for first in range(0, len(records), size):
        some = records[first : first + size]
        scores = predict(mixtures(some, baselines, coalitions, players))
        found.append(attributed(scores, len(some), len(baselines), coalitions, logit=logit))
    return Explained(np.concatenate(found), expected(baselines, predict, logit=logit))


def expected(baselines: Values, predict: Predict, *, logit: bool) -> Numbers:
    """What is predicted, class by class, where nothing of a record is known."""
    link = _logit if logit else np.asarray
    return np.asarray(link(predict(baselines).mean(axis=0)))


def mixtures(records: Values, baselines: Values, coalitions: Coalitions, players: list[int]) -> Values:
    """What the model is asked about: of each record every coalition with every baseline; first nobody, then all."""
    features = records.shape[1]
    nobody = np.zeros((1, len(players)), dtype=bool)
    keeps = np.ones((len(coalitions.members) + 2, features), dtype=bool)
    keeps[:, players] = np.concatenate((nobody, ~nobody, coalitions.members))
    made = np.where(keeps[None, :, None, :], records[:, None, None, :], baselines[None, None, :, :])
    return made.reshape(-1, features)


def attributed(scores: Numbers, records: int, baselines: int, coalitions: Coalitions, *, logit: bool) -> Numbers:
    """The players' shares, by record, class and player, from what the model says of the mixtures."""
    link = _logit if logit else np.asarray
    means = scores.reshape(records, len(coalitions.members) + 2, baselines, -1).mean(axis=2)
    worths = link(means).transpose(0, 2, 1)
    nothing, everything = worths[..., 0], worths[..., 1]
    return coalitions.shares(worths[..., 2:] - nothing[..., None], everything - nothing)


def _logit(shares: Numbers) -> Numbers:
    kept = np.clip(shares, NEAREST, 1 - NEAREST)
    return np.asarray(np.log(kept / (1 - kept)))
