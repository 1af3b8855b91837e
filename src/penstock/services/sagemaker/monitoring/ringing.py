"""Ringing: a schedule's alarm, and the execution that begins when it rings.

The alarm is taken, the execution begun and the next alarm set in one unit of work. An execution is about a window that
has just passed; while no server ran, executions were missed: of those the latest is made up for.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.alarms import Alarm, Alarms
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker.monitoring import alerts, rows, timing
from penstock.services.sagemaker.monitoring.asking import of_job_definition, of_schedule
from penstock.services.sagemaker.monitoring.flow import FLOW
from penstock.services.sagemaker.monitoring.model import NOW, TYPES, Definition, Json, Plan, State
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

log: Final = logging.getLogger(__name__)
ALARM: Final = "sagemaker.monitoring"
CAPTURED_WITHIN: Final = 20.0  # seconds: what endpoints capture is in S3 ten seconds later


@dataclass(frozen=True)
class Ringing:
    """Sets schedules' alarms, and answers them."""

    engine: Engine
    alarms: Alarms
    chance: Callable[[], str]

    def plan(self, tx: Transaction, schedule: Document, at: float) -> None:
        """Set the alarm for the first firing after a moment, or clear it where the schedule is stopped."""
        text = timing.expression(schedule.body["MonitoringScheduleConfig"])
        if schedule.status != "Scheduled":
            self.forget(tx, schedule)
        elif text == NOW:
            self.alarms.set(tx, ALARM, schedule.arn, due=at, moment=at)
        elif (moment := timing.times(text, schedule.created_at).next(at)) is None:
            self.forget(tx, schedule)
        else:
            self.alarms.set(tx, ALARM, schedule.arn, due=moment + CAPTURED_WITHIN, moment=moment)

    def forget(self, tx: Transaction, schedule: Document) -> None:
        self.alarms.clear(tx, ALARM, schedule.arn)

    def ring(self, tx: Transaction, alarm: Alarm, now: float) -> None:
        """A schedule is due."""
        schedule = documents.find_by_arn(tx, alarm.name)
        if schedule is None or schedule.status != "Scheduled":
            return
        text, moment = timing.expression(schedule.body["MonitoringScheduleConfig"]), alarm.moment
        if alarm.is_missed(now) and text != NOW:
            moment = timing.times(text, schedule.created_at).latest(since=moment, until=max(moment, now))
            log.warning("%s missed executions; the latest is made up for", schedule.arn)
        plan = planned(tx, schedule, moment, now, self.chance())
        run = RunId(f"{schedule.arn}/{plan.luck}")
        rows.keep(tx, run, schedule.scope, plan, State(modified_at=now))
        self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=schedule.scope)
        if text != NOW:
            self.plan(tx, schedule, moment)


def planned(tx: Transaction, schedule: Document, moment: float, now: float, luck: str) -> Plan:
    """What an execution is begun with: the job definition as it is now."""
    config = schedule.body["MonitoringScheduleConfig"]
    definition = definition_of(tx, schedule.scope, config)
    source = {} if definition is None else definition.source
    since, until = timing.window(config, source, moment)
    return Plan(
        schedule=schedule.name,
        schedule_arn=schedule.arn,
        luck=luck,
        scheduled_at=moment,
        created_at=now,
        since=since,
        until=until,
        endpoint=schedule.parent,
        definition_name=config.get("MonitoringJobDefinitionName", ""),
        type=config.get("MonitoringType", "DataQuality"),
        is_once=timing.expression(config) == NOW,
        definition=definition,
    )


def definition_of(tx: Transaction, scope: Scope, config: Mapping[str, Json]) -> Definition | None:
    """What a schedule's jobs are; None where its job definition is not there."""
    if "MonitoringJobDefinition" in config:
        return of_schedule(config)
    about, name = TYPES[config["MonitoringType"]], config["MonitoringJobDefinitionName"]
    found = documents.find(tx, scope, about.kind, name)
    return None if found is None else of_job_definition(about, name, found.body)


def keep(tx: Transaction, run: RunId, scope: Scope, plan: Plan, state: State) -> None:
    """Bring what customers see of an execution in step; at its end, its schedule's alert too."""
    rows.keep(tx, run, scope, plan, state)
    schedule = documents.find_by_arn(tx, plan.schedule_arn) if state.phase == "over" else None
    if schedule is None:
        return
    before = schedule.body[alerts.ALERT]
    latest = rows.latest(tx, scope, plan.schedule, before["EvaluationPeriod"])
    after = alerts.judged(before, latest, state.modified_at)
    if after is not before:
        rows.change(tx, scope, plan.schedule, after)
    status = "Stopped" if plan.is_once else None
    if after is not before or status:
        documents.update(tx, schedule.changed(schedule.modified_at, status=status, **{alerts.ALERT: after}))
