"""Drift: where an analysis is worse than the one that is its baseline (constraint_violations.json).

A metric of bias is worse when it is further from 0 (Disparate Impact: from 1, which is where it is fair) than before,
and not by chance: when all of the interval that it lies in with 95 % confidence is. AWS describes it so: an interval by
the bootstrap's standard deviation (the normal bootstrap interval), and an alert if it is apart from what is allowed.
Attributions are worse when the nDCG of the features' order, by their importance before, is below 0.9.
"""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from penstock_image.layout import Json

SECTIONS = ("pre_training_bias_metrics", "post_training_bias_metrics")
FAIR = {"DI": 1.0}
LEAST = 0.9
CONFIDENT = 1.96  # standard deviations of a normal distribution, in which 95 % lie
Deviation = Callable[[str, str, str, str], float]  # of a section's facet, group and metric


def violations(analysis: Json, baseline: Json, deviation: Deviation) -> Iterator[Json]:
    for section in SECTIONS:
        yield from _bias(section, analysis.get(section) or {}, baseline.get(section) or {}, deviation)
    yield from _attributions(analysis.get("explanations") or {}, baseline.get("explanations") or {})


def _bias(section: str, here: Json, before: Json, deviation: Deviation) -> Iterator[Json]:
    known = {(facet, _key(shown), name): value for facet, shown, name, value in _metrics(before)}
    for facet, shown, name, value in _metrics(here):
        limit = known.get((facet, _key(shown), name))
        if value is None or limit is None:
            continue
        fair = FAIR.get(name, 0.0)
        further = abs(value - fair) - abs(limit - fair)
        if further > 0 and (math.isinf(further) or further > CONFIDENT * deviation(section, facet, shown, name)):
            yield {
                "facet": facet,
                "facet_value": _key(shown),
                "metric_name": name,
                "constraint_check_type": "bias_drift_check",
                "description": f"Value {value} does not meet the constraint requirement",
            }


def _metrics(section: Json) -> Iterator[tuple[str, str, str, float | None]]:
    """Facet, group, metric and value."""
    for facet, groups in section.get("facets", {}).items():
        for group in groups:
            for metric in group["metrics"]:
                yield facet, str(group["value_or_threshold"]), metric["name"], number(metric["value"])


def _key(shown: str) -> str:
    """What tells a group from others: of an interval its threshold."""
    return shown[1:].partition(",")[0] if shown.startswith("(") else shown


def number(value: Json) -> float | None:
    """A metric's value: infinity is written as text."""
    return None if value is None else float(value)


def _attributions(here: Json, before: Json) -> Iterator[Json]:
    for label, told in here.get("kernel_shap", {}).items():
        baseline = before.get("kernel_shap", {}).get(label)
        if baseline is None:
            continue
        score = gain(baseline["global_shap_values"], told["global_shap_values"])
        if score < LEAST:
            yield {
                "label": label,
                "metric_name": "shap",
                "constraint_check_type": "feature_attribution_drift_check",
                "description": f"Feature attribution drift {score} exceeds threshold {LEAST}",
            }


def gain(before: Mapping[str, float], here: Mapping[str, float]) -> float:
    """The normalized discounted cumulative gain of an order of features, by their importance before."""
    names = [name for name in before if name in here]
    importance = np.abs([before[name] for name in names])
    order = np.argsort([-abs(here[name]) for name in names], kind="stable")
    discounts = [1 / math.log2(place + 2) for place in range(len(names))]
    best = float(np.dot(np.sort(importance)[::-1], discounts))
    return float(np.dot(importance[order], discounts)) / best if best else 1.0
