"""The supervisor: pid 1 of a room. It starts a job, keeps its log and its limits, and writes how it ended.

It waits furnished until the zygote hands it a job; then the job's folder is mounted and the command starts, by exec
or, in a warm environment, in a child that has been forked ahead of time. When the command has ended, whatever it left
behind is killed before `ending.json` is written: nobody writes to the outputs any more. Then the folder's mounts are
taken away, and if the room is what it was before the job, it waits for the next.
"""

import errno
import json
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from penstock.runtimes.sandbox.inside import room, warm
from penstock.runtimes.sandbox.inside.logpump import LogPump

PIECE: Final = 1 << 18
CLAIM_LENGTH: Final = 80  # whatever the pid: it covers what the file has held before
MOST_JOBS: Final = 1_000  # of one supervisor: whatever it may gather in a long life is bounded
LIMIT_POLL: Final = 0.25  # seconds to the first look at disk and processes; later ones are rarer
OWN_SIGNALS: Final = (signal.SIGTERM, signal.SIGCHLD)
FIRST_TO_GO: Final = "500"  # of 1,000: when the machine has no memory left, its kernel ends a job before the server
KILLED: Final = (-signal.SIGKILL, 128 + signal.SIGKILL)  # the second as a shell tells it
NO_MEMORY: Final = (
    "out of memory: this machine had none left, and its kernel killed it; let fewer jobs run at once, reduce the data "
    "that is processed on an instance, or use a machine with more memory"
)

Document = dict[str, Any]


def wait_for_job(
    furniture: room.Furniture, channel: socket.socket, *, is_warm: bool, keep_open: frozenset[int]
) -> None:
    """The life of a supervisor, spare first. Never returns."""
    try:
        furnished = prepare(furniture)
    except (room.NoRoom, OSError) as problem:
        channel.send(f"error {problem}".encode())
        os._exit(1)
    limit_files()
    signals = Signals()
    rehearse()
    memory = Memory()
    for _ in range(MOST_JOBS):
        pipe = os.pipe()
        child = warm.Child.fork(pipe, keep_open) if is_warm else None
        name, claim, server, log = await_job(channel)
        if not Supervisor(furnished, name, claim, server, log, pipe, child, signals, memory).run():
            break
        room.number_from_the_start()
    os._exit(0)


def await_job(channel: socket.socket) -> tuple[str, str, "Server", int]:
    """Say that we are ready; the job's folder and the text of its claim, the line to the server, and the log."""
    try:
        channel.send(b"ready")
        data, handles, _, _ = socket.recv_fds(channel, 4096, 2)
    except OSError:
        os._exit(0)
    if not data or len(handles) != 2:  # the zygote is gone, or has enough of us
        os._exit(0)
    for handle in handles:
        os.set_inheritable(handle, False)  # handles that come through a socket would go on into a job's program
    name, claim, said = json.loads(data)
    return name, claim, Server(socket.socket(fileno=handles[0]), said.encode()), handles[1]


def prepare(furniture: room.Furniture) -> room.Room:
    """A session of its own, then the room. Our signals are blocked since the fork: an early stop is not lost."""
    os.setsid()
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write(FIRST_TO_GO)
    return room.furnish(furniture)


def rehearse() -> None:
    """Touch what a job will touch: memory shared with the zygote is copied now, while nobody waits for it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        socket.send_fds(ours, [b"job"], [ours.fileno()])
        os.close(socket.recv_fds(theirs, 4096, 2)[1][0])
    nothing = os.open(os.devnull, os.O_WRONLY)
    pump = LogPump(nothing, 1 << 20)
    pump.feed(b"done\n")
    pump.close()
    os.close(nothing)
    json.loads(json.dumps({"reason": "exited", "exit_code": None, "started_at": time.time()}))


class Server:
    """The line to the server that asked for the job; it may be gone at any time."""

    def __init__(self, line: socket.socket, said: bytes) -> None:
        self._line = line
        self._said = said

    def says_go(self) -> bool:
        """Wait for its word; false if it went away instead."""
        while b"\n" not in self._said:
            piece = self._line.recv(64)
            if not piece:
                return False
            self._said += piece
        return self._said == b"go\n"

    def tell(self, text: bytes) -> bool:
        """Say a line; false if nobody is there."""
        try:
            self._line.send(text + b"\n", socket.MSG_NOSIGNAL)
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._line.close()


class Supervisor:
    def __init__(
        self,
        furnished: room.Room,
        name: str,
        claim: str,
        server: Server,
        log: int,
        pipe: tuple[int, int],
        child: warm.Child | None,
        signals: "Signals",
        memory: "Memory",
    ) -> None:
        self._memory = memory
        self._server = server
        self._reading, self._writing = pipe
        self._child = child
        self._signals = signals
        self._room = furnished
        self._name = name
        self._claim = claim
        self._log_file = log
        self._killing_at = float("inf")
        self._reason = "exited"
        self._message = ""
        self._status: int | None = None
        self._started_at: float | None = None

    def run(self) -> bool:
        """Make ready, wait for the word, take the job, see it to its end; true if the room can have another."""
        job = self._read_job()
        self._log = LogPump(self._log_file, int(job["log_limit"]))
        hindrance = self._admit(job)
        if not self._server.says_go() or not self._takes_it():
            return False
        try:
            if hindrance is not None:
                raise hindrance
            self._signals.listen()
            self._main = self._start(job)
        except (room.NoRoom, OSError, KeyError) as problem:
            self._end("unstartable", str(problem))
            return False
        self._started_at = time.time()
        os.close(self._writing)
        self._watch(job)
        self._clear()
        self._signals.hold_back()
        if self._reason == "exited" and self._status in KILLED and self._memory.was_short():
            self._reason, self._message = "exhausted", NO_MEMORY
        return self._end(self._reason, self._message) and self._put_away(job)

    def _read_job(self) -> Document:
        file = os.open(f"{self._name}/job.json", os.O_RDONLY, dir_fd=self._room.jobs)
        text = os.read(file, os.fstat(file).st_size)
        os.close(file)
        job: Document = json.loads(text)
        return job

    def _admit(self, job: Document) -> Exception | None:
        """Let the job's folder be /opt/ml; answers what stands in the way, for it to be told with the ending."""
        try:
            self._folder = room.admit(self._room, self._name, job["links"], bool(job["hosts"]))
        except (room.NoRoom, OSError, KeyError) as problem:
            return problem
        return None

    def _takes_it(self) -> bool:
        try:
            take_claim(self._room.jobs, self._name, self._claim)
        except FileExistsError:  # another one was faster
            self._server.tell(b'{"claimed": true}')
            return False
        self._server.tell(b'{"claimed": false}')
        return True

    def _start(self, job: Document) -> int:
        """Start the command; answers its pid."""
        command, environment = job["command"], job["environment"]
        try:
            os.chdir(job["working_folder"])
        except OSError as problem:
            raise OSError(f"the working folder {job['working_folder']}: {problem.strerror}") from None
        if self._child is not None:
            return self._child.begin(command, environment, job["working_folder"])
        program = warm.find(command[0], environment.get("PATH", os.defpath))
        return self._execute(program, command, environment)

    def _execute(self, program: str, command: list[str], environment: dict[str, str]) -> int:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, self._writing, 1),
            (os.POSIX_SPAWN_DUP2, self._writing, 2),
        ]
        try:
            return os.posix_spawn(
                program,
                command,
                environment,
                file_actions=actions,
                setsid=True,
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ, *OWN_SIGNALS],
                setsigmask=[],
            )
        except OSError as problem:
            why = "no known format; does it lack its #! line?" if problem.errno == errno.ENOEXEC else problem.strerror
            raise OSError(f"the command '{command[0]}' cannot be started: {why}") from None

    # -- while it runs

    def _watch(self, job: Document) -> None:
        """Pump the log and hold the limits until the command has ended."""
        ready = select.poll()
        ready.register(self._reading, select.POLLIN)
        ready.register(self._signals.handle, select.POLLIN)
        limits = Limits(self._folder, job)
        began = time.monotonic()
        while self._status is None:
            now = time.monotonic()
            self._hold_to_time(job, now - began >= job["longest"], now)
            limits.check(now, self._exhaust)
            due = min(began + job["longest"] if self._reason == "exited" else now + 3600, self._killing_at, limits.due)
            for handle, event in ready.poll(max(0.0, min(due - now, 3600)) * 1000):
                if handle == self._signals.handle:
                    os.read(handle, 512)
                    self._reap(block=False)
                elif event & select.POLLIN:
                    self._log.feed(os.read(self._reading, PIECE))
                else:  # every end of the pipe is closed, and the command goes on in silence
                    ready.unregister(self._reading)

    def _hold_to_time(self, job: Document, is_over: bool, now: float) -> None:
        is_stopping = self._is_to_stop()
        if self._reason == "exited" and (is_stopping or is_over):
            self._reason = "stopped" if is_stopping else "timed-out"
            if is_over and not is_stopping:
                self._message = f"it ran longer than {job['longest']:g} seconds"
            self._killing_at = now + job["grace"]
            signal_all(signal.SIGTERM)
        if now >= self._killing_at:
            self._killing_at = float("inf")
            signal_all(signal.SIGKILL)

    def _is_to_stop(self) -> bool:
        """Whether this job is to stop. A signal without the word in its folder was meant for one before it."""
        if self._signals.is_stopping and not has(self._folder, "stop"):
            self._signals.is_stopping = False
        return self._signals.is_stopping

    def _exhaust(self, message: str) -> None:
        if self._reason != "exhausted":
            self._reason, self._message = "exhausted", message
        signal_all(signal.SIGKILL)

    def _reap(self, *, block: bool) -> bool:
        """Bury the dead; false when no child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, 0 if block else os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self._main:
                self._status = os.waitstatus_to_exitcode(status)

    # -- after it

    def _clear(self) -> None:
        """End whatever the command left behind, and read what is still in the pipe."""
        if self._reap(block=False):
            signal_all(signal.SIGKILL)
            self._reap(block=True)
        os.set_blocking(self._reading, False)
        with suppress(BlockingIOError):
            while data := os.read(self._reading, PIECE):
                self._log.feed(data)
        self._log.close()

    def _end(self, reason: str, message: str) -> bool:
        """Tell the server, which journals it at once, and write it; if the server is gone, the disk must keep it.

        True if the server was told.
        """
        if reason in ("unstartable", "exhausted"):
            self._log.say(message)
        ending = {
            "reason": reason,
            "exit_code": self._status,
            "message": message,
            "started_at": self._started_at,
            "ended_at": time.time(),
        }
        text = json.dumps(ending).encode()
        folder = os.open(self._name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self._room.jobs)
        is_told = self._server.tell(text)  # first of all: it goes on while the disk is written to
        with suppress(FileNotFoundError):  # the server has journalled it and thrown the folder away: it is that fast
            write_ending(folder, text, synced=not is_told)
        os.close(folder)
        return is_told

    def _put_away(self, job: Document) -> bool:
        """Let go of all that was the job's; true if the room is as it was before."""
        for handle in (self._reading, self._log_file, self._folder):
            os.close(handle)
        self._server.close()
        self._memory.was_short()  # nobody waits for it now: the next job's count begins here
        return room.dismiss(self._room, bool(job["hosts"]))


def has(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def take_claim(jobs: int, job: str, claim: str) -> None:
    """Make the claim on a job, once; raises `FileExistsError` for everybody but the first.

    The file is laid out with the folder, and a name can be taken away only once: a rename costs a fifth of what making
    a file does, or less. Where there is none to rename it is made.
    """
    path = f"{job}/claim"
    try:
        os.rename(f"{job}/claim.new", path, src_dir_fd=jobs, dst_dir_fd=jobs)
        file = os.open(path, os.O_WRONLY, dir_fd=jobs)
    except FileNotFoundError:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=jobs)
    os.write(file, claim.ljust(CLAIM_LENGTH).encode())
    os.close(file)


def write_ending(folder: int, text: bytes, *, synced: bool) -> None:
    """Whole or not at all."""
    file = os.open("ending.new", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=folder)
    os.write(file, text)
    os.ftruncate(file, len(text))  # afterwards: a file that is emptied first is written to disk at once
    os.rename("ending.new", "ending.json", src_dir_fd=folder, dst_dir_fd=folder)
    if synced:
        os.fsync(file)
        os.fsync(folder)
    os.close(file)


class Limits:
    """Disk and processes, looked at now and then: less often the longer the job runs and the longer a look takes."""

    def __init__(self, folder: int, job: Document) -> None:
        self._folder = folder
        self._disk = int(job["disk_mib"]) << 20
        self._processes = int(job["processes"])
        self._pause = LIMIT_POLL
        self.due = time.monotonic() + LIMIT_POLL

    def check(self, now: float, exhaust: Callable[[str], None]) -> None:
        if now < self.due:
            return
        if count_processes() > self._processes:
            exhaust(f"it had more than {self._processes} processes")
        if any(size_of(name, self._folder, self._disk) > self._disk for name in ("ml", "tmp")):
            exhaust(f"it wrote more than {self._disk >> 20} MiB to disk")
        after = time.monotonic()
        self._pause = min(self._pause * 1.5, 2.0)
        self.due = after + max(self._pause, (after - now) * 20)


class Memory:
    """How many processes the kernel has killed on this machine for want of memory."""

    def __init__(self) -> None:
        self._seen = self._count()

    def was_short(self) -> bool:
        """Whether it killed one since this was asked last."""
        before, self._seen = self._seen, self._count()
        return self._seen > before

    @staticmethod
    def _count() -> int:
        with open("/proc/vmstat", "rb", buffering=0) as file:
            told = file.readall().partition(b"oom_kill ")[2]
        return int(told.split(maxsplit=1)[0]) if told else 0


def count_processes() -> int:
    """How many processes the room has; none where /proc is not the room's own."""
    if os.readlink("/proc/self") != "1":
        return 0
    return sum(name.isdigit() for name in os.listdir("/proc"))


def size_of(name: str, folder: int, enough: int) -> int:
    """Bytes on disk under a folder; stops counting above `enough`."""
    total = 0
    for _, _, files, handle in os.fwalk(name, dir_fd=folder, onerror=None):
        for file in files:
            with suppress(OSError):
                total += os.stat(file, dir_fd=handle, follow_symlinks=False).st_blocks * 512
        if total > enough:
            break
    return total


def signal_all(number: int) -> None:
    """Signal everything in the room but ourselves."""
    if os.getpid() != 1:  # outside of a room this would be the whole machine
        raise room.NoRoom("refusing to signal every process: not pid 1 of a room")
    with suppress(ProcessLookupError):
        os.kill(-1, number)


class Signals:
    """Our signals. From here on they make `handle` readable, once `listen` lets them through: none is lost."""

    def __init__(self) -> None:
        self.handle, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.is_stopping = False
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in OWN_SIGNALS:
            signal.signal(number, self._note)

    @staticmethod
    def listen() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OWN_SIGNALS)

    def hold_back(self) -> None:
        """Until the next `listen`, and forget what has come."""
        signal.pthread_sigmask(signal.SIG_BLOCK, OWN_SIGNALS)
        self.is_stopping = False

    def _note(self, number: int, _frame: object) -> None:
        if number == signal.SIGTERM:
            self.is_stopping = True


def limit_files() -> None:
    """No core files: they would count as the job's."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
