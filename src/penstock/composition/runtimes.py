"""What this machine has to carry out jobs with: its share, containers of an engine. Ray's nodes are in `nodes`."""

from pathlib import Path

from penstock.composition.images import Images
from penstock.composition.sources import clock
from penstock.images import clients
from penstock.runtimes.choice import ByImage
from penstock.runtimes.container import Containers
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.sandbox import Sandbox
from penstock.runtimes.slots import Slots, this_machine
from penstock.services.sagemaker.jobs.instances import Machine
from penstock.store.blobs import Blobs


def machine_here() -> Machine:
    """What there is of this machine for jobs to share."""
    share = this_machine()
    return Machine(int(share.cpus), int(share.memory_mib), share.gpus)


def containers_of(data: Path, engine: ContainerEngine, blobs: Blobs, images: Images, slots: Slots) -> Containers:
    """What runs jobs whose images are at a container engine."""
    return Containers(
        data / "containers",
        engine=engine,
        blobs=blobs,
        resolve=images.container,
        slots=slots,
        clock=clock,
        visible=[clients.SHIM],
    )


def here_by_image(sandbox: Sandbox, containers: Containers, images: Images) -> ByImage:
    """What runs jobs on this machine."""
    return ByImage(sandbox, (containers, lambda job: images.is_container(job.image)))
