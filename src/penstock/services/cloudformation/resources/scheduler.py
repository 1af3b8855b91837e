"""AWS::Scheduler::…"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Failed, Naming, Resource, Steps
from penstock.services.cloudformation.resources.plain import Plain, Stable, Tags, itself, told

Json = Any


def timed(resource: Resource) -> Mapping[str, Json]:
    """A schedule's properties with its dates as calls have them: seconds."""
    dates = {name: seconds(name, value) for name, value in resource.only("StartDate", "EndDate").items()}
    return {**resource.properties, **dates}


def seconds(name: str, date: Json) -> float:
    try:
        return datetime.fromisoformat(str(date)).timestamp()
    except ValueError:
        raise Failed(f"{name} is not a date: {date}", "InvalidRequest") from None


SCHEDULE: Final = Plain(
    name="AWS::Scheduler::Schedule",
    service="scheduler",
    create="CreateSchedule",
    read="GetSchedule",
    update="UpdateSchedule",
    delete="DeleteSchedule",
    properties="Description EndDate FlexibleTimeWindow GroupName Name ScheduleExpression ScheduleExpressionTimezone "
    "StartDate State Target",
    required="FlexibleTimeWindow ScheduleExpression Target",
    create_only="GroupName Name",
    naming=Naming("Name"),
    key={"Name": itself, "GroupName": told("GroupName")},
    attributes={"Arn": "Arn"},
    request=timed,
)
GROUP: Final = Plain(
    name="AWS::Scheduler::ScheduleGroup",
    service="scheduler",
    create="CreateScheduleGroup",
    read="GetScheduleGroup",
    delete="DeleteScheduleGroup",
    properties="Name Tags",
    create_only="Name",
    naming=Naming("Name"),
    key={"Name": itself},
    attributes={
        "Arn": "Arn",
        "CreationDate": "CreationDate",
        "LastModificationDate": "LastModificationDate",
        "State": "State",
    },
    tags=Tags(of=lambda resource: resource.scope.arn("scheduler", f"schedule-group/{itself(resource)}")),
    stable=Stable(status="State", moving=frozenset({"DELETING"}), until_gone=True),
)


def read_schedule(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """Dates as the template writes them, where they are the same moment."""
    found = yield from SCHEDULE.reading(resource)
    if found is None:
        return None
    dates = {name: date for name, date in resource.only("StartDate", "EndDate").items() if name in found}
    same = {name: date for name, date in dates.items() if seconds(name, date) == found[name]}
    return {**found, **same}


TYPES: Final = (replace(SCHEDULE.type(), read=read_schedule), GROUP.type())
