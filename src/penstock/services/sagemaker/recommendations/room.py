"""The room, furnished: what `composition` calls to have inference recommendations."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.recommendations.api import RecommendationsJobs
from penstock.services.sagemaker.recommendations.benchmarking import Benchmarking
from penstock.services.sagemaker.recommendations.flow import BENCHMARK, RecommendationsFlow
from penstock.wire.call import Directory


def open_recommendations(
    *, engine: Engine, directory: Directory, clock: Callable[[], float], chance: Callable[[], str]
) -> None:
    """Enter operations, the flow and its activity; before `engine.work`."""
    engine.register(RecommendationsFlow())
    engine.activity(BENCHMARK, Benchmarking(engine.database, directory, clock).benchmark)
    directory.register(RecommendationsJobs(engine, directory, clock, chance))
