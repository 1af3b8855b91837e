"""Monitoring schedules and what their last analyses found."""

from collections.abc import Iterator

from penstock.watch.asking import LOOKED_AT, MOST, Asker
from penstock.watch.model import Entry, Fact, Link, Sheet, Table, tone_of
from penstock.wire.call import Answer, Json


async def entries(asker: Asker) -> list[Entry]:
    """The schedules that changed last."""
    told = await asker.sagemaker(
        "ListMonitoringSchedules", SortBy="CreationTime", SortOrder="Descending", MaxResults=MOST
    )
    found = []
    for each in told["MonitoringScheduleSummaries"]:
        answer = await _latest(asker, each["MonitoringScheduleName"], 1)
        found.append(_entry(each, next(iter(answer), None)))
    return sorted(found, key=lambda each: -each.changed)


async def _latest(asker: Asker, schedule: str, most: int) -> list[Json]:
    answer = await asker.ask_if_there(
        "sagemaker", "ListMonitoringExecutions", MonitoringScheduleName=schedule, SortBy="ScheduledTime",
        SortOrder="Descending", MaxResults=most,
    )  # fmt: skip
    return list(answer.get("MonitoringExecutionSummaries", ()))


def _entry(schedule: Json, last: Json | None) -> Entry:
    name = schedule["MonitoringScheduleName"]
    status = last["MonitoringExecutionStatus"] if last else schedule["MonitoringScheduleStatus"]
    return Entry(
        kind="monitor", key=name, name=name, status=status, tone=tone_of(status), began=schedule["CreationTime"],
        changed=last["LastModifiedTime"] if last else schedule["LastModifiedTime"],
        note=(last or {}).get("FailureReason", "") or schedule.get("EndpointName", ""),
    )  # fmt: skip


async def about(asker: Asker, name: str) -> Sheet:
    schedule = await asker.sagemaker("DescribeMonitoringSchedule", MonitoringScheduleName=name)
    found = await _latest(asker, name, LOOKED_AT)
    entry = _entry(dict(schedule), found[0] if found else None)
    return Sheet(
        kind="monitor", key=name, name=name, status=entry.status, tone=entry.tone, began=entry.began,
        note=schedule.get("FailureReason", ""),
        tables=(Table(title="Schedule", facts=tuple(_facts(schedule))),
                Table(title="Analyses", entries=tuple(_analysis(each) for each in found[:MOST]))),
    )  # fmt: skip


def _facts(schedule: Answer) -> Iterator[Fact]:
    config = schedule["MonitoringScheduleConfig"]
    yield Fact(label="Status", value=schedule["MonitoringScheduleStatus"])
    yield Fact(label="When", value=config.get("ScheduleConfig", {}).get("ScheduleExpression", "NOW"))
    if kind := schedule.get("MonitoringType"):
        yield Fact(label="What", value=kind)
    if endpoint := schedule.get("EndpointName"):
        yield Fact(label="Endpoint", value=endpoint, link=Link(kind="endpoint", key=endpoint))


def _analysis(execution: Json) -> Entry:
    """An analysis; it is looked at as the job that made it."""
    status, name = execution["MonitoringExecutionStatus"], execution["MonitoringScheduleName"]
    job = execution.get("ProcessingJobArn", "")
    going_on = status in ("Pending", "InProgress", "Stopping")
    return Entry(
        kind="job" if job else "monitor", key=job or name, name=job.rpartition("/")[2] or name, status=status,
        tone=tone_of(status), began=execution["ScheduledTime"], changed=execution["LastModifiedTime"],
        ended=0.0 if going_on else execution["LastModifiedTime"], note=execution.get("FailureReason", ""),
    )  # fmt: skip
