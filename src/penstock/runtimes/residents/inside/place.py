"""A resident's place: a room in which its code is where its program expects it, and Penstock's data is out of sight.

Every source is opened before anything is hidden, since what is shown may lie in a folder that must not be seen.
"""

import os
from contextlib import suppress
from typing import Final, NamedTuple

from penstock.runtimes.sandbox.inside import room

OPT: Final = "/opt"
SCRATCH: Final = room.MS_NOSUID_NODEV_NOEXEC & ~0x8  # programs may be run from /tmp

Handles = list[tuple[int, str]]


class Plan(NamedTuple):
    folders: dict[str, str]  # path inside → folder shown there
    hidden: list[str]
    keep: list[str]  # what must stay visible though it lies under something hidden
    scratch_mib: int
    user: tuple[int, int] | None  # where the room has a user namespace of its own


def furnish(plan: Plan) -> None:
    """Make this process's room the resident's place. It must be pid 1 of a room."""
    if os.getpid() != 1:
        raise room.NoRoom(f"not alone in a pid namespace; {room.HELP}")
    if plan.user is not None:
        room.keep_name(*plan.user)
    room.mount("none", "/", None, room.MS_REC | room.MS_PRIVATE)
    shown = [(hold(source), target) for target, source in plan.folders.items()]
    kept = [(hold(path), path) for path in plan.keep if os.path.exists(path)]
    for folder in plan.hidden:
        if not room.under(folder, room.TMP):
            room.mount("penstock", folder, "tmpfs", room.MS_NOSUID_NODEV_NOEXEC, "mode=0755,size=1m")
            room.restore(inside(folder, kept))
    for handle, target in shown:
        show(handle, target, kept)
    room.mount("penstock", room.TMP, "tmpfs", SCRATCH, f"mode=1777,size={plan.scratch_mib}m")
    room.restore(inside(room.TMP, kept))
    with suppress(room.NoRoom):  # refused inside many containers: the outer /proc is seen, which harms nobody
        room.mount("proc", "/proc", "proc", room.MS_NOSUID_NODEV_NOEXEC)
    for handle, _ in shown + kept:
        os.close(handle)


def hold(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def inside(folder: str, kept: Handles) -> Handles:
    return [each for each in kept if room.under(each[1], folder)]


def show(handle: int, target: str, kept: Handles) -> None:
    """Show a folder, read-only. Over `/opt`, what must be kept of it (a Python, perhaps) stays beside."""
    source = f"/proc/self/fd/{handle}"
    if target == OPT and inside(OPT, kept):
        entries = os.listdir(source)
        sources = [(hold(f"{source}/{name}"), f"{OPT}/{name}") for name in entries]
        room.mount("penstock", OPT, "tmpfs", SCRATCH, "mode=0755,size=1m")
        room.restore(sources)
        room.restore(inside(OPT, kept))
        room.mount("penstock", OPT, None, room.MS_BIND | room.MS_REMOUNT | room.MS_RDONLY | room.locked_flags(OPT))
        return
    room.make_place(target)
    room.bind(source, target, read_only=True)
