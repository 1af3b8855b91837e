"""The zygote: a small server that forks supervisors and hands jobs to them, with some kept ready.

It is started on demand, outlives Penstock's server and ends by itself: when it has no job and there has been no server
for a while. A request is a line of JSON on its socket: `{"do": "run", "job": …, "log": …}` leaves the connection to the
job's supervisor, which makes ready, waits for the line `go`, takes the claim and answers `{"claimed": false}`, starts
the job, and sends its ending. A job is started once: whoever comes second is answered `{"claimed": true}`. A supervisor
whose room is as it was before says that it is ready again.
"""

import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple, NoReturn

from penstock.runtimes.sandbox.inside import room, supervisor, warm

OWN_SIGNALS: Final = supervisor.OWN_SIGNALS
REFILL_AFTER: Final = 0.003  # seconds
AFTER_FAILURE: Final = 1.0  # seconds, if a spare could not be made
MOST_READY: Final = 8  # supervisors that have had a job and wait for another
MOST_ASKED: Final = 20  # supervisors asked to take a job: all may have been killed, new ones too where memory is short
PATIENCE: Final = 2.0  # seconds that a client may take to say what it wants

Document = dict[str, Any]


class Configuration(NamedTuple):
    """What the server says on the command line."""

    folder: str  # the zygote's own
    jobs: str
    server: str  # locked by the server while it lives
    hidden: list[str]
    keep: list[str]
    preload: list[str]
    is_warm: bool
    spares: int
    linger: float  # seconds without a job and without a server
    idle: float  # seconds without a job though there is a server


class Spare(NamedTuple):
    pid: int
    started: int
    channel: socket.socket  # on which it says `ready`, after each job again, and is given the next one
    is_ready: bool  # it has said so


class Warmless(Exception):
    """The environment cannot be forked from; jobs in it start cold."""


def main(text: str) -> NoReturn:
    """Become a daemon; the process that was started ends as soon as the socket is there, 0 if all is well."""
    configuration = Configuration(**json.loads(text))
    reading, writing = os.pipe()
    if os.fork() > 0:
        os.close(writing)
        answer = os.read(reading, 4096)
        os.write(2, answer.removeprefix(b"ready"))
        os._exit(0 if answer == b"ready" else 1)
    os.setsid()
    os.chdir("/")
    os.close(reading)
    baseline: frozenset[int] = frozenset()
    try:
        preload(configuration.preload)
        baseline = open_handles() - {writing}
        zygote = Zygote(configuration, baseline)
    except (Warmless, room.NoRoom, OSError) as problem:
        os.write(writing, str(problem).encode()[:4000] or b"no reason")
        os._exit(1)
    os.write(writing, b"ready")
    os.close(writing)
    zygote.serve()
    os._exit(0)


def check() -> NoReturn:
    """Make a room and furnish it; say what stands in the way. Exit code 0 if nothing does."""
    code = 0
    try:
        user = needed_user()
        pid = room.fork_into_room(own_user=user is not None)
        if pid == 0:
            room.furnish(room.Furniture("/", [], [], user))
        else:
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except (room.NoRoom, OSError) as problem:
        os.write(1, f"{problem}\n".encode())
        code = 1
    os._exit(code & 0xFF)


def preload(modules: list[str]) -> None:
    """Import, then make sure that what was imported can be forked."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as problem:
            raise Warmless(f"cannot import {name}: {problem}") from None
    warm.look_for_pools()
    # A library's pool of threads (OpenBLAS has one from its import) is put away by its own fork handlers, and made
    # again by whoever needs it. The supervisors' clone runs no such handlers, so this fork does it for all of them.
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise Warmless(f"importing {', '.join(modules)} leaves {threads - 1} threads running")
    gc.collect()
    gc.freeze()
    room.gather_memory()


def open_handles() -> frozenset[int]:
    """What is open now; the listing itself is not, any more."""
    return frozenset(int(name) for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}"))


class Zygote:
    def __init__(self, configuration: Configuration, baseline: frozenset[int]) -> None:
        self._configuration = configuration
        self._baseline = baseline
        self._folder = os.open(configuration.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._lock = self._only_one()
        self._listener = self._listen()
        self._boot = boot()
        user = needed_user()
        self._furniture = room.Furniture(configuration.jobs, configuration.hidden, configuration.keep, user)
        self._spares: list[Spare] = []
        self._lent: dict[int, Spare] = {}  # by the handle of its channel
        self._ready = select.poll()
        self._living: set[int] = set()
        self._quiet_since = time.monotonic()
        self._is_leaving = False

    def _only_one(self) -> int:
        lock = os.open("lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600, dir_fd=self._folder)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Warmless("another one is running") from None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        return lock

    def _listen(self) -> socket.socket:
        path = f"/proc/self/fd/{self._folder}/socket"  # a socket's path may have 107 bytes only
        with suppress(FileNotFoundError):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen(256)
        return listener

    # -- serving

    def serve(self) -> None:
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._ready.register(self._listener, select.POLLIN)
        self._ready.register(reading, select.POLLIN)
        pause = self._refill()
        while not self._is_leaving:
            is_stocked = self._is_stocked()
            patience = min(5.0, self._configuration.linger) if is_stocked else pause
            found = self._ready.poll(patience * 1000)
            for handle, _ in found:
                if handle == reading:
                    os.read(reading, 512)
                elif handle in self._lent:
                    self._take_back(handle)
                else:
                    self._meet(self._listener.accept()[0])
            self._bury()
            # A new spare costs as much as starting a job. It is made while a job runs, as soon as nobody asks for more,
            # so that it is ready when the next step comes.
            if not found and is_stocked:
                self._thin_out()
            elif not found:
                pause = self._refill()
                self._rehearse()
            self._leave_if_alone()
        end_all(self._living)  # spares, and where somebody said quit, jobs too

    def _rehearse(self) -> None:
        """Answer somebody who only says hello: memory shared with new spares is copied now, not when a job comes."""
        quiet_since = self._quiet_since
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.send(b'{"do": "hello"}\n')
        self._meet(theirs)
        ours.close()
        self._quiet_since = quiet_since

    def _meet(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        try:
            line, rest = read_line(client)
            request: Document = json.loads(line)
            answer = self._answer(request, rest, client)
        except (OSError, ValueError) as problem:
            answer = {"error": str(problem)}
        except room.NoRoom as problem:
            answer = {"error": str(problem)}
        if answer is not None:
            with suppress(OSError):
                client.send(json.dumps(answer).encode() + b"\n", socket.MSG_NOSIGNAL)
        client.close()

    def _answer(self, request: Document, rest: bytes, client: socket.socket) -> Document | None:
        self._quiet_since = time.monotonic()
        match request["do"]:
            case "run":
                return self._run(request["job"], request["log"], rest, client)
            case "quit":
                self._is_leaving = True
                return {"pid": os.getpid()}
            case "hello":
                return {"pid": os.getpid()}
            case unknown:
                return {"error": f"no such request: {unknown}"}

    def _run(self, job: str, log: str, rest: bytes, client: socket.socket) -> Document | None:
        """Hand the job to a supervisor, and the connection with it (what was read of it already, too)."""
        if os.path.exists(f"{self._configuration.jobs}/{job}/claim"):
            return {"claimed": True}
        log_file = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o644)
        try:
            client.settimeout(None)
            self._lend(job, rest, (client.fileno(), log_file))
        finally:
            os.close(log_file)
        return None

    def _lend(self, job: str, rest: bytes, handles: tuple[int, int]) -> None:
        """Have a spare take a job."""
        for _ in range(MOST_ASKED):
            spare = self._spares.pop() if self._spares else self._fork()
            text = json.dumps([job, f"{spare.pid} {spare.started} {self._boot}", rest.decode()]).encode()
            if self._lives(spare) and gave(spare, text, handles):
                self._lent[spare.channel.fileno()] = spare
                self._ready.register(spare.channel, select.POLLIN)
                return
            spare.channel.close()
        raise room.NoRoom(
            f"{MOST_ASKED} supervisors have ended before they took the job; is the machine out of memory?"
        )

    def _take_back(self, handle: int) -> None:
        """A supervisor is ready for another job, or has gone."""
        spare = self._lent.pop(handle)
        self._ready.unregister(handle)
        self._quiet_since = time.monotonic()
        try:
            word = spare.channel.recv(64)
        except OSError:
            word = b""
        if word == b"ready" and len(self._spares) < MOST_READY:
            self._spares.append(spare._replace(is_ready=True))  # at the end, from where the next is taken: it is warm
        else:
            spare.channel.close()

    # -- spares

    def _lives(self, spare: Spare) -> bool:
        """Whether a supervisor is there, in a furnished room. What kept one from furnishing its own is raised."""
        word = b"ready" if spare.is_ready else spare.channel.recv(4096)
        self._bury()
        if word.startswith(b"error"):
            spare.channel.close()
            raise room.NoRoom(word.decode().removeprefix("error "))
        return word == b"ready" and spare.pid in self._living

    def _is_stocked(self) -> bool:
        return len(self._spares) >= self._configuration.spares

    def _refill(self) -> float:
        """Make what is missing; answers how long to wait before more is made. Whoever asks for a job is told why."""
        while not self._is_stocked():
            try:
                self._spares.insert(0, self._fork())
            except (room.NoRoom, OSError):
                return AFTER_FAILURE
        return REFILL_AFTER

    def _thin_out(self) -> None:
        """Let those go that have long had nothing to do."""
        while len(self._spares) > self._configuration.spares:
            self._spares.pop(0).channel.close()

    def _fork(self) -> Spare:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with blocked(OWN_SIGNALS):
            pid = room.fork_into_room(own_user=self._furniture.user is not None)
            if pid == 0:
                self._become_supervisor(theirs)
        theirs.close()
        self._living.add(pid)
        return Spare(pid, start_of(pid), ours, is_ready=False)

    def _become_supervisor(self, channel: socket.socket) -> NoReturn:
        signal.set_wakeup_fd(-1)
        warm.close_others(self._baseline | {channel.fileno()})
        try:
            supervisor.wait_for_job(
                self._furniture, channel, is_warm=self._configuration.is_warm, keep_open=self._baseline
            )
        except BaseException:  # it must not go on as a second zygote
            traceback.print_exc()
        os._exit(1)

    # -- coming and going

    def _bury(self) -> None:
        """Bury the dead. (A spare that is stays in its place, until somebody asks what it said.)"""
        with suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                self._living.discard(pid)
                self._quiet_since = time.monotonic()

    def _leave_if_alone(self) -> None:
        quiet = time.monotonic() - self._quiet_since
        if self._lent or quiet < min(self._configuration.linger, self._configuration.idle):
            return
        self._is_leaving = quiet >= self._configuration.idle or not is_locked(self._configuration.server)


def gave(spare: Spare, text: bytes, handles: tuple[int, int]) -> bool:
    """Give a supervisor a job; false if it is gone."""
    try:
        socket.send_fds(spare.channel, [text], handles)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def end_all(living: Iterable[int]) -> None:
    """Kill children that are not buried yet, so that their pids are still theirs, and bury whoever is left."""
    for pid in living:
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.wait()


def needed_user() -> tuple[int, int] | None:
    """Who is to be kept in a user namespace; None if rooms can be made without one."""
    try:
        pid = room.fork_into_room(own_user=False)
    except room.NoRoom:
        return os.geteuid(), os.getegid()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return None


def read_line(client: socket.socket) -> tuple[bytes, bytes]:
    """What a client asks, and what it has said after that; empty where it went away instead."""
    said = b""
    while b"\n" not in said:
        piece = client.recv(4096)
        if not piece:
            return b"", b""
        said += piece
    line, _, rest = said.partition(b"\n")
    return line, rest


def is_locked(path: str) -> bool:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def start_of(pid: int) -> int:
    """When a process started, in ticks since the machine did: with its pid, that names it for good."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[19])


def boot() -> str:
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


@contextmanager
def blocked(numbers: tuple[signal.Signals, ...]) -> Iterator[None]:
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
