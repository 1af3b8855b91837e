"""Schedules and their groups as documents: names, times, what customers are told.

A schedule's document is named `NAME/GROUP`, so that a list by name goes over all groups; its body holds the request's
members, and `Since`: the moment from which a rate counts.
"""

from collections.abc import Mapping
from typing import Final

from penstock.languages.schedules import At, Rate, Times, parse, zone
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope, ServiceError

SCHEDULE: Final = "scheduler/schedule"
GROUP: Final = "scheduler/group"
DEFAULT: Final = "default"
SHOWN: Final = (
    "ScheduleExpression", "StartDate", "EndDate", "Description", "ScheduleExpressionTimezone", "Target",
    "FlexibleTimeWindow", "ActionAfterCompletion",
)  # fmt: skip
TIMING: Final = ("ScheduleExpression", "ScheduleExpressionTimezone", "StartDate")


class ResourceNotFound(ServiceError):
    code = "ResourceNotFoundException"


class Conflict(ServiceError):
    code = "ConflictException"


def key(name: str, group: str) -> str:
    return f"{name}/{group}"


def name_of(schedule: Document) -> str:
    return schedule.name.partition("/")[0]


def schedule_arn(scope: Scope, name: str, group: str) -> str:
    return scope.arn("scheduler", f"schedule/{group}/{name}")


def found(tx: Transaction, scope: Scope, name: str, group: str) -> Document:
    """A schedule that is there; raises `ResourceNotFound`."""
    schedule = documents.find(tx, scope, SCHEDULE, key(name, group))
    if schedule is None:
        raise ResourceNotFound(f"Schedule {name} does not exist.")
    return schedule


def group_found(tx: Transaction, scope: Scope, name: str, at: float) -> Document:
    """A group that is there, as the default one always is; raises `ResourceNotFound`. To be called in a write."""
    group = documents.find(tx, scope, GROUP, name)
    if group is None and name == DEFAULT:
        return documents.insert(tx, new_group(scope, name, at))
    if group is None:
        raise ResourceNotFound(f"Schedule group {name} does not exist.")
    return group


def new_group(scope: Scope, name: str, at: float, token: str = "") -> Document:
    return Document(
        kind=GROUP, scope=scope, name=name, arn=scope.arn("scheduler", f"schedule-group/{name}"), status="ACTIVE",
        created_at=at, modified_at=at, token=token,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- times


def times(body: Mapping[str, Json]) -> Times:
    """When a schedule fires, its dates left aside."""
    return Times(parse(body["ScheduleExpression"]), zone(body["ScheduleExpressionTimezone"]), body["Since"])


def is_once(body: Mapping[str, Json]) -> bool:
    return isinstance(parse(body["ScheduleExpression"]), At)


def is_rate(body: Mapping[str, Json]) -> bool:
    return isinstance(parse(body["ScheduleExpression"]), Rate)


def next_moment(body: Mapping[str, Json], after: float) -> float | None:
    """The next firing between a schedule's dates, which those that fire once ignore; None if there is none."""
    start, end = (None, None) if is_once(body) else (body.get("StartDate"), body.get("EndDate"))
    if start is not None:
        after = max(after, start - 0.001)  # at the start itself it may fire
    moment = times(body).next(after)
    return None if moment is None or (end is not None and moment > end) else moment


def window(body: Mapping[str, Json]) -> float:
    """How many seconds later than its moment a firing may be."""
    return 60.0 * (body["FlexibleTimeWindow"].get("MaximumWindowInMinutes") or 0)


# ----------------------------------------------------------------------------------------------------- answers


def described(schedule: Document) -> dict[str, Json]:
    members = {name: schedule.body[name] for name in SHOWN if schedule.body.get(name) is not None}
    return {
        "Arn": schedule.arn,
        "GroupName": schedule.parent,
        "Name": name_of(schedule),
        "State": schedule.status,
        "CreationDate": schedule.created_at,
        "LastModificationDate": schedule.modified_at,
        **members,
    }


def summary(schedule: Document) -> dict[str, Json]:
    shown = described(schedule)
    kept = ("Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate")
    return {**{name: shown[name] for name in kept}, "Target": {"Arn": schedule.body["Target"]["Arn"]}}


def group_described(group: Document) -> dict[str, Json]:
    return {
        "Arn": group.arn,
        "Name": group.name,
        "State": group.status,
        "CreationDate": group.created_at,
        "LastModificationDate": group.modified_at,
    }
