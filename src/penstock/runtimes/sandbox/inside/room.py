"""Rooms: a process of its own pid and mount namespaces, in which the job's folder is `/opt/ml`.

The first process of a room is its pid 1: when it goes, the kernel ends everything in the room. Mounts made in a room
are seen there only. Without the rights of root the room is also a user namespace, in which the user keeps their name.

Rooms are made in two steps, so that the slow one can be taken ahead of time: `furnish` knows no job, `admit` does.
`dismiss` undoes the second, for the next job.
"""

import ctypes
import errno
import os
import platform
import stat
from contextlib import suppress
from typing import Final, NamedTuple

MS_RDONLY: Final = 0x1
MS_NOSUID_NODEV_NOEXEC: Final = 0x2 | 0x4 | 0x8
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000
MNT_DETACH: Final = 2
MADV_COLLAPSE: Final = 25
HUGE: Final = 1 << 21
CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
SIGCHLD: Final = 17
SYS_CLONE: Final = {"x86_64": 56, "aarch64": 220, "riscv64": 220}

ML: Final = "/opt/ml"
TMP: Final = "/tmp"  # noqa: S108 - it is private to the job
HOSTS: Final = "/etc/hosts"
HELP: Final = (
    "the sandbox needs Linux namespaces. As an ordinary user: enable them (sysctl user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0); inside a container: start it "
    "with --privileged, or --cap-add SYS_ADMIN --security-opt seccomp=unconfined; or use the container runtime"
)

# PyDLL keeps the interpreter's lock: a clone must not happen while it is let go.
libc: Final = ctypes.PyDLL(None, use_errno=True)
libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
libc.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)
libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
libc.syscall.restype = ctypes.c_long


class NoRoom(Exception):
    """A room could not be made; the message says why and what would do."""


def fork_into_room(*, own_user: bool) -> int:
    """Like `os.fork`, but the child is pid 1 of a room of its own. The caller must have one thread only.

    Whatever happens to the child, it must not return into its parent's code: it furnishes its room, or it exits.
    """
    number = SYS_CLONE.get(platform.machine())
    if number is None:
        raise NoRoom(f"the sandbox does not know the processor {platform.machine()}; use the container runtime")
    flags = SIGCHLD | CLONE_NEWNS | CLONE_NEWPID | (CLONE_NEWUSER if own_user else 0)
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    pid = int(libc.syscall(number, flags, 0, 0, 0, 0))
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    problem = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise NoRoom(f"cannot make a room for a job: {os.strerror(problem)}; {HELP}")
    return pid


def keep_name(user: int, group: int) -> None:
    """Map the user to themselves: files made in the room belong to whom they would outside."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError as problem:
            raise NoRoom(f"cannot keep user {user} in a user namespace: {problem.strerror}; {HELP}") from None


def gather_memory() -> None:
    """Gather what the imports have filled into huge pages: a fork copies one entry for each, instead of 512.

    Halves the cost of forking an environment with scikit-learn in it. Kernels that cannot are left in peace.
    """
    with open("/proc/self/maps") as file:
        areas = [line.split() for line in file]
    for place, rights, *rest in areas:
        if "w" not in rights or rest[3:] not in ([], ["[heap]"]):
            continue
        first, last = (int(end, 16) for end in place.split("-"))
        first, last = -(-first // HUGE) * HUGE, last // HUGE * HUGE
        if first < last:
            libc.madvise(first, last - first, MADV_COLLAPSE)


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    done = libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        flags,
        options.encode() if options else None,
    )
    if done != 0:
        problem = ctypes.get_errno()
        raise NoRoom(f"cannot mount {target}: {os.strerror(problem)}; {HELP}")


def bind(source: str, target: str, *, read_only: bool = False) -> None:
    mount(source, target, None, MS_BIND | MS_REC)
    if read_only:
        locked = locked_flags(target)
        mount(source, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY | locked)


def locked_flags(path: str) -> int:
    """The flags that a remount must repeat: in a user namespace the kernel refuses to drop them."""
    flags = os.statvfs(path).f_flag
    return flags & (MS_NOSUID_NODEV_NOEXEC | 0x400 | 0x800) | (0x200000 if flags & 0x1000 else 0)


class Room(NamedTuple):
    """A furnished room: handles for what the job's folder is taken from, opened before it was hidden."""

    jobs: int
    kept: tuple[tuple[int, str], ...]  # what must stay visible though it lies under /tmp
    mounts: bytes  # all of them, as the kernel tells it


def under(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


class Furniture(NamedTuple):
    """What a room is furnished with, whichever job comes."""

    jobs: str
    hidden: list[str]
    keep: list[str]
    user: tuple[int, int] | None  # user and group, where the room has a user namespace of its own


def furnish(furniture: Furniture) -> Room:
    """All that does not depend on the job: private mounts, a place for /opt/ml, Penstock's data out of sight, /proc."""
    if os.getpid() != 1:
        raise NoRoom(f"not alone in a pid namespace; {HELP}")
    jobs, hidden, keep, user = furniture
    if user is not None:
        keep_name(*user)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    inside = os.open(jobs, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    kept = [(os.open(path, os.O_PATH | os.O_CLOEXEC), path) for path in keep if os.path.exists(path)]
    make_place(ML)
    for folder in hidden:
        if not under(folder, TMP):
            mount("penstock", folder, "tmpfs", MS_NOSUID_NODEV_NOEXEC, "mode=0755,size=1m")
            restore([each for each in kept if under(each[1], folder)])
            seal(folder)
    with suppress(NoRoom):  # refused inside many containers: the job then sees the outer /proc, which harms nobody
        mount("proc", "/proc", "proc", MS_NOSUID_NODEV_NOEXEC)
    return Room(inside, tuple(each for each in kept if under(each[1], TMP)), mounts_now())


def mounts_now() -> bytes:
    with open("/proc/self/mountinfo", "rb", buffering=0) as file:
        return file.readall()


def seal(folder: str) -> None:
    """Let nothing be written into a file system that we have laid over a folder: one job would leave it to the next."""
    mount("none", folder, None, MS_BIND | MS_REMOUNT | MS_RDONLY | locked_flags(folder))


def restore(kept: list[tuple[int, str]]) -> None:
    """Show again what a mount over a folder above has hidden."""
    for handle, path in kept:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            os.makedirs(path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
        bind(f"/proc/self/fd/{handle}", path)


def make_place(path: str) -> None:
    """Let a folder be there to mount on; where it cannot be made, lay a copy of its parent's view over the parent."""
    if os.path.isdir(path):
        return
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as refusal:
        if refusal.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise
        above = os.path.dirname(path)
        if not os.path.isdir(above):
            raise NoRoom(f"cannot make {path}: {above} does not exist; create it once as root") from None
        cover(above)
        os.makedirs(path)
        seal(above)


def cover(folder: str) -> None:
    """Lay an empty tmpfs over a folder and show its entries through it."""
    entries = [(entry.name, entry.is_symlink()) for entry in os.scandir(folder)]
    links = [(name, os.readlink(f"{folder}/{name}")) for name, is_link in entries if is_link]
    kept = [(os.open(f"{folder}/{name}", os.O_PATH), f"{folder}/{name}") for name, is_link in entries if not is_link]
    mount("penstock", folder, "tmpfs", MS_NOSUID_NODEV_NOEXEC & ~0x8, "mode=0755,size=1m")
    restore(kept)
    for handle, _ in kept:
        os.close(handle)
    for name, target in links:
        os.symlink(target, f"{folder}/{name}")


def admit(room: Room, job: str, links: list[list[str]], hosts: bool) -> int:
    """Mount one job's folder; answers a handle on it, since it cannot be reached by path any more."""
    folder = os.open(job, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=room.jobs)
    os.fchdir(folder)
    bind("ml", ML)
    for source, target in links:
        bind(source, target, read_only=True)
    if hosts:
        bind("hosts", HOSTS)
    bind("tmp", TMP)
    restore(list(room.kept))
    return folder


def dismiss(room: Room, hosts: bool) -> bool:
    """Take a job's folder away again; false if the room is not as it was before, and so not for another job."""
    os.chdir("/")
    for target in (TMP, *([HOSTS] if hosts else []), ML):
        if libc.umount2(target.encode(), MNT_DETACH) != 0:
            return False
    return mounts_now() == room.mounts


def number_from_the_start() -> None:
    """Let the next process of the room have the number that it would have in a new one, if the kernel can."""
    with suppress(OSError):
        last = os.open("/proc/sys/kernel/ns_last_pid", os.O_WRONLY | os.O_CLOEXEC)
        os.write(last, b"1")
        os.close(last)
