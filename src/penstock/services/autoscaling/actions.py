"""Scheduled actions: a target's bounds set by the clock. What follows from them is for `watching`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from penstock.engine.alarms import Alarm, Alarms
from penstock.languages.schedules import At, Rate, Times, UnknownZone, WrongSchedule, parse, told, zone
from penstock.services.autoscaling import model
from penstock.services.autoscaling.model import ACTION, TARGET, Key, ObjectNotFound, target_of
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.autoscaling.shapes import (
        DeleteScheduledActionRequest,
        DescribeScheduledActionsRequest,
        PutScheduledActionRequest,
    )

log: Final = logging.getLogger(__name__)
ALARM: Final = "autoscaling"
TIMING: Final = ("Schedule", "Timezone", "StartTime", "EndTime")
BOUNDS: Final = ("MinCapacity", "MaxCapacity")


@dataclass(frozen=True)
class Ringing:
    """Sets the alarms of scheduled actions, and answers them."""

    alarms: Alarms
    wake: Callable[[], None]

    def plan(self, tx: Transaction, action: Document, after: float) -> bool:
        """Set the alarm for the first time after a moment; false if there is none."""
        moment = next_moment(action.body, after)
        if moment is None:
            self.forget(tx, action)
            return False
        self.alarms.set(tx, ALARM, action.arn, due=moment, moment=moment)
        return True

    def forget(self, tx: Transaction, action: Document) -> None:
        self.alarms.clear(tx, ALARM, action.arn)

    def ring(self, tx: Transaction, alarm: Alarm, now: float) -> None:
        """An action is due: its target has other bounds from now on. Of missed ones the latest is made up for."""
        action = documents.find_by_arn(tx, alarm.name)
        if action is None:
            return
        moment = times(action.body).latest(since=alarm.moment, until=now) if alarm.is_missed(now) else alarm.moment
        target = documents.find(tx, action.scope, TARGET, Key.named(action).name)
        if target is not None and not target.body["SuspendedState"]["ScheduledScalingSuspended"]:
            documents.update(tx, moved(target, action, now))
            tx.after_commit(self.wake)
        if not self.plan(tx, action, moment):
            log.info("the scheduled action %s was the last of its schedule (%s)", action.arn, told(moment))
            documents.remove(tx, action.scope, ACTION, action.name)


def moved(target: Document, action: Document, now: float) -> Document:
    """A target with an action's bounds; one that it leaves out gives way to the other."""
    asked = action.body["ScalableTargetAction"]
    bounds = {**{member: target.body[member] for member in BOUNDS}, **asked}
    if bounds["MinCapacity"] > bounds["MaxCapacity"]:
        given = "MinCapacity" if "MinCapacity" in asked else "MaxCapacity"
        bounds = dict.fromkeys(BOUNDS, asked[given])
    because = f"scheduled action name {action.body['ScheduledActionName']} was triggered"
    return target.changed(now, **bounds, _Because=because)


@dataclass(frozen=True)
class ScheduledActions:
    database: Database
    ringing: Ringing
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "application-autoscaling"

    @operation("PutScheduledAction")
    async def put(self, call: Call, request: PutScheduledActionRequest) -> Answer:
        key, at, name = Key.of(request), self.clock(), request["ScheduledActionName"]

        def keep(tx: Transaction) -> None:
            target_of(tx, call.scope, key)
            found = documents.find(tx, call.scope, ACTION, key.below(name))
            body = checked(key, request, found, at)
            action = found.changed(at, **body) if found else Document(
                kind=ACTION, scope=call.scope, name=key.below(name), created_at=at, modified_at=at, body=body,
                arn=action_arn(call.scope, key, name, str(UUID(self.chance()))),
            )  # fmt: skip
            if found:
                documents.update(tx, action)
            else:
                documents.insert(tx, action)
            if not self.ringing.plan(tx, action, at):
                raise ValidationError("The schedule of the scheduled action never comes: it is in the past.")

        await self.database.write(keep)
        return {}

    @operation("DescribeScheduledActions")
    async def describe(self, call: Call, request: DescribeScheduledActionsRequest) -> Answer:
        query, names = model.listed(request, call.scope, ACTION), request.get("ScheduledActionNames", ())
        page = await self.database.read(lambda tx: model.page(tx, request, query, names))
        return model.told(page, "ScheduledActions", [described(each) for each in page.documents])

    @operation("DeleteScheduledAction")
    async def delete(self, call: Call, request: DeleteScheduledActionRequest) -> Answer:
        key, name = Key.of(request), request["ScheduledActionName"]

        def remove(tx: Transaction) -> None:
            found = documents.find(tx, call.scope, ACTION, key.below(name))
            if found is None:
                raise ObjectNotFound(f"No scheduled action found for {key.sentence}, scheduled action name: {name}")
            self.ringing.forget(tx, found)
            documents.remove(tx, call.scope, ACTION, found.name)

        await self.database.write(remove)
        return {}


def action_arn(scope: Scope, key: Key, name: str, drawn: str) -> str:
    return scope.arn(
        "autoscaling",
        f"scheduledAction:{drawn}:resource/{key.namespace}/{key.resource}:scheduledActionName/{name}",
    )


def checked(key: Key, request: Mapping[str, Json], found: Document | None, at: float) -> dict[str, Json]:
    """What is kept of an action; what an update leaves out of its times is taken away, as on AWS."""
    if "Schedule" not in request and found is None:
        raise ValidationError("Schedule is required to create a scheduled action.")
    before = found.body if found else {}
    schedule, asked = request.get("Schedule") or before["Schedule"], request.get("ScalableTargetAction")
    bounds = asked or before.get("ScalableTargetAction")
    if not bounds:
        raise ValidationError("ScalableTargetAction must have a MinCapacity, a MaxCapacity or both.")
    if bounds.get("MinCapacity", 0) > bounds.get("MaxCapacity", bounds.get("MinCapacity", 0)):
        raise ValidationError("Maximum capacity cannot be less than minimum capacity.")
    try:
        parse(schedule)
        zone(request.get("Timezone", "UTC"))
    except WrongSchedule:
        raise ValidationError(f"Schedule expression is not valid: {schedule}") from None
    except UnknownZone:
        raise ValidationError(f"Timezone is not valid: {request['Timezone']}") from None
    given = {member: request[member] for member in TIMING if member in request}
    gone = {member: None for member in TIMING if member not in given and member != "Schedule"}
    return {
        **key.told, **gone, **given, "ScheduledActionName": request["ScheduledActionName"], "Schedule": schedule,
        "ScalableTargetAction": bounds, "_Since": at,
    }  # fmt: skip


def times(body: Mapping[str, Json]) -> Times:
    return Times(parse(body["Schedule"]), zone(body.get("Timezone") or "UTC"), body.get("StartTime") or body["_Since"])


def next_moment(body: Mapping[str, Json], after: float) -> float | None:
    """The next time between an action's dates; a rate without a start counts from when the action was put."""
    schedule = parse(body["Schedule"])
    start, end = (None, None) if isinstance(schedule, At) else (body.get("StartTime"), body.get("EndTime"))
    if start is not None:
        after = max(after, start - 0.001)
    elif isinstance(schedule, Rate):
        after = max(after, body["_Since"])
    moment = times(body).next(after)
    return None if moment is None or (end is not None and moment > end) else moment


def described(action: Document) -> dict[str, Json]:
    shown = {member: value for member, value in action.body.items() if member[0] != "_" and value is not None}
    return {**shown, "ScheduledActionARN": action.arn, "CreationTime": action.created_at}
