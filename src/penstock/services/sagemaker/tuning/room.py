"""The room, furnished: what `app` calls to have tuning jobs."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.jobs.requests import Definitions
from penstock.services.sagemaker.tuning.api import TuningJobs
from penstock.services.sagemaker.tuning.flow import FOLLOW, SUGGEST, TuningFlow
from penstock.services.sagemaker.tuning.following import Following
from penstock.services.sagemaker.tuning.suggesting import Suggesting
from penstock.store.streams import Streams
from penstock.wire.call import Directory


def open_tuning(
    *,
    engine: Engine,
    directory: Directory,
    streams: Streams,
    definitions: Definitions,
    clock: Callable[[], float],
    announce: Announce = unheard,
) -> None:
    """Enter the operations into the directory, the flow and its activities into the engine. Before `engine.work`."""
    engine.activity(SUGGEST, Suggesting(engine).suggest)
    engine.activity(FOLLOW, Following(directory, streams).follow)
    engine.register(TuningFlow(announce))
    directory.register(TuningJobs(engine, engine.database, definitions=definitions, clock=clock))
