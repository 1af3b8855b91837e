"""When something is to happen: `at(…)`, `rate(…)` and `cron(…)`, as EventBridge writes them. Pure.

    at(2030-01-31T08:00:00)        once
    rate(15 minutes)               again and again, counted from a beginning
    cron(0 8 ? * MON-FRI *)        whenever the calendar says so: minute hour day month weekday year

expression.py  the three kinds, read, and when they fire      calendar.py  the six fields of a cron expression
"""

from penstock.languages.schedules.expression import (
    At,
    Cron,
    Rate,
    Schedule,
    Times,
    UnknownZone,
    WrongSchedule,
    parse,
    told,
    zone,
)

__all__ = ["At", "Cron", "Rate", "Schedule", "Times", "UnknownZone", "WrongSchedule", "parse", "told", "zone"]
