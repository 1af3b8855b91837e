"""The room, furnished: what `app` calls to have AutoML jobs."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.automl.api import AutoMLJobs
from penstock.services.sagemaker.automl.flow import AutoMLFlow
from penstock.wire.call import Directory


def open_automl(*, engine: Engine, directory: Directory, clock: Callable[[], float]) -> None:
    """Enter the operations into the directory, the flow into the engine. Before `engine.work`.

    Pipelines' activity that waits for endpoints is used here too.
    """
    engine.register(AutoMLFlow())
    directory.register(AutoMLJobs(engine, engine.database, clock))
