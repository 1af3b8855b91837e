"""The container runtime: `containers` is the contract, `engine` how Docker and Podman are spoken to."""

from penstock.runtimes.container.containers import Containers
from penstock.runtimes.container.engine import Engine, EngineGone, NotHere, Refused, find_socket
from penstock.runtimes.container.images import ContainerImage
from penstock.runtimes.container.servers import ContainerServers

__all__ = [
    "ContainerImage",
    "ContainerServers",
    "Containers",
    "Engine",
    "EngineGone",
    "NotHere",
    "Refused",
    "find_socket",
]
