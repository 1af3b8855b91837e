"""The room, furnished: what `app` calls to have training and processing jobs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from penstock.engine.engine import Engine
from penstock.engine.jobs import Runtime
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.identify import Identify, unidentified
from penstock.services.sagemaker.jobs.api import Jobs, ProcessingJobs, TrainingJobs
from penstock.services.sagemaker.jobs.exchanges import Hearing
from penstock.services.sagemaker.jobs.flow import RUN_JOB, STOP_JOB, JobFlow
from penstock.services.sagemaker.jobs.harvest import Harvesting
from penstock.services.sagemaker.jobs.instances import MachineOf
from penstock.services.sagemaker.jobs.measuring import Measuring, UsageOf, unmeasured
from penstock.services.sagemaker.jobs.objects import Objects
from penstock.services.sagemaker.jobs.requests import Definitions
from penstock.services.sagemaker.jobs.running import Context, JobClients, Running, Tracking, no_context
from penstock.services.sagemaker.jobs.staging import Staging, holding
from penstock.services.sagemaker.jobs.telling import Telling
from penstock.store.blobs import Blobs
from penstock.store.streams import Streams
from penstock.wire.call import Directory


@dataclass(frozen=True, slots=True)
class JobsRoom:
    """What is to be done beside: `tidy` now and then, `measuring` all the time.

    The former has the content held that running jobs took, and the runtime forget jobs that have settled (each new job
    does so too: this is for the time when no job comes). The latter tells CloudWatch what running jobs use.
    """

    tidy: Callable[[], Awaitable[None]]
    measuring: Measuring


def furnish(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    runtime: Runtime,
    machine: MachineOf,
    streams: Streams,
    client_environment: JobClients,
    hearing: Hearing,
    clock: Callable[[], float],
    definitions: Definitions = lambda _: (),
    announce: Announce = unheard,
    identify: Identify = unidentified,
    context: Context = no_context,
    tracking: Tracking = lambda _: {},
    usage: UsageOf = unmeasured,
) -> JobsRoom:
    """Enter the operations into the directory, the flows and activities into the engine. Before `engine.work`."""
    objects = Objects(directory, blobs)
    running = Running(
        runtime=runtime,
        machine=machine,
        objects=objects,
        staging=Staging(blobs, holding(engine.database)),
        harvesting=Harvesting(blobs, runtime),
        streams=streams,
        client_environment=client_environment,
        identify=identify,
        hearing=hearing,
        tell=Telling(directory).tell,
        context=context,
        tracking=tracking,
        clock=clock,
    )
    engine.activity(RUN_JOB, running.run, eager=True)
    engine.activity(STOP_JOB, running.stop)
    because = engine.tally.because
    engine.register(JobFlow("training-job", running.settled, announce=announce, because=because))
    engine.register(JobFlow("processing-job", running.settled, announce=announce, because=because))
    jobs = Jobs(engine, engine.database, clock=clock, announce=announce)
    directory.register(TrainingJobs(jobs, objects, definitions))
    directory.register(ProcessingJobs(jobs))

    async def tidy() -> None:
        await running.hold_taken()
        await running.forget_settled()
        await hearing.tidy(clock())

    return JobsRoom(tidy, Measuring(directory, usage, running.subjects, clock))
