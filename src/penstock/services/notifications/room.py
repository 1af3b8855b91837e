"""The room, furnished: what `composition` calls to have notification rules. After EventBridge's."""

from collections.abc import Callable

from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.services.notifications.rules import Rules
from penstock.services.notifications.targets import Targets
from penstock.services.notifications.telling import Telling
from penstock.wire.call import Directory


def open_notifications(
    *,
    engine: Engine,
    directory: Directory,
    deliveries: Deliveries,
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> None:
    """Register what is answered here, and who carries messages. Before `engine.work`."""
    database = engine.database
    directory.register(Rules(database, directory, clock, chance))
    directory.register(Targets(database, clock))
    Telling(database, directory, deliveries, clock).open(engine)
