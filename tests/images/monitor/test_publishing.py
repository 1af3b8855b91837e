"""What the analyzer tells CloudWatch."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from images.monitor.analysis import Analysis, Json, column
from images.monitor.test_model_quality import REGRESSION

WATCHED = {
    "publish_cloudwatch_metrics": "Enabled", "sagemaker_endpoint_name": "ep",
    "sagemaker_monitoring_schedule_name": "hourly", "metric_time": "2026-11-26T10:00:00Z",
}  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """The requests that CloudWatch gets."""
    requests: list[Json] = []

    def client(service: str) -> Any:
        assert service == "cloudwatch"
        return SimpleNamespace(put_metric_data=lambda **request: requests.append(request))

    monkeypatch.setitem(sys.modules, "boto3", SimpleNamespace(client=client))
    return requests


def test_the_metrics_of_data_are_awss(analysis: Analysis, told: list[Json]) -> None:
    baseline = analysis.table("baseline", column("x", range(1000)))

    analysis.table("now", column("x", range(500)), **baseline.as_baseline, **WATCHED)

    (request,) = told
    assert request["Namespace"] == "aws/sagemaker/Endpoints/data-metrics"
    metrics = {each["MetricName"]: each for each in request["MetricData"]}
    assert metrics["feature_data_x"]["StatisticValues"] == {
        "SampleCount": 500, "Sum": 124_750.0, "Minimum": 0.0, "Maximum": 499.0,
    }  # fmt: skip
    assert metrics["feature_non_null_x"]["Value"] == 1.0
    assert metrics["feature_baseline_drift_x"]["Value"] == pytest.approx(0.5 - 1.8 * (1500 / 500_000) ** 0.5, abs=0.002)
    assert metrics["feature_non_null_x"]["Dimensions"] == [
        {"Name": "Endpoint", "Value": "ep"}, {"Name": "MonitoringSchedule", "Value": "hourly"},
    ]  # fmt: skip
    assert metrics["feature_non_null_x"]["Timestamp"] == "2026-11-26T10:00:00Z"


def test_scores_of_a_batch_go_to_the_monitors_own_namespace(analysis: Analysis, told: list[Json]) -> None:
    watched = {**WATCHED, "sagemaker_endpoint_name": ""}

    analysis.table("line", "said,label\n1,2\n2,2\n3,5\n", **REGRESSION, **watched)

    (request,) = told
    assert request["Namespace"] == "aws/sagemaker/ModelMonitoring/model-metrics"
    assert {each["MetricName"] for each in request["MetricData"]} == {"mae", "mse", "rmse", "r2"}
    assert request["MetricData"][0]["Dimensions"] == [{"Name": "MonitoringSchedule", "Value": "hourly"}]


def test_nothing_is_told_unless_it_is_asked_for(analysis: Analysis, told: list[Json]) -> None:
    analysis.table("plain", column("x", [1, 2]))
    analysis.table("off", column("x", [1, 2]), publish_cloudwatch_metrics="Disabled")

    assert told == []
