"""The room, furnished: what `composition` calls to have feature groups."""

from collections.abc import Callable
from pathlib import Path

from penstock.engine.engine import Engine
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.features.flow import EMPTY, GroupFlow
from penstock.services.sagemaker.features.groups import FeatureGroups
from penstock.services.sagemaker.features.metadata import FeatureMetadata
from penstock.services.sagemaker.features.records import Records
from penstock.services.sagemaker.features.shipping import Shipping
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.store.blobs import Blobs
from penstock.wire.call import Directory


def open_features(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    folder: Path,
    clock: Callable[[], float],
    chance: Callable[[], str],
    announce: Announce = unheard,
) -> Shipping:
    """Enter the operations into the directory, the flow and its activity into the engine. Before `engine.work`.

    What is answered is to be kept at work: it brings records to the offline stores. `folder`, on the file system of the
    blobs, is its own.
    """
    shipping = Shipping(engine.database, Objects(directory, blobs), blobs, folder, clock=clock, chance=chance)
    engine.activity(EMPTY, shipping.empty)
    engine.register(GroupFlow(announce))
    for service in (
        FeatureGroups(engine, clock, chance, announce),
        FeatureMetadata(engine.database, clock),
        Records(engine.database, clock, shipping.put_on_its_way),
    ):
        directory.register(service)
    return shipping
