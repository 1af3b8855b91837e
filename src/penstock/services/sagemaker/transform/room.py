"""The room, furnished: what `app` calls to have transform jobs."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.endpoints.servers import ModelServers
from penstock.services.sagemaker.identify import Identify, unidentified
from penstock.services.sagemaker.jobs.api import Jobs
from penstock.services.sagemaker.jobs.flow import JobFlow
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.services.sagemaker.transform.api import TransformJobs
from penstock.services.sagemaker.transform.running import RUN_TRANSFORM, STOP_TRANSFORM, Transforming
from penstock.services.sagemaker.transform.staging import Staging
from penstock.store.blobs import Blobs
from penstock.store.streams import Streams
from penstock.wire.call import Directory


def open_transform(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    servers: ModelServers,
    streams: Streams,
    clock: Callable[[], float],
    identify: Identify = unidentified,
    announce: Announce = unheard,
) -> None:
    """Enter the operations into the directory, the flow and activities into the engine. Before `engine.work`."""
    objects = Objects(directory, blobs)
    transforming = Transforming(
        begun=Staging(directory, objects, blobs, engine).begun,
        servers=servers,
        objects=objects,
        blobs=blobs,
        streams=streams,
        identify=identify,
        clock=clock,
    )
    engine.activity(RUN_TRANSFORM, transforming.run)
    engine.activity(STOP_TRANSFORM, transforming.stop)
    engine.register(
        JobFlow(
            "transform-job",
            transforming.settled,
            run=RUN_TRANSFORM,
            stop=STOP_TRANSFORM,
            announce=announce,
            because=engine.tally.because,
        )
    )
    jobs = Jobs(engine, engine.database, clock=clock, announce=announce)
    directory.register(TransformJobs(jobs, directory))
