"""GPUs: which this machine has for jobs, by names that CUDA knows (`CUDA_VISIBLE_DEVICES`).

NVIDIA's own tool is asked, once, where it is installed. A server that was started with `CUDA_VISIBLE_DEVICES` gives
out these only; numbers in it are the tool's, which counts by the bus.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import Final

VISIBLE: Final = "CUDA_VISIBLE_DEVICES"
TOOL: Final = "nvidia-smi"
PATIENCE: Final = 20.0  # seconds: a driver that sleeps takes some to wake
LINE: Final = re.compile(r"GPU (?P<number>\d+): .*\(UUID: (?P<name>GPU-[0-9a-fA-F-]+)\)")


@cache
def gpus_here() -> tuple[str, ...]:
    """The names of this machine's GPUs. Blocking, the first time."""
    if shutil.which(TOOL) is None:
        return ()
    try:
        done = subprocess.run([TOOL, "-L"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):  # a driver that does not answer does not compute, either
        return ()
    return allowed(listed(done.stdout), os.environ)


def named_in(environment: Mapping[str, str]) -> list[str]:
    """The GPUs that a job is told of."""
    return [each for each in environment.get(VISIBLE, "").split(",") if each]


def listed(told: str) -> dict[str, str]:
    """The names in what the tool tells, by its numbers."""
    found = (LINE.match(line) for line in told.splitlines())
    return {each["number"]: each["name"] for each in found if each}


def allowed(gpus: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Those that the server may give out; as CUDA reads the variable, what follows an unknown name does not count."""
    wanted = environment.get(VISIBLE)
    if wanted is None:
        return tuple(gpus.values())
    found: list[str] = []
    for each in filter(None, wanted.replace(" ", "").split(",")):
        name = gpus.get(each) or next((full for full in gpus.values() if full.startswith(each)), None)
        if name is None or name in found:
            break
        found.append(name)
    return tuple(found)
