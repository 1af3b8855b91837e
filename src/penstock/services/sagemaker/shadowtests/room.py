"""The room, furnished: what `app` calls to have shadow tests."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.shadowtests.api import InferenceExperiments
from penstock.services.sagemaker.shadowtests.deploying import Deploying
from penstock.services.sagemaker.shadowtests.flow import DEPLOY, ShadowTestFlow
from penstock.wire.call import Directory


def open_shadow_tests(
    *, engine: Engine, directory: Directory, clock: Callable[[], float], chance: Callable[[], str]
) -> None:
    """Enter operations, the flow and its activity; before `engine.work`."""
    engine.register(ShadowTestFlow())
    engine.activity(DEPLOY, Deploying(directory).deploy)
    directory.register(InferenceExperiments(engine, directory, clock, chance))
