"""Images, as the container runtime sees them: what a job's image is called at the engine.

Which image that is, is the catalogue's business (`penstock.images`); it is handed in as a `Resolve`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerImage:
    """An image by its name; with `pull` it is fetched from its registry where the engine does not have it.

    `network` is what its model servers have: one of their `own`, or this machine's (`host`), as jobs have.
    """

    name: str
    pull: bool = False
    network: Literal["own", "host"] = "own"
    environment: Mapping[str, str] = field(default_factory=dict)


Resolve = Callable[[str], ContainerImage]
