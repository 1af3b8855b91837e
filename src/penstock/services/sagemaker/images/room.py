"""The room, furnished: what `composition` calls to have images."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.images.api import Images
from penstock.services.sagemaker.images.flow import MAKE, ImageVersionFlow
from penstock.services.sagemaker.images.making import Keep, Making
from penstock.services.sagemaker.images.versions import ImageVersions
from penstock.wire.call import Directory


def open_images(
    *,
    engine: Engine,
    directory: Directory,
    keep: Keep,
    clock: Callable[[], float],
    chance: Callable[[], str],
    announce: Announce = unheard,
) -> None:
    """Enter the operations into the directory, the flow and its activity into the engine. Before `engine.work`."""
    engine.register(ImageVersionFlow(announce))
    engine.activity(MAKE, Making(directory, keep).make)
    directory.register(Images(engine.database, clock))
    directory.register(ImageVersions(engine, clock, chance))
