"""The room, furnished: what `app` calls to have Scheduler."""

from collections.abc import Callable

from penstock.engine.alarms import Alarms
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.services.scheduler.api import Schedules
from penstock.services.scheduler.firing import ALARM, FIRE, Firings
from penstock.services.scheduler.groups import Groups
from penstock.wire.call import Directory


def open_scheduler(
    *,
    engine: Engine,
    directory: Directory,
    alarms: Alarms,
    deliveries: Deliveries,
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> None:
    """Register what Scheduler answers, and what rings. Before `engine.work`."""
    firings = Firings(alarms, deliveries, chance)
    alarms.answer(ALARM, firings.ring)
    engine.activity(FIRE, firings.fire)
    directory.register(Schedules(engine.database, firings, clock))
    directory.register(Groups(engine.database, firings, clock))
