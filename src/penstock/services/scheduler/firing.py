"""Firing: what happens when a schedule is due.

The alarm is taken, the firing's delivery accepted and the next alarm set in one unit of work: a firing is neither lost
nor doubled, whenever the server dies. While no server ran, firings were missed: of a schedule's missed ones the latest
is made up for, as late as it is, unless it is older than its retry policy lets an event grow; then it goes to the
dead-letter queue at once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.alarms import Alarm, Alarms
from penstock.engine.deliveries import Deliveries, Delivery, Placed
from penstock.engine.outbox import Task
from penstock.languages.schedules import told
from penstock.services.scheduler import targets
from penstock.services.scheduler.model import next_moment, times, window
from penstock.services.scheduler.targets import Firing
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json

log: Final = logging.getLogger(__name__)
ALARM: Final = "scheduler"
FIRE: Final = "scheduler.fire"


class Content(msgspec.Struct, frozen=True):
    """What the carrier of a firing needs to know."""

    schedule: str
    moment: float
    target: dict[str, Json]


@dataclass(frozen=True)
class Firings:
    """Sets schedules' alarms, and answers them. `chance` is for flexible windows."""

    alarms: Alarms
    deliveries: Deliveries
    chance: Callable[[], str]

    def plan(self, tx: Transaction, schedule: Document, after: float) -> bool:
        """Set the alarm for the first firing after a moment; false if there is none."""
        moment = next_moment(schedule.body, after) if schedule.status == "ENABLED" else None
        if moment is None:
            self.forget(tx, schedule)
            return False
        within = int(self.chance()[:8], 16) / 2**32 * window(schedule.body)
        self.alarms.set(tx, ALARM, schedule.arn, due=moment + within, moment=moment)
        return True

    def forget(self, tx: Transaction, schedule: Document) -> None:
        self.alarms.clear(tx, ALARM, schedule.arn)

    def ring(self, tx: Transaction, alarm: Alarm, now: float) -> None:
        """A schedule is due."""
        schedule = documents.find_by_arn(tx, alarm.name)
        if schedule is None or schedule.status != "ENABLED":
            return
        moment = due_now(schedule, alarm, now)
        delivery = delivery_of(schedule, moment)
        self.deliveries.send(tx, f"{schedule.arn}/{told(moment)}", delivery, schedule.scope)
        is_over = not self.plan(tx, schedule, moment)
        if is_over and schedule.body["ActionAfterCompletion"] == "DELETE":
            documents.remove(tx, schedule.scope, schedule.kind, schedule.name)

    async def fire(self, task: Task) -> Json:
        """The carrier of a firing: calls the target."""
        delivery, state = await self.deliveries.look(task.run)
        content = msgspec.convert(delivery.content, Content)
        firing = Firing(content.schedule, content.moment, state.tries)
        failure = await self.deliveries.place(placed(content, firing), firing.token)
        return None if failure is None else msgspec.to_builtins(failure)


def placed(content: Content, firing: Firing) -> Placed:
    return Placed.of(targets.call(content.target, firing), role=content.target["RoleArn"])


def due_now(schedule: Document, alarm: Alarm, now: float) -> float:
    """Which firing an alarm stands for: the one it was set for, or the latest of those missed since."""
    if not alarm.is_missed(now):
        return alarm.moment
    end = min(now - window(schedule.body), schedule.body.get("EndDate", now))
    latest = times(schedule.body).latest(since=alarm.moment, until=max(alarm.moment, end))
    log.warning("%s missed its firings from %s to %s", schedule.arn, told(alarm.moment), told(latest))
    return latest


def delivery_of(schedule: Document, moment: float) -> Delivery:
    """The delivery that a firing is."""
    target = schedule.body["Target"]
    policy = target["RetryPolicy"]
    firing = Firing(schedule.arn, moment, 1)
    return Delivery(
        carrier=FIRE,
        content=msgspec.to_builtins(Content(schedule.arn, moment, target)),
        about=f"the firing of {schedule.arn} at {told(moment)}",
        born=moment + window(schedule.body),
        most_retries=policy["MaximumRetryAttempts"],
        longest_age=policy["MaximumEventAgeInSeconds"],
        dead_letters=target.get("DeadLetterConfig", {}).get("Arn", ""),
        letter=firing.filled(target["Input"]) if target.get("Input") else firing.notification,
        attributes={
            "EXECUTION_ID": firing.execution,
            "SCHEDULED_TIME": told(moment),
            "SCHEDULE_ARN": schedule.arn,
            "TARGET_ARN": target["Arn"],
            "IS_PAYLOAD_TRUNCATED": "false",
        },
    )
