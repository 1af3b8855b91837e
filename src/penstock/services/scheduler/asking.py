"""Asking: what a request for a schedule may say, beyond what the service model knows; and the body that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from penstock.languages.schedules import At, UnknownZone, WrongSchedule, parse, zone
from penstock.services.scheduler import targets
from penstock.services.scheduler.model import TIMING, next_moment
from penstock.store.documents import Document
from penstock.wire.call import Json, ValidationError

if TYPE_CHECKING:
    from penstock.services.scheduler.shapes import CreateScheduleRequest, FlexibleTimeWindow, UpdateScheduleRequest

EARLIEST_START: Final = 300.0  # seconds ago
RETRIES: Final = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}

Request: TypeAlias = "CreateScheduleRequest | UpdateScheduleRequest"


def body(request: Request, at: float, before: Document | None) -> dict[str, Json]:
    """The body of the schedule that a request describes; `before` is what it changes. Raises `ValidationError`."""
    if request.get("KmsKeyArn"):
        raise ValidationError("KmsKeyArn: schedules are kept as they are, and no key is applied; leave it out.")
    targets.check(request["Target"])
    check_window(request["FlexibleTimeWindow"])
    made: dict[str, Json] = {
        "ScheduleExpression": request["ScheduleExpression"],
        "ScheduleExpressionTimezone": request.get("ScheduleExpressionTimezone") or "UTC",
        "StartDate": request.get("StartDate"),
        "EndDate": request.get("EndDate"),
        "Description": request.get("Description"),
        "Target": {**request["Target"], "RetryPolicy": {**RETRIES, **request["Target"].get("RetryPolicy", {})}},
        "FlexibleTimeWindow": request["FlexibleTimeWindow"],
        "ActionAfterCompletion": request.get("ActionAfterCompletion") or "NONE",
    }
    made = {name: value for name, value in made.items() if value is not None}
    check_expression(made)
    if before is not None and is_timed_alike(made, before):
        return {**made, "Since": before.body["Since"]}
    made["Since"] = made.get("StartDate", float(int(at)))
    check_dates(made, at)
    return made


def is_timed_alike(made: dict[str, Json], before: Document) -> bool:
    return all(made.get(name) == before.body.get(name) for name in TIMING)


def check_expression(made: dict[str, Json]) -> None:
    expression, name = made["ScheduleExpression"], made["ScheduleExpressionTimezone"]
    try:
        parse(expression)
    except WrongSchedule:
        raise ValidationError(f"Invalid Schedule Expression {expression}.") from None
    try:
        zone(name)
    except UnknownZone:
        raise ValidationError(f"Invalid Schedule Expression Timezone {name}.") from None


def check_dates(made: dict[str, Json], at: float) -> None:
    if isinstance(parse(made["ScheduleExpression"]), At):
        if next_moment(made, at) is None:
            raise ValidationError(f"Invalid Schedule Expression {made['ScheduleExpression']}: its time has passed.")
        return
    start, end = made.get("StartDate"), made.get("EndDate")
    if start is not None and start < at - EARLIEST_START:
        raise ValidationError("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if end is not None and end <= max(at, start or at):
        raise ValidationError("The EndDate you specify must come after the StartDate, and cannot be in the past.")


def check_window(given: FlexibleTimeWindow) -> None:
    if (given["Mode"] == "FLEXIBLE") != bool(given.get("MaximumWindowInMinutes")):
        raise ValidationError(
            "MaximumWindowInMinutes must be provided in FlexibleTimeWindow where its Mode is FLEXIBLE, and only there."
        )
