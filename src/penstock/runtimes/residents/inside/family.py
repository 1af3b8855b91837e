"""The family: every process in a resident's room, how much memory they hold together, and whether that is too much.

What counts is what is theirs alone: anonymous memory, as the kernel counts it resident. (A limit on address space would
refuse libraries that reserve much and use little.) It is looked at now and then, and can be overrun for as long.
"""

import os
import time
from contextlib import suppress
from typing import Final

MOST: Final = 1024  # processes
DYING: Final = 1.0  # seconds for a program that has hung up to be gone
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
COST: Final = 20  # a look may take one part in so many of the time


class Limits:
    def __init__(self, memory_mib: int) -> None:
        self._most = memory_mib << 20
        self._memory_mib = memory_mib
        self._own = os.readlink("/proc/self") == "1"
        self._hung_up: float | None = None
        self.peak_mib = 0
        self.problem = ""  # why it must end, once there is a reason
        self.due = time.monotonic()
        self.look_soon()

    def look_soon(self) -> None:
        """A request begins."""
        self.due = min(self.due, time.monotonic() + 0.05)

    def expect_end(self) -> None:
        """The program has hung up; it is killed if it goes on."""
        self._hung_up = time.monotonic()
        self.due = min(self.due, self._hung_up + DYING)

    def look(self, pause: float) -> None:
        now = time.monotonic()
        members = everyone() if self._own else descendants()
        held = sum(anonymous(pid) for pid in members)
        self.peak_mib = max(self.peak_mib, min(held >> 20, self._memory_mib))
        if len(members) > MOST:
            self.problem = f"it had more than {MOST} processes"
        elif held > self._most:
            self.problem = f"it used more than its {self._memory_mib} MB of memory"
        elif self._hung_up is not None and now >= self._hung_up + DYING:
            self.problem = "it closed the line that requests come on"
        after = time.monotonic()
        self.due = after + max(pause, (after - now) * COST)


def everyone() -> list[str]:
    """Every process of the room but its keeper, where /proc is the room's own."""
    return [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def descendants() -> list[str]:
    """The same, found from parent to child, where /proc is a larger world's."""
    found: list[str] = []
    waiting = [os.readlink("/proc/self")]
    while waiting and len(found) <= MOST:
        pid = waiting.pop()
        with suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    children = file.read().split()
                found += children
                waiting += children
    return found


def anonymous(pid: str) -> int:
    """Bytes that a process alone holds; none for one that has just gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            _, resident, shared, *_ = file.read().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * PAGE
