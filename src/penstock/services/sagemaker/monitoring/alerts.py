"""Alerts: a schedule is in alert when so many of its latest executions failed or found violations. Pure."""

from collections.abc import Sequence
from typing import Any, Final

Json = Any
ALERT: Final = "_Alert"  # a member of a schedule's document that is not told
NAME: Final = "MonitoringAlert"  # AWS gives each schedule one alert, and names it
BAD: Final = frozenset({"CompletedWithViolations", "Failed"})


def first(at: float) -> dict[str, Json]:
    """The alert of a new schedule."""
    return {
        "MonitoringAlertName": NAME,
        "CreationTime": at,
        "LastModifiedTime": at,
        "AlertStatus": "OK",
        "DatapointsToAlert": 1,
        "EvaluationPeriod": 1,
        "Actions": {"ModelDashboardIndicator": {"Enabled": True}},
    }


def judged(alert: dict[str, Json], latest: Sequence[str], at: float) -> dict[str, Json]:
    """The alert after an execution; `latest` are the statuses of those that are over, the latest first."""
    bad = sum(status in BAD for status in latest[: alert["EvaluationPeriod"]])
    status = "InAlert" if bad >= alert["DatapointsToAlert"] else "OK"
    return alert if status == alert["AlertStatus"] else {**alert, "AlertStatus": status, "LastModifiedTime": at}
