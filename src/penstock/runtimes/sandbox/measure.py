"""Measuring: what the processes of a job that runs have used, and hold, as /proc tells of those below its supervisor.

The supervisor itself does not count: it may have had other jobs before. Nothing here waits for the job; who asks takes
a thread.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from penstock.engine.jobs import Usage

MOST: Final = 4096  # processes
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
TICK: Final = os.sysconf("SC_CLK_TCK")
TIMES: Final = slice(11, 15)  # in /proc/PID/stat after the name: its own time, the kernel's, its ended children's
STARTED: Final = 19


class Told(NamedTuple):
    """What /proc tells of a process: ticks of the processor, the tick that it began at, pages that are its alone."""

    ticks: int
    started: int
    pages: int


def usage(supervisor: int, folder: Path) -> Usage | None:
    """What all processes below a supervisor have used; None where there are none. `folder` is on the disk they fill."""
    told = [found for pid in below(supervisor) if (found := read(pid)) is not None]
    if not told:
        return None
    disk = os.statvfs(folder)
    return Usage(
        cpu_seconds=sum(each.ticks for each in told) / TICK,
        age=max(time.clock_gettime(time.CLOCK_BOOTTIME) - min(each.started for each in told) / TICK, 0.0),
        memory_bytes=sum(each.pages for each in told) * PAGE,
        disk_share=1 - disk.f_bavail / disk.f_blocks if disk.f_blocks else 0.0,
    )


def below(supervisor: int) -> Iterator[int]:
    """Its children, their children, and so on."""
    waiting, seen = [supervisor], 0
    while waiting and seen < MOST:
        pid = waiting.pop()
        with suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = [int(child) for child in (task / "children").read_text().split()]
                waiting += children
                seen += len(children)
                yield from children


def read(pid: int) -> Told | None:
    """None of one that has just gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_bytes().split()
    except OSError:
        return None
    return Told(sum(map(int, stat[TIMES])), int(stat[STARTED]), int(resident) - int(shared))
