"""Instance types as slots of this machine: what a job holds while it runs.

`ml.m5.24xlarge` must run on a laptop, and one job must not keep all others waiting. So an instance holds what its
type has, but never more than **half of the machine's processors, rounded up** (two jobs run side by side on any
machine with two processors or more), the same share of its memory, and the GPUs that there are (none: the job runs
without, and its log says so). Instances of one job share that half, so that all of them can run at once: they wait for
each other.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from penstock.engine.jobs import Resources

TABLE: Final = Path(__file__).with_name("instances.toml")
GENERAL_PURPOSE: Final = 4.0  # GiB for each vCPU
GIB: Final = 1024
LEAST_MEMORY: Final = 256  # MiB


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share out."""

    cpus: int
    memory_mib: int
    gpus: int = 0


MachineOf = Callable[[str, int], Machine]  # what an image's jobs run on, if they are of that many instances


@dataclass(frozen=True, slots=True)
class Size:
    """What an instance type has on AWS."""

    cpus: int
    memory_mib: int
    gpus: int


@cache
def size_of(instance_type: str) -> Size:
    """The size of `ml.FAMILY.SIZE`; of a type that nobody has heard of, a plausible one."""
    table = tomllib.loads(TABLE.read_text())
    _, _, rest = instance_type.partition(".")
    family, _, size = rest.partition(".")
    cpus = int(table["cpus"].get(size, 4))
    gpus = table["gpus"].get(family)
    memory = cpus * float(table["memory"].get(family, GENERAL_PURPOSE)) * GIB
    return Size(cpus, int(memory), 0 if gpus is None else int(gpus.get(size, 1)))


def note(instance_type: str, machine: Machine) -> str:
    """What a job's log says first if its instance type has more GPUs than there are; else nothing."""
    has = size_of(instance_type).gpus
    if has <= machine.gpus:
        return ""
    gpus = "a GPU" if has == 1 else f"{has} GPUs"
    here = f"this machine has {machine.gpus or 'none'}"
    return f"{instance_type} has {gpus} on AWS; {here}."


def resources(instance_type: str, machine: Machine, *, among: int, volume_gib: int) -> Resources:
    """What one of `among` instances of a job holds on this machine."""
    size = size_of(instance_type)
    half = -(-machine.cpus // 2)
    cpus = min(float(size.cpus), half / among)
    memory = min(size.memory_mib, int(machine.memory_mib * cpus / machine.cpus))
    return Resources(
        cpus=cpus,
        memory_mib=max(LEAST_MEMORY, memory),
        gpus=min(size.gpus, machine.gpus // among),
        disk_mib=volume_gib * GIB,
    )
