"""Settings: what a job's environment variables ask for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from penstock_image.failure import ClientError
from penstock_image.layout import Json

ANALYSES = ("DATA_QUALITY", "MODEL_QUALITY", "MERGE")
FORMATLESS = ("MERGE", "")  # those which read captured lines, or as their configuration says
OF_BATCH = "BATCH_TRANSFORM_INPUT"  # what transform jobs have written is of any format, for all analyses
PROBLEMS = ("Regression", "BinaryClassification", "MulticlassClassification")
METHODS = ("LInfinity", "ChiSquared")
SWITCH = {"Enabled": True, "Disabled": False}


@dataclass(frozen=True)
class Settings:
    """An attribute is empty where its variable is not set."""

    source: Path
    output: Path
    analysis: str = "DATA_QUALITY"
    format: Json = None
    baseline_constraints: Path | None = None
    baseline_statistics: Path | None = None
    preprocessor: Path | None = None
    postprocessor: Path | None = None
    publish: bool = False
    categorical_drift: str = ""
    problem: str = ""
    inference: str = ""
    probability: str = ""
    probability_threshold: str = ""
    truth: str = ""
    truth_source: Path | None = None
    excluded: tuple[str, ...] = ()
    features: str = ""
    configuration: Path | None = None
    start: str = ""
    end: str = ""
    measured_at: str = ""
    endpoint: str = ""
    schedule: str = ""

    @classmethod
    def of(cls, variables: Mapping[str, str], analyses: tuple[str, ...] = ANALYSES) -> "Settings":
        """Of a program with these analyses, the first of which is meant where none is named.

        Raises `ClientError` where a variable is missing or says what cannot be meant.
        """
        analysis = _one_of(variables, "analysis_type", analyses, analyses[0])
        if variables.get("features_attribute") and analysis in ANALYSES:
            raise ClientError("features_attribute is not supported: pick the features in a record_preprocessor_script.")
        excluded = variables.get("exclude_features_attribute", "").split(",")
        return cls(
            source=Path(_needed(variables, "dataset_source")),
            output=Path(_needed(variables, "output_path")),
            analysis=analysis,
            format=_dataset_format(variables, analysis),
            baseline_constraints=_path(variables, "baseline_constraints"),
            baseline_statistics=_path(variables, "baseline_statistics"),
            preprocessor=_path(variables, "record_preprocessor_script"),
            postprocessor=_path(variables, "post_analytics_processor_script"),
            publish=SWITCH[_one_of(variables, "publish_cloudwatch_metrics", tuple(SWITCH), "Disabled")],
            categorical_drift=_one_of(variables, "categorical_drift_method", METHODS, ""),
            problem=_one_of(variables, "problem_type", PROBLEMS, ""),
            inference=variables.get("inference_attribute", ""),
            probability=variables.get("probability_attribute", ""),
            probability_threshold=variables.get("probability_threshold_attribute", ""),
            truth=variables.get("ground_truth_attribute", ""),
            truth_source=_path(variables, "ground_truth_source"),
            features=variables.get("features_attribute", ""),
            configuration=_path(variables, "analysis_config"),
            excluded=tuple(name.strip() for name in excluded if name.strip()),
            start=variables.get("start_time", ""),
            end=variables.get("end_time", ""),
            measured_at=variables.get("metric_time", ""),
            endpoint=variables.get("sagemaker_endpoint_name", ""),
            schedule=variables.get("sagemaker_monitoring_schedule_name", ""),
        )


def _needed(variables: Mapping[str, str], name: str) -> str:
    if not variables.get(name):
        raise ClientError(f"the environment variable {name} is missing.")
    return variables[name]


def _one_of(variables: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    value = variables.get(name) or default
    if value not in (*known, default):
        raise ClientError(f"{name} must be one of {', '.join(known)}, not '{value}'.")
    return value


def _path(variables: Mapping[str, str], name: str) -> Path | None:
    return Path(variables[name]) if variables.get(name) else None


def _dataset_format(variables: Mapping[str, str], analysis: str) -> Json:
    if not analysis or (analysis in FORMATLESS and variables.get("monitoring_input_type") != OF_BATCH):
        return None
    text = _needed(variables, "dataset_format")
    try:
        return json.loads(text)
    except ValueError as problem:
        raise ClientError(f"dataset_format is not JSON: {problem}") from problem
