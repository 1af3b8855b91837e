"""Operations on monitoring schedules. What they lead to is begun by an alarm: see `ringing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.monitoring import alerts, asking, rows, timing
from penstock.services.sagemaker.monitoring.model import (
    SCHEDULE,
    Definition,
    ResourceInUse,
    ResourceNotFound,
    schedule_arn,
)
from penstock.services.sagemaker.monitoring.ringing import Ringing, definition_of
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class MonitoringSchedules:
    """Operations on schedules; `least_minutes` may lie between two executions."""

    database: Database
    ringing: Ringing
    clock: Callable[[], float]
    least_minutes: int
    service = "sagemaker"

    @operation("CreateMonitoringSchedule")
    async def create(self, call: Call, request: shapes.CreateMonitoringScheduleRequest) -> Answer:
        config, name, at = request["MonitoringScheduleConfig"], request["MonitoringScheduleName"], self.clock()
        labels, arn = tagging.given(request.get("Tags")), schedule_arn(call.scope, name)
        self._check(config, at)

        def keep(tx: Transaction) -> None:
            definition = must_be_there(tx, call.scope, config)
            made = Document(
                kind=SCHEDULE, scope=call.scope, name=name, arn=arn, parent=definition.endpoint, status="Scheduled",
                created_at=at, modified_at=at, token=call.token,
                body={"MonitoringScheduleConfig": config, alerts.ALERT: alerts.first(at)},
            )  # fmt: skip
            if documents.insert(tx, made) is made:  # and not what the same call made before
                tags.add(tx, arn, labels)
                self.ringing.plan(tx, made, at)

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise ResourceInUse(f"Monitoring schedule {arn} already exists.") from None
        return {"MonitoringScheduleArn": arn}

    @operation("UpdateMonitoringSchedule")
    async def update(self, call: Call, request: shapes.UpdateMonitoringScheduleRequest) -> Answer:
        config, at = request["MonitoringScheduleConfig"], self.clock()
        self._check(config, at)

        def change(tx: Transaction) -> str:
            definition = must_be_there(tx, call.scope, config)
            before = found(tx, call.scope, request["MonitoringScheduleName"])
            changed = before.changed(at, MonitoringScheduleConfig=config)
            changed = replace(changed, parent=definition.endpoint)
            documents.update(tx, changed)
            self.ringing.plan(tx, changed, at)
            return changed.arn

        return {"MonitoringScheduleArn": await self.database.write(change)}

    @operation("DescribeMonitoringSchedule")
    async def describe(self, call: Call, request: shapes.DescribeMonitoringScheduleRequest) -> Answer:
        return await self.database.read(
            lambda tx: described(tx, found(tx, call.scope, request["MonitoringScheduleName"]))
        )

    @operation("ListMonitoringSchedules")
    async def list(self, call: Call, request: shapes.ListMonitoringSchedulesRequest) -> Answer:
        query = lists.query(
            call.scope, request, kind=SCHEDULE, descending=True, parent=request.get("EndpointName"),
            status=request.get("StatusEquals"),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        shown = [summary(each) for each in page.documents]
        told: dict[str, Json] = {"MonitoringScheduleSummaries": [each for each in shown if is_asked_for(each, request)]}
        return {**told, **pages.onward(page.token)}

    @operation("StartMonitoringSchedule")
    async def start(self, call: Call, request: shapes.StartMonitoringScheduleRequest) -> None:
        await self._set(call, request["MonitoringScheduleName"], "Scheduled")

    @operation("StopMonitoringSchedule")
    async def stop(self, call: Call, request: shapes.StopMonitoringScheduleRequest) -> None:
        await self._set(call, request["MonitoringScheduleName"], "Stopped")

    @operation("DeleteMonitoringSchedule")
    async def delete(self, call: Call, request: shapes.DeleteMonitoringScheduleRequest) -> None:
        """No execution begins any more; one under way goes on, and what there was stays in the lists."""

        def remove(tx: Transaction) -> None:
            schedule = found(tx, call.scope, request["MonitoringScheduleName"])
            self.ringing.forget(tx, schedule)
            documents.remove(tx, call.scope, SCHEDULE, schedule.name)

        await self.database.write(remove)

    async def _set(self, call: Call, name: str, status: str) -> None:
        at = self.clock()

        def change(tx: Transaction) -> None:
            schedule = found(tx, call.scope, name)
            if schedule.status != status:
                changed = schedule.changed(at, status=status)
                documents.update(tx, changed)
                self.ringing.plan(tx, changed, at)

        await self.database.write(change)

    def _check(self, config: Mapping[str, Json], at: float) -> None:
        asking.must_name_one(config)
        timing.check(config, at, least_minutes=self.least_minutes)


def must_be_there(tx: Transaction, scope: Scope, config: Mapping[str, Json]) -> Definition:
    definition = definition_of(tx, scope, config)
    if definition is None:
        raise ValidationError(
            f"The {config['MonitoringType']} job definition {config['MonitoringJobDefinitionName']} does not exist."
        )
    return definition


def found(tx: Transaction, scope: Scope, name: str) -> Document:
    schedule = documents.find(tx, scope, SCHEDULE, name)
    if schedule is None:
        raise ResourceNotFound(f"Could not find monitoring schedule {schedule_arn(scope, name)}.")
    return schedule


def summary(schedule: Document) -> dict[str, Json]:
    config = schedule.body["MonitoringScheduleConfig"]
    optional = {
        "EndpointName": schedule.parent,
        "MonitoringJobDefinitionName": config.get("MonitoringJobDefinitionName"),
        "MonitoringType": config.get("MonitoringType"),
    }
    return {
        "MonitoringScheduleName": schedule.name,
        "MonitoringScheduleArn": schedule.arn,
        "MonitoringScheduleStatus": schedule.status,
        "CreationTime": schedule.created_at,
        "LastModifiedTime": schedule.modified_at,
        **{member: value for member, value in optional.items() if value},
    }


def described(tx: Transaction, schedule: Document) -> dict[str, Json]:
    shown = {member: value for member, value in summary(schedule).items() if member != "MonitoringJobDefinitionName"}
    last, _ = rows.executions(tx, schedule.scope, {"MonitoringScheduleName": schedule.name, "MaxResults": 1})
    summaries = {"LastMonitoringExecutionSummary": last[0]} if last else {}
    return {**shown, "MonitoringScheduleConfig": schedule.body["MonitoringScheduleConfig"], **summaries}


def is_asked_for(shown: Mapping[str, Json], request: Mapping[str, Json]) -> bool:
    """The filters that a page is sifted by after it was found: it may come out shorter."""
    name, kind = request.get("MonitoringJobDefinitionName"), request.get("MonitoringTypeEquals")
    return name in {None, shown.get("MonitoringJobDefinitionName")} and kind in {None, shown.get("MonitoringType")}
