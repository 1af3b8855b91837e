"""The configuration: analysis_config.json, as far as it is carried out. The rest is refused by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from penstock_image.clarify import bias
from penstock_image.failure import ClientError
from penstock_image.layout import Json

DATASET_TYPES = ("text/csv", "application/jsonlines", "application/json", "application/x-parquet")
AGGREGATIONS = ("mean_abs", "median", "mean_sq")
BIAS = {"pre_training_bias": bias.PRE_TRAINING, "post_training_bias": bias.POST_TRAINING}
TOP = {
    "version", "dataset_type", "dataset_uri", "headers", "label", "predicted_label", "features",
    "label_values_or_threshold", "probability_threshold", "facet", "facet_dataset_uri", "facet_headers",
    "predicted_label_dataset_uri", "predicted_label_headers", "excluded_columns", "joinsource_name_or_index",
    "group_variable", "methods", "predictor",
}  # fmt: skip
METHODS = {"pre_training_bias", "post_training_bias", "shap", "pdp", "report"}
SHAP = {
    "baseline", "num_clusters", "use_logit", "num_samples", "agg_method", "save_local_shap_values", "seed",
    "features_to_explain", "text_config",
}  # fmt: skip
PREDICTOR = {
    "endpoint_name", "endpoint_name_prefix", "model_name", "target_model", "instance_type", "initial_instance_count",
    "content_type", "accept_type", "label", "probability", "label_headers", "content_template", "record_template",
    "custom_attributes",
}  # fmt: skip
WHY = {
    "segment_config": "run one analysis for each segment",
    "time_series_data_config": "time series are not explained",
    "asymmetric_shapley_value": "time series are not explained",
    "time_series_predictor_config": "time series are not explained",
    "image_config": "images are not explained",
    "accelerator_type": "leave it out",
}


@dataclass(frozen=True)
class Configuration:
    document: Mapping[str, Json]

    @classmethod
    def at(cls, path: Path, analysis: str = "", model: str = "") -> "Configuration":
        """What a file says. Bias monitoring has no methods in its file: all of both kinds are meant.

        `model` is what predicts where the file does not say so. Raises `ClientError`.
        """
        try:
            document = json.loads(path.read_text())
        except (OSError, ValueError) as problem:
            raise ClientError(f"the analysis configuration {path} cannot be read: {problem}") from problem
        if not isinstance(document, dict):
            raise ClientError("analysis_config.json must be an object.")
        if analysis == "MODEL_BIAS":
            document.setdefault("methods", {name: {"methods": "all"} for name in BIAS})
        if model:
            document["predictor"] = {"model_name": model, **document.get("predictor", {})}
        _check(document)
        return cls(document)

    @cached_property
    def methods(self) -> dict[str, Json]:
        return {name: options or {} for name, options in self.document["methods"].items()}

    @property
    def predictor(self) -> dict[str, Json]:
        return self.document.get("predictor") or {}

    @property
    def dataset_type(self) -> str:
        return str(self.document.get("dataset_type", "text/csv")).lower()

    @property
    def facets(self) -> list[Json]:
        if not self.document.get("facet") or not self.document.get("label_values_or_threshold"):
            raise ClientError("bias needs facet and label_values_or_threshold in analysis_config.json.")
        facets: list[Json] = self.document["facet"]
        return facets

    @property
    def positive(self) -> list[Json]:
        values: list[Json] = self.document["label_values_or_threshold"]
        return values

    def metrics(self, method: str) -> list[str]:
        """The names of a method's metrics, as they are reported."""
        asked = self.methods[method].get("methods", "all")
        names = list(BIAS[method]) if asked in ("all", ["all"]) else [asked] if isinstance(asked, str) else asked
        if unknown := set(names) - set(BIAS[method]):
            raise ClientError(f"{method} has no metric {min(unknown)}; it has {', '.join(BIAS[method])}.")
        return sorted(names)


def _check(document: Mapping[str, Json]) -> None:
    _only(document, TOP, "analysis_config.json")
    if not document.get("methods"):
        raise ClientError("analysis_config.json has no methods.")
    methods = document["methods"]
    _only(methods, METHODS, "methods")
    _only(methods.get("shap") or {}, SHAP, "methods.shap")
    _only(document.get("predictor") or {}, PREDICTOR, "predictor")
    if (given := str(document.get("dataset_type", "text/csv")).lower()) not in DATASET_TYPES:
        raise ClientError(f"dataset_type must be one of {', '.join(DATASET_TYPES)}, not '{given}'.")
    if (aggregation := (methods.get("shap") or {}).get("agg_method", "mean_abs")) not in AGGREGATIONS:
        raise ClientError(f"agg_method must be one of {', '.join(AGGREGATIONS)}, not '{aggregation}'.")


def _only(given: Mapping[str, Json], known: set[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise ClientError(f"{name} in {where} is not supported: {WHY.get(name, 'it is not known')}.")
