"""Publishing: what was measured, as CloudWatch metrics.

    aws/sagemaker/Endpoints/data-metrics     feature_data_X   feature_non_null_X   feature_baseline_drift_X
    aws/sagemaker/Endpoints/model-metrics    each score, by its name

The dimensions are Endpoint and MonitoringSchedule, as far as the job knows them; what belongs to no endpoint goes to
`aws/sagemaker/ModelMonitoring/…`.
"""

import importlib
from collections.abc import Iterator

from penstock_image.layout import Json
from penstock_image.monitor import violations
from penstock_image.monitor.profile import Profile
from penstock_image.monitor.settings import Settings
from penstock_image.monitor.suggesting import DEFAULTS
from penstock_image.monitor.violations import Baseline

AT_ONCE = 500  # metrics in a request


def of_data(profile: Profile, baseline: Baseline | None) -> Iterator[Json]:
    """The metrics of each feature whose constraints do not say otherwise."""
    for feature in profile.features:
        config = baseline.config(feature.name) if baseline is not None else DEFAULTS
        if config["emit_metrics"] != "Enabled":
            continue
        if feature.numbers is not None and feature.numbers.count:
            numbers = feature.numbers
            told = {"SampleCount": numbers.count, "Sum": numbers.sum, "Minimum": numbers.low, "Maximum": numbers.high}
            yield {"MetricName": f"feature_data_{feature.name}", "StatisticValues": told}
        yield {"MetricName": f"feature_non_null_{feature.name}", "Value": feature.completeness}
        distance = violations.drifted(feature, baseline) if baseline is not None else None
        if distance is not None:
            yield {"MetricName": f"feature_baseline_drift_{feature.name}", "Value": distance.measure}


def of_model(values: dict[str, Json]) -> Iterator[Json]:
    """The scores that are numbers."""
    for name, score in values.items():
        if score["value"] != "NaN":
            yield {"MetricName": name, "Value": score["value"]}


def publish(metrics: Iterator[Json], kind: str, settings: Settings) -> None:
    """Send the metrics, with dimensions of their own if they have any; `kind` is what the namespace is called by."""
    known = {"Endpoint": settings.endpoint, "MonitoringSchedule": settings.schedule}
    dimensions = [{"Name": name, "Value": value} for name, value in known.items() if value]
    at = {"Timestamp": settings.measured_at} if settings.measured_at else {}
    made = [{**metric, **at, "Dimensions": [*dimensions, *metric.get("Dimensions", ())]} for metric in metrics]
    cloudwatch = importlib.import_module("boto3").client("cloudwatch")
    for first in range(0, len(made), AT_ONCE):
        where = "Endpoints" if settings.endpoint else "ModelMonitoring"
        cloudwatch.put_metric_data(
            Namespace=f"aws/sagemaker/{where}/{kind}-metrics", MetricData=made[first : first + AT_ONCE]
        )
