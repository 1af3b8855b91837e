"""The program of a resident: a fork of the nursery where that is the same as starting it, else a process of its own.

It finds its channel as handle 3, its output as 1 and 2, nothing as 0, and only the variables that it was given.
"""

import os
import signal
import socket
import sys
import time
import traceback
import types
from contextlib import suppress
from typing import Final, NoReturn

from penstock.runtimes.sandbox.inside import warm

CHANNEL: Final = 3
ACT_AT_START: Final = ("LD_PRELOAD", "PYTHON", "GLIBC_", "MALLOC_")  # never again: they need a start of their own
HARMLESS: Final = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING")
LIBRARIES: Final = ("/opt/lib", "/var/task/lib")  # the loader looks there only if LD_LIBRARY_PATH said so at the start


def start(
    variables: dict[str, str], command: list[str], module: types.ModuleType | None, channel: socket.socket, output: int
) -> int:
    """Answers its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            become(variables, command, module, channel.fileno(), output)
        except BaseException:  # it must not go on as a second keeper
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(1)
    return pid


def become(
    variables: dict[str, str], command: list[str], module: types.ModuleType | None, channel: int, output: int
) -> NoReturn:
    os.setsid()
    settle_handles(channel, output)
    warm.reset_signals()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN if module is not None else signal.SIG_DFL)
    if module is None or needs_start(variables) or warm.wants_threads_of_its_own(variables):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execve(command[0], command, variables)  # noqa: S606 - no shell is what we want
    before = {"", *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    warm.limit_threads(variables)
    warm.refresh_chance()
    sys.argv[:] = command[1:]
    sys.path[:0] = [each for each in variables.get("PYTHONPATH", "").split(os.pathsep) if each not in before]
    sys.path_importer_cache.clear()
    module.serve(CHANNEL)
    os._exit(0)


def settle_handles(channel: int, output: int) -> None:
    channel, output = os.dup(channel), os.dup(output)  # out of each other's way
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(channel, CHANNEL)
    os.set_inheritable(CHANNEL, True)  # also where it was there already
    for handle in [int(name) for name in os.listdir("/proc/self/fd")]:
        if handle > CHANNEL:
            with suppress(OSError):  # the listing's own
                os.close(handle)


def needs_start(variables: dict[str, str]) -> bool:
    """Whether something acts only when a program starts."""
    searched = variables.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    return any(folder in searched and os.path.isdir(folder) for folder in LIBRARIES) or any(
        name.startswith(ACT_AT_START) and name not in HARMLESS for name in variables
    )
