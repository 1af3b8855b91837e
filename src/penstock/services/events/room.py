"""The room, furnished: what `app` calls to have EventBridge."""

from collections.abc import Awaitable, Callable

from penstock.engine.alarms import Alarms
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.events.archives import Archives
from penstock.services.events.authorizing import Authorizing
from penstock.services.events.buses import Buses
from penstock.services.events.calling import Calling
from penstock.services.events.connections import Connections
from penstock.services.events.credentials import Credentials
from penstock.services.events.delivering import CALL, FORWARD, Delivering
from penstock.services.events.destinations import Destinations
from penstock.services.events.listening import Listeners
from penstock.services.events.managed import ManagedRules
from penstock.services.events.putting import Putting
from penstock.services.events.replays import REPLAY_PAGE, ReplayFlow, Replays
from penstock.services.events.rules import Rules
from penstock.services.events.ruletargets import RuleTargets
from penstock.services.events.schedules import ALARM, RuleSchedules
from penstock.services.events.tagging import Tagging
from penstock.store.sealing import Sealing
from penstock.wire.call import Directory


def open_events(
    *,
    engine: Engine,
    directory: Directory,
    alarms: Alarms,
    deliveries: Deliveries,
    notices: Notices,
    sealing: Sealing,
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> Callable[[], Awaitable[None]]:
    """Register what EventBridge answers, carries and rings; what comes back is to be called now and then."""
    database = engine.database
    listeners = Listeners(database)
    notices.heed(listeners.want)
    delivering = Delivering(database, listeners, deliveries, clock)
    schedules = RuleSchedules(alarms, delivering, chance)
    archives = Archives(database, listeners, clock)
    replays = Replays(engine, delivering, clock)
    alarms.answer(ALARM, schedules.ring)
    engine.register(ReplayFlow(engine.forget))
    engine.activity(FORWARD, delivering.forward)
    authorizing = Authorizing(clock)
    engine.activity(CALL, Calling(database, deliveries, sealing, authorizing).carry)
    engine.activity(REPLAY_PAGE, replays.page)
    Credentials(database, sealing, authorizing).open(directory)
    for service in (
        Putting(delivering, clock, chance),
        Buses(database, listeners, clock),
        Rules(database, listeners, schedules, clock),
        RuleTargets(database, listeners, clock),
        ManagedRules(listeners, clock),
        Tagging(database),
        archives,
        replays,
        Connections(database, sealing, clock, chance),
        Destinations(database, clock, chance),
    ):
        directory.register(service)
    return archives.tidy
