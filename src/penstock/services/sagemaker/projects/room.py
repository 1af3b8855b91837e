"""The room, furnished: what `composition` calls to have projects."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.projects.api import Projects
from penstock.services.sagemaker.projects.flow import AWAIT, LEARN, ProjectFlow
from penstock.services.sagemaker.projects.waiting import Waiting
from penstock.wire.call import Directory


def open_projects(
    *, engine: Engine, directory: Directory, clock: Callable[[], float], chance: Callable[[], str]
) -> None:
    """Enter the operations into the directory, the flow and its activities into the engine. Before `engine.work`."""
    waiting = Waiting(directory)
    engine.register(ProjectFlow())
    engine.activity(LEARN, waiting.learn)
    engine.activity(AWAIT, waiting.wait)
    directory.register(Projects(engine, clock, chance))
