"""The nursery: a small process that forks residents for the server, each in a room of its own, and ends when it does.

A request is one message on its socket: JSON, with the resident's control socket and its log file. The first frame on
the control socket says how it went: `{"pid": …}` with a handle on the process, or `{"error": …}`; afterwards that
socket is the keeper's. What the program inside needs of Python is imported here once: a resident begins as a fork.
"""

import gc
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import traceback
import types
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn

from penstock.runtimes.residents.inside import keeper, line
from penstock.runtimes.residents.inside.place import Plan
from penstock.runtimes.sandbox.inside import room, warm, zygote

LARGEST: Final = 1 << 17  # bytes of a request

Document = dict[str, Any]


class Configuration(NamedTuple):
    """What the server says on the command line."""

    hidden: list[str]
    keep: list[str]
    module: str  # the file of the program that residents are forked with
    preload: list[str]
    commands: dict[str, list[str]]  # what starts the program of each language where a fork will not do


def main(configuration: Configuration) -> NoReturn:
    server = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.setsid()
    os.chdir("/")
    zygote.preload(configuration.preload)
    Nursery(configuration, load(configuration.module), server).serve()
    os._exit(0)


def load(path: str) -> types.ModuleType:
    """A module by its file; no resident can import it, or find it in its way."""
    spec = importlib.util.spec_from_file_location("penstock_resident", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Nursery:
    def __init__(self, configuration: Configuration, program: types.ModuleType, server: socket.socket) -> None:
        self._configuration = configuration
        self._program = program
        self._server = server
        self._user = zygote.needed_user()
        self._living: set[int] = set()
        gc.collect()
        gc.freeze()

    def serve(self) -> None:
        """Until the server is gone."""
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's terminal is not ours
        self._server.send(b"ready")
        ready = select.poll()
        ready.register(self._server, select.POLLIN)
        ready.register(reading, select.POLLIN)
        while True:
            for handle, _ in ready.poll():
                if handle == reading:
                    os.read(reading, 512)
                    self._bury()
                elif not self._meet():
                    zygote.end_all(self._living)
                    return

    def _meet(self) -> bool:
        """Answer a request; false if there are no more."""
        try:
            text, handles, _, _ = socket.recv_fds(self._server, LARGEST, 2)
        except OSError:
            return False
        if not text or len(handles) != 2:
            return False
        control, log = handles
        try:
            self._begin(json.loads(text), control, log)
        except (room.NoRoom, OSError) as problem:
            with suppress(OSError):
                os.write(control, line.framed({"error": str(problem)}))
        os.close(control)
        os.close(log)
        return True

    def _begin(self, wanted: Document, control: int, log: int) -> None:
        """Fork a keeper and hand the server a handle on it; the keeper says nothing, nor ends, before that."""
        waiting, gate = os.pipe2(os.O_CLOEXEC)
        try:
            with zygote.blocked(keeper.OWN_SIGNALS):
                pid = room.fork_into_room(own_user=self._user is not None)
                if pid == 0:
                    os.close(gate)
                    if os.read(waiting, 1):
                        self._become_keeper(wanted, control, log)
                    os._exit(1)
            self._living.add(pid)
            handle = os.pidfd_open(pid)  # it is not buried yet, so the pid is still its own
            try:
                with socket.socket(fileno=os.dup(control)) as server, suppress(OSError):
                    socket.send_fds(server, [line.framed({"pid": pid})], [handle])
            finally:
                os.close(handle)
            os.write(gate, b"g")
        finally:
            os.close(waiting)
            os.close(gate)

    def _become_keeper(self, wanted: Document, control: int, log: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            warm.close_others({control, log})
            for handle in (control, log):
                os.set_inheritable(handle, False)
            plan = Plan(
                folders=wanted["folders"],
                hidden=self._configuration.hidden,
                keep=[*self._configuration.keep, *wanted["keep"]],
                scratch_mib=wanted["scratch_mib"],
                user=self._user,
            )
            command = wanted["command"] or self._configuration.commands[wanted["language"]]
            program = self._program if wanted["language"] == "python" and not wanted["command"] else None
            keeper.live(plan, socket.socket(fileno=control), log, keeper.Wanted(wanted, command, program))
        except BaseException:  # it must not go on as a second nursery
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(1)

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                self._living.discard(pid)
