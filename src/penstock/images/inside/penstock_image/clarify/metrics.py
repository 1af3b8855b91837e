"""Metrics: an analysis in CloudWatch.

…/bias-metrics              bias_metric_CI              Facet, FacetValue, BiasStage, Label, LabelValue
…/explainability-metrics    feature_X, ExpectedValue    ExplainabilityMethod, Label, ValueType
"""

import math
from collections.abc import Iterator, Mapping

from penstock_image.clarify.drift import number
from penstock_image.layout import Json

STAGES = {"pre_training_bias_metrics": "Pre-training", "post_training_bias_metrics": "Post-Training"}
INFINITE = 2.348543e108  # what AWS publishes instead


def of_bias(analysis: Json) -> Iterator[Json]:
    for section, stage in STAGES.items():
        told = analysis.get(section) or {}
        for facet, groups in told.get("facets", {}).items():
            for group in groups:
                about = {
                    "Facet": facet, "FacetValue": group["value_or_threshold"], "BiasStage": stage,
                    "Label": told["label"], "LabelValue": told["label_value_or_threshold"],
                }  # fmt: skip
                for metric in group["metrics"]:
                    value = number(metric["value"])
                    if value is not None:
                        finite = math.copysign(INFINITE, value) if math.isinf(value) else value
                        yield _metric(f"bias_metric_{metric['name']}", finite, about)


def of_attributions(analysis: Json) -> Iterator[Json]:
    for label, told in (analysis.get("explanations") or {}).get("kernel_shap", {}).items():
        about = {"ExplainabilityMethod": "KernelShap", "Label": label}
        for feature, value in told["global_shap_values"].items():
            yield _metric(f"feature_{feature}", value, {**about, "ValueType": "GlobalShapValues"})
        yield _metric("ExpectedValue", told["expected_value"], {**about, "ValueType": "ExpectedValue"})


def _metric(name: str, value: float, about: Mapping[str, str]) -> Json:
    dimensions = [{"Name": key, "Value": str(text)} for key, text in about.items() if str(text)]
    return {"MetricName": name, "Value": value, "Dimensions": dimensions}
