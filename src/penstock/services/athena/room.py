"""The room, furnished: what `composition` calls to have Athena."""

from collections.abc import Callable
from pathlib import Path

from penstock.engine.engine import Engine
from penstock.services.athena.api import QueryExecutions, WorkGroups
from penstock.services.athena.flow import QueryFlow
from penstock.services.athena.running import AT_ONCE, RUN_QUERY, Running
from penstock.store.blobs import Blobs
from penstock.wire.call import Directory


def open_athena(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    folder: Path,
    memory_mib: int,
    clock: Callable[[], float],
    chance: Callable[[], str],
) -> None:
    """Enter the operations into the directory, the flow and its activity into the engine. Before `engine.work`.

    `memory_mib` is what all queries together may hold; `folder`, on the file system of the blobs, is theirs alone.
    """
    running = Running(directory, blobs, folder, memory_mib=memory_mib // AT_ONCE)
    engine.activity(RUN_QUERY, running.run)
    engine.register(QueryFlow(running.stop))
    directory.register(QueryExecutions(engine, directory, clock, chance))
    directory.register(WorkGroups())
