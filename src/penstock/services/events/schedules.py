"""Rules that go by the clock: their alarms, and the events that they tell of."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from penstock.engine.alarms import Alarm, Alarms
from penstock.languages.schedules import Rate, Times, parse, zone
from penstock.services.events.delivering import Delivering
from penstock.services.events.event import Event, told
from penstock.services.events.model import is_on
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document

log: Final = logging.getLogger(__name__)
ALARM: Final = "events"


@dataclass(frozen=True)
class RuleSchedules:
    """Sets rules' alarms, and answers them. Missed firings are made up for once, by the latest of them."""

    alarms: Alarms
    delivering: Delivering
    chance: Callable[[], str]

    def plan(self, tx: Transaction, rule: Document, after: float) -> None:
        """Set the alarm for the first firing after a moment; take it away where there is none."""
        moment = times(rule).next(after) if rule.body.get("ScheduleExpression") and is_on(rule) else None
        if moment is None:
            self.forget(tx, rule)
        else:
            self.alarms.set(tx, ALARM, rule.arn, due=moment, moment=moment)

    def forget(self, tx: Transaction, rule: Document) -> None:
        self.alarms.clear(tx, ALARM, rule.arn)

    def ring(self, tx: Transaction, alarm: Alarm, now: float) -> None:
        """A rule is due."""
        rule = documents.find_by_arn(tx, alarm.name)
        if rule is None or not is_on(rule) or not rule.body.get("ScheduleExpression"):
            return
        moment = alarm.moment
        if alarm.is_missed(now):
            moment = times(rule).latest(since=moment, until=now)
            log.warning("%s missed its firings from %s to %s", rule.arn, told(alarm.moment), told(moment))
        self.delivering.send(tx, rule, scheduled(rule, moment, self.chance()))
        self.plan(tx, rule, moment)


def times(rule: Document) -> Times:
    """When a rule fires: a rate for the first time when one of its periods has passed."""
    schedule, since = parse(rule.body["ScheduleExpression"], of_rule=True), rule.body["Since"]
    return Times(schedule, zone("UTC"), since + (schedule.seconds if isinstance(schedule, Rate) else 0))


def scheduled(rule: Document, moment: float, luck: str) -> Event:
    return {
        "version": "0", "id": str(uuid.UUID(hex=luck)), "detail-type": "Scheduled Event", "source": "aws.events",
        "account": rule.scope.account, "time": told(moment), "region": rule.scope.region, "resources": [rule.arn],
        "detail": {},
    }  # fmt: skip
