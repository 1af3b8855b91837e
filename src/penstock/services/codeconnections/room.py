"""The room, furnished: what `composition` calls to have CodeConnections."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.pushes import Pushes
from penstock.services.codeconnections.connections import Connections
from penstock.services.codeconnections.folders import Answered, served
from penstock.services.codeconnections.github import GitHub
from penstock.services.codeconnections.hooks import LOOK, Receiving
from penstock.services.codeconnections.hosts import Hosts
from penstock.services.codeconnections.model import OLDER, SERVICE
from penstock.services.codeconnections.places import Places
from penstock.services.codeconnections.using import Using
from penstock.services.codeconnections.watching import LOOK_EVERY, Watching
from penstock.store.sealing import Sealing
from penstock.wire.call import Directory
from penstock.wire.gitkeys import GitKeys
from penstock.wire.hooks import Hook


@dataclass(frozen=True, slots=True)
class CodeConnectionsRoom:
    """Where the gateway's git door leads; what is to be done all the time; who hears webhooks."""

    upstream: Callable[[str, str, str, str], Awaitable[tuple[str, str] | None]]
    from_folder: Callable[..., AbstractAsyncContextManager[Answered]]
    watch: Callable[[], Coroutine[Any, Any, None]]
    hear: Callable[[Hook], Awaitable[tuple[int, str]]]


def open_codeconnections(
    *,
    engine: Engine,
    directory: Directory,
    deliveries: Deliveries,
    pushes: Pushes,
    sealing: Sealing,
    settings: Path,
    folder: Path,
    endpoint: Callable[[], str],
    clock: Callable[[], float],
    chance: Callable[[], str],
    look_every: float = LOOK_EVERY,
) -> CodeConnectionsRoom:
    """Enter operations, before the engine works.

    `settings` holds the files that say where connections lead, `folder` is for git.
    """
    database, places = engine.database, Places(settings, endpoint)
    for name in (SERVICE, OLDER):
        directory.register(Connections(database, places, clock, chance, name))
        directory.register(Hosts(database, clock, chance, name))
    using = Using(database, places, folder, GitKeys(directory, clock))
    using.open(directory)
    GitHub(places, sealing, folder, look_every).open(directory)
    watching = Watching(database, pushes, using, clock, look_every)
    receiving = Receiving(using, watching, deliveries, chance)
    engine.activity(LOOK, receiving.look)
    return CodeConnectionsRoom(using.upstream, served, watching.watch, receiving.receive)
