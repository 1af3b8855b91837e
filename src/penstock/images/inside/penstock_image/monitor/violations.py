"""Violations: where a dataset is not what the constraints of a baseline ask for (constraint_violations.json).

What a feature's own `monitoring_config_overrides` say goes before the `monitoring_config` of all; what neither says is
as `suggesting.DEFAULTS` has it. Distances need the baseline's statistics: without them no distribution is compared.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import drift
from penstock_image.monitor.profile import Feature, Profile
from penstock_image.monitor.sketch import Distribution
from penstock_image.monitor.suggesting import DEFAULTS
from penstock_image.monitor.table import type_counts

OVERRIDES = ("monitoring_config_overrides", "monitoringConfigOverrides")
UNMET = "Value: {} does not meet the constraint requirement! "


@dataclass(frozen=True)
class Drift:
    """How far a feature is from its baseline. `measure` is a distance, or a likelihood, which counts downwards."""

    measure: float
    threshold: float
    is_likelihood: bool = False

    @property
    def is_violation(self) -> bool:
        return self.measure < self.threshold if self.is_likelihood else self.measure > self.threshold

    @property
    def description(self) -> str:
        if self.is_likelihood:
            return f"Chi-squared test: the probability {self.measure} is below the threshold: {self.threshold}"
        return f"Baseline drift distance: {self.measure} exceeds threshold: {self.threshold}"


@dataclass(frozen=True)
class Baseline:
    constraints: Json
    statistics: Json = None

    @classmethod
    def at(cls, constraints: Path, statistics: Path | None) -> "Baseline":
        return cls(document(constraints), document(statistics) if statistics else None)

    @cached_property
    def expected(self) -> dict[str, Json]:
        return {feature["name"]: feature for feature in self.constraints.get("features", ())}

    @cached_property
    def seen(self) -> dict[str, Json]:
        return {feature["name"]: feature for feature in (self.statistics or {}).get("features", ())}

    def config(self, name: str) -> Json:
        """What holds for a feature."""
        config = _merged(DEFAULTS, self.constraints.get("monitoring_config") or {})
        feature = self.expected.get(name, {})
        for place in (feature, feature.get("num_constraints") or {}, feature.get("string_constraints") or {}):
            for member in OVERRIDES:
                config = _merged(config, place.get(member) or {})
        return config


def document(path: Path) -> Json:
    """One of a baseline's files. Its path may be that of the folder which holds it alone."""
    try:
        place = path if path.is_file() else next(iter(sorted(path.glob("*.json"))), path)
        return json.loads(place.read_text())
    except (OSError, ValueError) as problem:
        raise ClientError(f"the baseline file {path} cannot be read: {problem}") from problem


def _merged(under: Mapping[str, Json], over: Mapping[str, Json]) -> dict[str, Json]:
    both = {**under, **over}
    inner = "distribution_constraints"
    both[inner] = {**(under.get(inner) or {}), **(over.get(inner) or {})}
    return both


def found(profile: Profile, baseline: Baseline) -> Iterator[Json]:
    """Every violation, those of the table first, then feature by feature in the baseline's order."""
    if baseline.config("")["evaluate_constraints"] != "Enabled":
        return
    features = {feature.name: feature for feature in profile.features}
    looked_at = {name: each for name, each in baseline.expected.items() if name not in profile.table.excluded}
    yield from _columns(len(features), len(looked_at))
    for name, expected in looked_at.items():
        feature, config = features.get(name), baseline.config(name)
        if feature is not None and config["evaluate_constraints"] == "Enabled":
            yield from _of_feature(profile, feature, expected, config)
            distance = drifted(feature, baseline)
            if distance is not None and distance.is_violation:
                yield _violation(name, "baseline_drift_check", distance.description)


def _violation(feature: str, check: str, description: str) -> Json:
    return {"feature_name": feature, "constraint_check_type": check, "description": description}


def _columns(here: int, wanted: int) -> Iterator[Json]:
    if here == wanted:
        return
    which, check = ("missing", "missing_column_check") if here < wanted else ("extra", "extra_column_check")
    yield _violation(
        f"{which.capitalize()} columns",
        check,
        f"There are {which} columns in current dataset. Number of columns in current dataset: {here}, "
        f"Number of columns in baseline constraints: {wanted}",
    )


def _of_feature(profile: Profile, feature: Feature, expected: Json, config: Json) -> Iterator[Json]:
    matched, threshold = _matching(profile, feature, expected["inferred_type"]), config["datatype_check_threshold"]
    if matched < threshold:
        yield _violation(
            feature.name,
            "data_type_check",
            f"Data type match requirement is not met. Expected data type: {expected['inferred_type']}, Expected match: "
            f"{threshold * 100}%. Observed: Only {matched * 100}% of data is {expected['inferred_type']}.",
        )
    if feature.completeness < expected.get("completeness", 0.0):
        yield _violation(feature.name, "completeness_check", UNMET.format(feature.completeness))
    domain = (expected.get("string_constraints") or {}).get("domains")
    if domain and feature.categories is not None and feature.rows:
        known = sum(count for value, count in feature.categories.items() if value in set(domain))
        share = (known + feature.rows - feature.present) / feature.rows  # what is missing is not unknown
        if share < config["domain_content_threshold"]:
            yield _violation(feature.name, "categorical_values_check", UNMET.format(share))


def _matching(profile: Profile, feature: Feature, expected: str) -> float:
    """The share of a feature's values that are of a type; a whole number is a fractional one, too."""
    if "Unknown" in (expected, feature.type) or feature.type == expected:
        return 1.0
    if (expected, feature.type) == ("Fractional", "Integral"):
        return 1.0
    counts = type_counts(profile.table, feature.column)
    matched = counts.get(expected, 0) + (counts["Integral"] if expected == "Fractional" else 0)
    return matched / sum(counts.values())


def drifted(feature: Feature, baseline: Baseline) -> Drift | None:
    """How far a feature is from its baseline; None if that cannot be said, or need not be."""
    config = baseline.config(feature.name)["distribution_constraints"]
    before = baseline.seen.get(feature.name)
    if before is None or config["perform_comparison"] != "Enabled" or not feature.present:
        return None
    robust = str(config["comparison_method"]).lower().endswith("robust")
    if feature.numbers is not None:
        one = _distribution(before)
        if one is None or not feature.numbers.count:
            return None
        other = Distribution.of(feature.numbers.sketch.levels)
        return Drift(drift.of_numbers(one, other, robust=robust), config["comparison_threshold"])
    categories = _categories(before)
    if not categories or not feature.categories:
        return None
    threshold = config["categorical_comparison_threshold"]
    if config["categorical_drift_method"] == "ChiSquared":
        return Drift(drift.likelihood(categories, feature.categories), threshold, is_likelihood=True)
    return Drift(drift.of_categories(categories, feature.categories, robust=robust), threshold)


def _distribution(before: Json) -> Distribution | None:
    kll = before.get("numerical_statistics", {}).get("distribution", {}).get("kll", {})
    levels = kll.get("sketch", {}).get("data")
    return Distribution.of([np.array(level, dtype=float) for level in levels]) if levels and any(levels) else None


def _categories(before: Json) -> dict[str, int]:
    distribution = before.get("string_statistics", {}).get("distribution", {})
    buckets = distribution.get("categorical", {}).get("buckets", ())
    return {bucket["value"]: bucket["count"] for bucket in buckets}
