"""Rows: executions and changes of alerts, in tables of their own: lists filter and sort them by what they are about."""

from collections.abc import Mapping
from typing import Final

from penstock.engine.facts import RunId
from penstock.services.sagemaker.monitoring.model import OVER, Json, Plan, State
from penstock.store import pages
from penstock.store.database import Row, Transaction, Value
from penstock.wire.call import Scope

_KEEP: Final = """
    INSERT INTO monitoring_execution (run, account, region, schedule, endpoint, definition, type, status, reason, job,
        scheduled_at, created_at, modified_at)
    VALUES (:run, :account, :region, :schedule, :endpoint, :definition, :type, :status, :reason, :job,
        :scheduled_at, :created_at, :modified_at)
    ON CONFLICT (run) DO UPDATE SET status = excluded.status, reason = excluded.reason, job = excluded.job,
        modified_at = excluded.modified_at
"""
# A job that is asked to stop says so itself; its execution hears of its end.
_STATUS: Final = """
    CASE WHEN execution.status = 'InProgress' AND job.status = 'Stopping' THEN 'Stopping' ELSE execution.status END
"""
_LATEST: Final = f"""
    SELECT status FROM monitoring_execution
    WHERE account = :account AND region = :region AND schedule = :schedule
        AND status IN ({", ".join(f"'{status}'" for status in sorted(OVER))})
    ORDER BY created_at DESC, run DESC LIMIT :limit
"""  # noqa: S608 - the statuses are ours
_FILTERS: Final[Mapping[str, str]] = {
    "MonitoringScheduleName": "execution.schedule = :MonitoringScheduleName",
    "EndpointName": "execution.endpoint = :EndpointName",
    "MonitoringJobDefinitionName": "execution.definition = :MonitoringJobDefinitionName",
    "MonitoringTypeEquals": "execution.type = :MonitoringTypeEquals",
    "StatusEquals": f"{_STATUS} = :StatusEquals",
    "ScheduledTimeBefore": "execution.scheduled_at < :ScheduledTimeBefore",
    "ScheduledTimeAfter": "execution.scheduled_at > :ScheduledTimeAfter",
    "CreationTimeBefore": "execution.created_at < :CreationTimeBefore",
    "CreationTimeAfter": "execution.created_at > :CreationTimeAfter",
    "LastModifiedTimeBefore": "execution.modified_at < :LastModifiedTimeBefore",
    "LastModifiedTimeAfter": "execution.modified_at > :LastModifiedTimeAfter",
}
_SORTED_BY: Final[Mapping[str, str]] = {
    "CreationTime": "execution.created_at",
    "ScheduledTime": "execution.scheduled_at",
    "Status": _STATUS,
}
_CHANGE: Final = """
    INSERT INTO monitoring_alert_change (account, region, schedule, alert, status, at)
    VALUES (:account, :region, :schedule, :alert, :status, :at)
"""
_CHANGE_FILTERS: Final[Mapping[str, str]] = {
    "MonitoringScheduleName": "schedule = :MonitoringScheduleName",
    "MonitoringAlertName": "alert = :MonitoringAlertName",
    "StatusEquals": "status = :StatusEquals",
    "CreationTimeBefore": "at < :CreationTimeBefore",
    "CreationTimeAfter": "at > :CreationTimeAfter",
}
_CHANGES_SORTED_BY: Final[Mapping[str, str]] = {"CreationTime": "at", "Status": "status"}
PAGE: Final = 10
CHANGES: Final = 100  # on a page

Page = tuple[list[dict[str, Json]], str | None]


def keep(tx: Transaction, run: RunId, scope: Scope, plan: Plan, state: State) -> None:
    """Keep an execution as it is now."""
    tx.changed(
        _KEEP, run=run, account=scope.account, region=scope.region, schedule=plan.schedule, endpoint=plan.endpoint,
        definition=plan.definition_name, type=plan.type, status=state.status, reason=state.reason, job=state.latest_job,
        scheduled_at=plan.scheduled_at, created_at=plan.created_at, modified_at=state.modified_at,
    )  # fmt: skip


def latest(tx: Transaction, scope: Scope, schedule: str, count: int) -> list[str]:
    """The statuses of a schedule's executions that are over, the latest first."""
    found = tx.rows(_LATEST, account=scope.account, region=scope.region, schedule=schedule, limit=count)
    return [str(status) for (status,) in found]


def executions(tx: Transaction, scope: Scope, request: Mapping[str, Json]) -> Page:
    """One page of executions, as ListMonitoringExecutions tells them."""
    what = f"""
        {_STATUS}, execution.schedule, execution.endpoint, execution.definition, execution.type, execution.reason,
        execution.job, execution.scheduled_at, execution.created_at, execution.modified_at
        FROM monitoring_execution AS execution
        LEFT JOIN document AS job ON job.arn = execution.job AND job.arn <> ''
    """
    wanted = pages.Wanted(
        what, scoped(request, _FILTERS, "execution."), _SORTED_BY[request.get("SortBy", "CreationTime")],
        "execution.run", request.get("SortOrder") != "Ascending", request.get("MaxResults", PAGE),
        request.get("NextToken"), filters(scope, request, _FILTERS),
    )  # fmt: skip
    found, token = pages.cut(tx, wanted)
    return [_execution(row) for row in found], token


def change(tx: Transaction, scope: Scope, schedule: str, alert: Mapping[str, Json]) -> None:
    """Keep that an alert has come to another status."""
    tx.changed(
        _CHANGE, account=scope.account, region=scope.region, schedule=schedule, alert=alert["MonitoringAlertName"],
        status=alert["AlertStatus"], at=alert["LastModifiedTime"],
    )  # fmt: skip


def changes(tx: Transaction, scope: Scope, request: Mapping[str, Json]) -> Page:
    """One page of changes, as ListMonitoringAlertHistory tells them."""
    wanted = pages.Wanted(
        "schedule, alert, status, at FROM monitoring_alert_change", scoped(request, _CHANGE_FILTERS),
        _CHANGES_SORTED_BY[request.get("SortBy", "CreationTime")], "place", request.get("SortOrder") != "Ascending",
        request.get("MaxResults", CHANGES), request.get("NextToken"), filters(scope, request, _CHANGE_FILTERS),
    )  # fmt: skip
    found, token = pages.cut(tx, wanted)
    members = ("MonitoringScheduleName", "MonitoringAlertName", "AlertStatus", "CreationTime")
    return [dict(zip(members, row, strict=True)) for row in found], token


def scoped(request: Mapping[str, Json], known: Mapping[str, str], table: str = "") -> list[str]:
    """The conditions of a request."""
    conditions = [condition for member, condition in known.items() if member in request]
    return [f"{table}account = :account", f"{table}region = :region", *conditions]


def filters(scope: Scope, request: Mapping[str, Json], known: Mapping[str, str]) -> dict[str, Value]:
    """… and their values."""
    given = {member: request[member] for member in known if member in request}
    return {"account": scope.account, "region": scope.region, **given}


def _execution(row: Row) -> dict[str, Json]:
    status, schedule, endpoint, definition, kind, reason, job, scheduled_at, created_at, modified_at = row
    optional = {
        "ProcessingJobArn": job,
        "EndpointName": endpoint,
        "FailureReason": reason,
        "MonitoringJobDefinitionName": definition,
    }
    return {
        "MonitoringScheduleName": schedule,
        "ScheduledTime": scheduled_at,
        "CreationTime": created_at,
        "LastModifiedTime": modified_at,
        "MonitoringExecutionStatus": status,
        "MonitoringType": kind,
        **{member: value for member, value in optional.items() if value},
    }
