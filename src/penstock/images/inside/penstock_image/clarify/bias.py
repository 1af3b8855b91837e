"""Bias: AWS's metrics of a group in data and in a model's answers, each by its documented formula.

`a` is everybody else, `d` the sensitive group; 1 is the positive outcome, a hat means predicted. A share of nothing is
0, as on AWS; something of nothing is infinite. What cannot be told raises `Untold`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
NEIGHBOURS, FEW = 5, 10  # of so few records only the nearest neighbour is asked
SAMPLES = 200


class Untold(Exception):
    """A metric has no value here; the text says why."""


@dataclass(frozen=True)
class Counts:
    """Of one group: how many there are, are positive, and are predicted to be."""

    all: int
    positive: int
    predicted: int
    both: int

    @property
    def negative(self) -> int:
        return self.all - self.positive

    @property
    def rejected(self) -> int:
        """Predicted negatives."""
        return self.all - self.predicted

    @property
    def false_positive(self) -> int:
        return self.predicted - self.both

    @property
    def false_negative(self) -> int:
        return self.positive - self.both

    @property
    def true_negative(self) -> int:
        return self.negative - self.false_positive


@dataclass(frozen=True)
class Groups:
    """The records, split by a facet. `strata` is the group variable; `neighbours` is what the nearest in the other
    group are told, of each record, where records are alike by numbers (`neighbours_of`)."""

    sensitive: Mask
    positive: Mask
    predicted: Mask | None = None
    strata: npt.NDArray[Any] | None = None
    neighbours: Mask | None = None

    @cached_property
    def a(self) -> Counts:
        return self._counts(~self.sensitive)

    @cached_property
    def d(self) -> Counts:
        return self._counts(self.sensitive)

    @property
    def answers(self) -> Mask:
        if self.predicted is None:
            raise Untold("There are no predicted labels.")
        return self.predicted

    def drawn(self, places: npt.NDArray[np.int_]) -> "Groups":
        """The same of a sample of the records."""
        columns = (self.sensitive, self.positive, self.predicted, self.strata, self.neighbours)
        return Groups(*(None if column is None else column[places] for column in columns))  # type: ignore[arg-type]

    def _counts(self, group: Mask) -> Counts:
        predicted = self.positive if self.predicted is None else self.predicted
        masks = (group, group & self.positive, group & predicted, group & self.positive & predicted)
        return Counts(*(int(mask.sum()) for mask in masks))


Metric = Callable[[Groups], float]


def ratio(part: float, whole: float) -> float:
    if whole:
        return part / whole
    return math.inf if part else 0.0


def difference(one: float, other: float) -> float:
    return 0.0 if one == other else one - other


def imbalance(groups: Groups) -> float:
    return (groups.a.all - groups.d.all) / len(groups.sensitive)


def _shares(groups: Groups) -> tuple[Numbers, Numbers]:
    """The distribution of outcomes in both groups."""
    shares = (group.positive / group.all for group in (groups.a, groups.d))
    a, d = (np.array([1 - share, share]) for share in shares)
    return a, d


def _divergence(one: Numbers, other: Numbers) -> float:
    pairs = [(p, q) for p, q in zip(one, other, strict=True) if p]
    return math.inf if any(not q for _, q in pairs) else float(sum(p * math.log(p / q) for p, q in pairs))


def kullback_leibler(groups: Groups) -> float:
    return _divergence(*_shares(groups))


def jensen_shannon(groups: Groups) -> float:
    a, d = _shares(groups)
    return (_divergence(a, (a + d) / 2) + _divergence(d, (a + d) / 2)) / 2


def _norm(order: float) -> Metric:
    return lambda groups: float(np.linalg.norm(np.subtract(*_shares(groups)), order))


def _disparity(groups: Groups, outcome: Mask) -> float:
    """How much larger the group's share of rejections is than its share of acceptances, stratum by stratum."""
    if groups.strata is None:
        raise Untold("Group variable is empty or not provided")
    if outcome.all() or not outcome.any():
        raise Untold(f"No {'negative' if outcome.all() else 'positive'} labels in set")
    whole = 0.0
    for stratum in set(groups.strata.tolist()):
        inside = groups.strata == stratum
        accepted, rejected = inside & outcome, inside & ~outcome
        of_rejected, of_accepted = (_share(groups.sensitive, each) for each in (rejected, accepted))
        whole += int(inside.sum()) * (of_rejected - of_accepted)
    return whole / len(groups.sensitive)


def _share(group: Mask, within: Mask) -> float:
    return ratio(int((group & within).sum()), int(within.sum()))


def neighbours_of(sensitive: Mask, answers: Mask, features: Numbers) -> Mask:
    """Whether the nearest neighbours in the other group are told yes, of each record of the sensitive one."""
    found = np.zeros(len(sensitive), dtype=bool)
    if sensitive.any() and not sensitive.all():
        nearest = min(NEIGHBOURS if (~sensitive).sum() > FEW else 1, int((~sensitive).sum()))
        _, places = cKDTree(features[~sensitive]).query(features[sensitive], k=[*range(1, nearest + 1)])
        found[sensitive] = answers[~sensitive][places].mean(axis=1) > 0.5
    return found


def flip_test(groups: Groups) -> float:
    """What the nearest neighbours in the other group are told instead."""
    if groups.neighbours is None:
        raise Untold("FlipTest does not support non-numeric columns")
    instead, actual = groups.neighbours[groups.sensitive], groups.answers[groups.sensitive]
    return float((instead & ~actual).sum() - (~instead & actual).sum()) / int(groups.sensitive.sum())


def generalized_entropy(groups: Groups) -> float:
    benefits = groups.answers.astype(float) - groups.positive + 1
    if not benefits.any():
        raise Untold("All predicted labels are false negatives.")
    return float(((benefits / benefits.mean()) ** 2 - 1).mean() / 2)


def between(of: Callable[[Counts], float], *, d_first: bool = False) -> Metric:
    """A difference between the two groups."""

    def told(groups: Groups) -> float:
        a, d = of(groups.a), of(groups.d)
        return difference(d, a) if d_first else difference(a, d)

    return told


PRE_TRAINING: Mapping[str, tuple[str, Metric]] = {
    "CDDL": (
        "Conditional Demographic Disparity in Labels (CDDL)", lambda groups: _disparity(groups, groups.positive),
    ),
    "CI": ("Class Imbalance (CI)", imbalance),
    "DPL": (
        "Difference in Positive Proportions in Labels (DPL)", between(lambda group: group.positive / group.all),
    ),
    "JS": ("Jensen-Shannon Divergence (JS)", jensen_shannon),
    "KL": ("Kullback-Liebler Divergence (KL)", kullback_leibler),
    "KS": ("Kolmogorov-Smirnov Distance (KS)", _norm(math.inf)),
    "LP": ("L-p Norm (LP)", _norm(2)),
    "TVD": ("Total Variation Distance (TVD)", lambda groups: _norm(1)(groups) / 2),
}  # fmt: skip
POST_TRAINING: Mapping[str, tuple[str, Metric]] = {
    "AD": (
        "Accuracy Difference (AD)", between(lambda group: ratio(group.both + group.true_negative, group.all)),
    ),
    "CDDPL": (
        "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
        lambda groups: _disparity(groups, groups.answers),
    ),
    "DAR": ("Difference in Acceptance Rates (DAR)", between(lambda group: ratio(group.both, group.predicted))),
    "DCA": (
        "Difference in Conditional Acceptance (DCA)", between(lambda group: ratio(group.positive, group.predicted)),
    ),
    "DCR": (
        "Difference in Conditional Rejection (DCR)",
        between(lambda group: ratio(group.negative, group.rejected), d_first=True),
    ),
    "DI": (
        "Disparate Impact (DI)",
        lambda groups: ratio(groups.d.predicted / groups.d.all, groups.a.predicted / groups.a.all),
    ),
    "DPPL": (
        "Difference in Positive Proportions in Predicted Labels (DPPL)",
        between(lambda group: group.predicted / group.all),
    ),
    "DRR": (
        "Difference in Rejection Rates (DRR)",
        between(lambda group: ratio(group.true_negative, group.rejected), d_first=True),
    ),
    "FT": ("Flip Test (FT)", flip_test),
    "GE": ("Generalized Entropy (GE)", generalized_entropy),
    "RD": ("Recall Difference (RD)", between(lambda group: ratio(group.both, group.positive))),
    "SD": (
        "Specificity Difference (SD)",
        between(lambda group: ratio(group.true_negative, group.negative), d_first=True),
    ),
    "TE": (
        "Treatment Equality (TE)",
        between(lambda group: ratio(group.false_negative, group.false_positive), d_first=True),
    ),
}  # fmt: skip


def deviations(metrics: Mapping[str, tuple[str, Metric]], groups: Groups) -> dict[str, float]:
    """The standard deviation of each metric over samples of the records, drawn with replacement; the same each time.

    Samples in which a metric has no finite value are left out; of too few of them nothing is known, which is infinite.
    """
    chance, whole = np.random.default_rng(0), len(groups.sensitive)
    found: dict[str, list[float]] = {name: [] for name in metrics}
    for _ in range(SAMPLES):
        sample = groups.drawn(chance.integers(whole, size=whole))
        for name, (_, metric) in metrics.items():
            found[name] += _finite(metric, sample)
    return {
        name: float(np.std(told, ddof=1)) if len(told) >= SAMPLES // 2 else math.inf for name, told in found.items()
    }


def _finite(metric: Metric, groups: Groups) -> list[float]:
    try:
        told = value(metric, groups)
    except Untold:
        return []
    return [told] if math.isfinite(told) else []


def value(metric: Metric, groups: Groups) -> float:
    """Raises `Untold`."""
    if not groups.d.all:
        raise Untold("Facet set is empty")
    if not groups.a.all:
        raise Untold("Negated Facet set is empty")
    return metric(groups)
