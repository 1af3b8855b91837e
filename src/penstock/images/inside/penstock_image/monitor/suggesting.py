"""Suggesting: the constraints that a dataset holds itself to, for those that come after it (constraints.json)."""

from penstock_image.layout import Json
from penstock_image.monitor.profile import Feature, Profile

DEFAULTS = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Robust",
        "categorical_comparison_threshold": 0.1,
        "categorical_drift_method": "LInfinity",
    },
}
LARGEST_DOMAIN = 100
MOST_UNIQUE = 0.1  # of a domain's values may occur once only, or it is no domain


def constraints(profile: Profile, categorical_drift: str = "") -> Json:
    """What constraints.json holds; `categorical_drift` is the method that the job asks for, if any."""
    distribution = {**DEFAULTS["distribution_constraints"]}  # type: ignore[dict-item]
    if categorical_drift:
        distribution["categorical_drift_method"] = categorical_drift
    return {
        "version": 0.0,
        "features": [_of(feature) for feature in profile.features],
        "monitoring_config": {**DEFAULTS, "distribution_constraints": distribution},
    }


def _of(feature: Feature) -> Json:
    told: Json = {"name": feature.name, "inferred_type": feature.type, "completeness": feature.completeness}
    if feature.numbers is not None and feature.numbers.count:
        told["num_constraints"] = {"is_non_negative": feature.numbers.low >= 0}
    if feature.type == "String" and (domain := _domain(feature.categories or {})):
        told["string_constraints"] = {"domains": domain}
    return told


def _domain(categories: dict[str, int]) -> list[str]:
    """The values of a column that has few, most of which occur again and again; else none."""
    unique = sum(count == 1 for count in categories.values())
    if len(categories) > LARGEST_DOMAIN or unique > MOST_UNIQUE * len(categories):
        return []
    return list(categories)
