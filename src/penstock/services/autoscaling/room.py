"""The room, furnished: what `app` calls to have Application Auto Scaling."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from penstock.engine.alarms import Alarms
from penstock.engine.engine import Engine
from penstock.services.autoscaling.actions import ALARM, Ringing, ScheduledActions
from penstock.services.autoscaling.activities import SCALE, Activities, ActivityFlow
from penstock.services.autoscaling.alarms import PolicyAlarms
from penstock.services.autoscaling.policies import Policies
from penstock.services.autoscaling.targets import Targets
from penstock.services.autoscaling.watching import Watcher
from penstock.wire.call import Directory


@dataclass(frozen=True, slots=True)
class AutoscalingRoom:
    """What it does all the time, until it is cancelled, and now and then."""

    watch: Callable[[], Coroutine[Any, Any, None]]
    look: Callable[[], Awaitable[None]]  # once
    tidy: Callable[[], Awaitable[None]]


def open_autoscaling(
    *, engine: Engine, directory: Directory, alarms: Alarms, clock: Callable[[], float], chance: Callable[[], str]
) -> AutoscalingRoom:
    """Enter operations, the flow and its activity, and what rings. Before `engine.work`."""
    activities = Activities(engine, directory, clock, chance)
    standing = PolicyAlarms(directory)
    watcher = Watcher(engine.database, directory, activities, standing, clock)
    ringing = Ringing(alarms, watcher.wake)
    engine.register(ActivityFlow())
    engine.activity(SCALE, activities.scale)
    alarms.answer(ALARM, ringing.ring)
    directory.register(activities)
    directory.register(Targets(engine.database, directory, ringing, standing, clock, chance))
    directory.register(Policies(engine.database, standing, clock, chance))
    directory.register(ScheduledActions(engine.database, ringing, clock, chance))
    return AutoscalingRoom(watcher.watch, watcher.look, activities.tidy)
