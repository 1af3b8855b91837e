"""Operations on what schedules have led to: executions, and alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.sagemaker.monitoring import alerts, rows
from penstock.services.sagemaker.monitoring.api import found
from penstock.services.sagemaker.monitoring.model import ResourceNotFound
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class MonitoringHistory:
    """Operations on executions and alerts."""

    database: Database
    clock: Callable[[], float]
    service = "sagemaker"

    @operation("ListMonitoringExecutions")
    async def executions(self, call: Call, request: shapes.ListMonitoringExecutionsRequest) -> Answer:
        found, token = await self.database.read(lambda tx: rows.executions(tx, call.scope, request))
        return {"MonitoringExecutionSummaries": found} | pages.onward(token)

    @operation("ListMonitoringAlerts")
    async def alerts(self, call: Call, request: shapes.ListMonitoringAlertsRequest) -> Answer:
        schedule = await self.database.read(lambda tx: found(tx, call.scope, request["MonitoringScheduleName"]))
        return {"MonitoringAlertSummaries": [schedule.body[alerts.ALERT]]}  # a schedule has one: there is no next page

    @operation("UpdateMonitoringAlert")
    async def update(self, call: Call, request: shapes.UpdateMonitoringAlertRequest) -> Answer:
        points, period, name = request["DatapointsToAlert"], request["EvaluationPeriod"], request["MonitoringAlertName"]
        at = self.clock()
        if points > period:
            raise ValidationError(f"DatapointsToAlert ({points}) must not be more than EvaluationPeriod ({period}).")

        def change(tx: Transaction) -> str:
            schedule = found(tx, call.scope, request["MonitoringScheduleName"])
            alert: Json = schedule.body[alerts.ALERT]
            if alert["MonitoringAlertName"] != name:
                raise ResourceNotFound(f"Monitoring schedule {schedule.arn} has no alert {name}.")
            alert = {**alert, "DatapointsToAlert": points, "EvaluationPeriod": period, "LastModifiedTime": at}
            documents.update(tx, schedule.changed(schedule.modified_at, **{alerts.ALERT: alert}))
            return schedule.arn

        arn = await self.database.write(change)
        return {"MonitoringScheduleArn": arn, "MonitoringAlertName": name}

    @operation("ListMonitoringAlertHistory")
    async def changes(self, call: Call, request: shapes.ListMonitoringAlertHistoryRequest) -> Answer:
        def look(tx: Transaction) -> rows.Page:
            if "MonitoringScheduleName" in request:
                found(tx, call.scope, request["MonitoringScheduleName"])
            return rows.changes(tx, call.scope, request)

        shown, token = await self.database.read(look)
        return {"MonitoringAlertHistory": shown} | pages.onward(token)
