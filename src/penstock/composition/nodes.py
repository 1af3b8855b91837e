"""What there is elsewhere to carry out jobs with: the nodes of a Ray cluster, where they find us, what goes there."""

import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from penstock.composition.images import Images
from penstock.composition.runtimes import machine_here
from penstock.composition.sources import clock
from penstock.engine.jobs import Job
from penstock.gateway.guard import is_loopback
from penstock.runtimes.choice import ByImage
from penstock.runtimes.container import Containers
from penstock.runtimes.ray import TOKEN, Address, Cluster, NoCluster, RayJobs, Tickets, find_cluster
from penstock.runtimes.sandbox import Sandbox
from penstock.services.sagemaker.jobs.instances import Machine, MachineOf
from penstock.store.blobs import Blobs

AGENT: Final = "exec ${PENSTOCK_PYTHON:-python3} -m penstock.composition.raynode"  # by a node's shell
WILD: Final = ("0.0.0.0", "::")  # noqa: S104 - asked for, not listened to
BOUNDLESS: Final = Machine(cpus=10**6, memory_mib=10**12, gpus=10**6)  # a cluster, before it is asked what it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The Ray cluster that there is, if any: where its job server is, which jobs go there, how its nodes find us."""

    cluster: str = ""
    jobs: Literal["all", "mapped"] = "all"
    token: str = ""
    address: Callable[[], Address] = Address

    @property
    def take_unmapped(self) -> bool:
        return bool(self.cluster) and self.jobs == "all"


NO_NODES: Final = Nodes()


def nodes_at(
    ray: str,
    jobs: Literal["all", "mapped"],
    endpoint: str,
    environment: Mapping[str, str],
    address: Callable[[], Address],
) -> Nodes:
    """The cluster that was asked for, if any was. Raises `NoCluster`."""
    cluster = find_cluster(ray, environment)
    if not cluster and (endpoint or jobs != "all"):
        raise NoCluster("--ray-jobs and --ray-endpoint are about a Ray cluster: name it with --ray")
    return Nodes(cluster=cluster, jobs=jobs, token=environment.get(TOKEN, ""), address=address)


def ray_of(data: Path, nodes: Nodes, blobs: Blobs, images: Images) -> RayJobs:
    """What runs jobs on the nodes of a Ray cluster; without one it says how to have one."""
    return RayJobs(
        data / "ray",
        cluster=Cluster(nodes.cluster, token=nodes.token),
        blobs=blobs,
        tickets=Tickets(),
        address=nodes.address,
        mapping=images.mapping,
        command=AGENT,
        clock=clock,
    )


def anywhere_by_image(sandbox: Sandbox, containers: Containers, ray: RayJobs, images: Images) -> ByImage:
    """What runs jobs wherever they belong. Instances of one job find each other on one machine only."""

    def is_on_nodes(job: Job) -> bool:
        return len(job.hosts) <= 1 and images.is_on_nodes(job.image)

    return ByImage(sandbox, (containers, lambda job: images.is_container(job.image)), (ray, is_on_nodes))


def machines(images: Images) -> MachineOf:
    """What an image's jobs run on: on nodes they have what their instances have, as far as a node has it."""
    here = machine_here()
    return lambda image, instances: BOUNDLESS if instances == 1 and images.is_on_nodes(image) else here


def address_for_nodes(endpoint: str, host: str, cluster: str, told: str) -> Address:
    """Where the nodes of a cluster find the server at an endpoint, which listens on `host`. Raises `NoCluster`."""
    port = urlsplit(endpoint).port
    here = (endpoint, f"http://127.0.0.1:{port}") if host in WILD else (endpoint,)
    if told:
        place = urlsplit(told)
        if place.scheme != "http" or not place.hostname or place.path.strip("/"):
            raise NoCluster(f"--ray-endpoint '{told}' is not of the form http://HOST:PORT")
        return Address(told.rstrip("/"), here)
    head = urlsplit(cluster).hostname or ""
    if is_loopback(host) and not is_loopback(head):
        raise NoCluster(
            f"nodes of the Ray cluster at {head} cannot reach {host}: start with --host 0.0.0.0 --auth, or say with "
            "--ray-endpoint http://HOST:PORT by which address they do"
        )
    name = seen_from(head) if host in WILD else host
    return Address(f"http://{f'[{name}]' if ':' in name else name}:{port}", here)


def seen_from(host: str) -> str:
    """This machine's address on the way to another one."""
    family, kind, _, _, address = socket.getaddrinfo(host, 1, type=socket.SOCK_DGRAM)[0]
    with closing(socket.socket(family, kind)) as asked:
        asked.connect(address)  # of datagrams: nothing is sent
        found: str = asked.getsockname()[0]
        return found
