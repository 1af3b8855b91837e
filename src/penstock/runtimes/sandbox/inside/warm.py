"""A warm start: run `python script.py arguments` in a fork of a process that has the imports done.

The script must not be able to tell, save by the clock: same `__main__`, arguments, path, environment, working folder,
output buffering, tracebacks and exit code; fresh chance. What cannot be had (a module of the job's that hides one
already imported, a script that is not there) is left to exec, in the same process.
"""

import atexit
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from typing import Any, Final, NamedTuple, NoReturn

from penstock.runtimes.sandbox.inside import atfork

TAKEN: Final = set(sys.builtin_module_names)
PYTHONS: Final = ("python", "python3")
MOST_HANDLES: Final = 4_096  # of a zygote: it has a few, and one for each spare
HAVE_THREADS: Final = frozenset({"numpy", "torch"})
POOLS: Final[list[Any]] = []  # what says to libraries loaded before the fork how many threads they may have


class Child(NamedTuple):
    """A process forked ahead of time, waiting to be told which script it is."""

    pid: int
    channel: socket.socket

    @classmethod
    def fork(cls, pipe: tuple[int, int], keep_open: frozenset[int]) -> "Child":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        pid = os.fork()
        if pid == 0:
            os.dup2(pipe[1], 1)
            os.dup2(pipe[1], 2)
            close_others(keep_open | {theirs.fileno()})
            reset_signals()
            live(theirs)
        theirs.close()
        return cls(pid, ours)

    def begin(self, command: list[str], environment: dict[str, str], folder: str) -> int:
        """Tell it; answers its pid."""
        text = json.dumps([command, environment, folder]).encode()
        self.channel.sendall(text)
        self.channel.close()
        return self.pid


def close_others(keep: frozenset[int] | set[int]) -> None:
    """Close every handle but the first three and these; by ranges, since looking which there are costs more."""
    first = 3
    for handle in sorted(keep):
        if handle >= first:
            os.closerange(first, handle)
            first = handle + 1
    os.closerange(first, MOST_HANDLES)


def reset_signals() -> None:
    """As at the start of an interpreter."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def live(channel: socket.socket) -> NoReturn:
    """Wait for a job, run it, and end as its interpreter would."""
    atfork.catch_up()
    rehearse()
    text = b"".join(iter(lambda: channel.recv(1 << 16), b""))
    channel.close()
    if not text:
        os._exit(0)
    command, environment, folder = json.loads(text)
    os.setsid()
    os.chdir(folder)
    script = command[1] if len(command) > 1 else ""
    if not is_script(command, script) or hides_something(script) or wants_threads_of_its_own(environment):
        execute(command, environment)
    become(command, environment)
    refresh_chance()
    os._exit(run(script))


def rehearse() -> None:
    """Touch what a start will touch: memory shared with the zygote is copied now, while nobody waits for it."""
    environment = json.loads(json.dumps(dict(os.environ)))
    take_environment(environment)
    hides_something(__file__)
    with suppress(FileNotFoundError):
        find("python3", environment.get("PATH", os.devnull))
    stage: dict[str, Any] = {}
    guarded(lambda: exec(compile("class Script:\n    pass\n", __file__, "exec", dont_inherit=True), stage))  # noqa: S102
    types.ModuleType("__main__").__dict__.update(__loader__=SourceFileLoader("__main__", __file__))
    flush()
    gc.collect()


def is_script(command: list[str], script: str) -> bool:
    return command[0] in PYTHONS and script.endswith(".py") and os.path.isfile(script)


def hides_something(script: str) -> bool:
    """Whether a module beside the script would have been imported instead of one that is here already."""
    loaded = {name.partition(".")[0] for name in sys.modules}
    try:
        beside = {name.partition(".")[0] for name in os.listdir(folder_of(script))}
    except OSError:
        return True
    return not loaded.isdisjoint(beside - TAKEN - {"__main__"})


def folder_of(script: str) -> str:
    return os.path.dirname(os.path.realpath(script))


def execute(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Start it cold after all."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execve(  # noqa: S606 - no shell is what we want
            find(command[0], environment.get("PATH", os.defpath)), command, environment
        )
    except OSError as problem:
        os.write(2, f"{command[0]}: {problem}\n".encode())
        os._exit(127)


def find(name: str, path: str) -> str:
    """The program that a shell would start."""
    if "/" in name:
        return name
    for folder in path.split(os.pathsep):
        program = os.path.join(folder or ".", name)
        if os.access(program, os.X_OK) and os.path.isfile(program):
            return program
    raise FileNotFoundError(f"the command '{name}' was not found in the image's PATH ({path})")


def become(command: list[str], environment: dict[str, str]) -> None:
    """What an interpreter sets up from its command line and its environment."""
    take_environment(environment)
    limit_threads(environment)
    sys.argv[:] = command[1:]
    sys.orig_argv[:] = command
    sys.executable = find(command[0], environment["PATH"])
    sys.path.insert(0, folder_of(command[1]))
    sys.path_importer_cache.clear()


def take_environment(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def look_for_pools() -> None:
    """Find the libraries with pools of threads, in the zygote, if threadpoolctl is there, which can tell them."""
    if HAVE_THREADS.isdisjoint(sys.modules):
        return
    with suppress(ImportError):
        POOLS.append(importlib.import_module("threadpoolctl").ThreadpoolController())


def wants_threads_of_its_own(environment: dict[str, str]) -> bool:
    """Whether a library that is loaded already would have read how many threads it may have, and cannot be told."""
    return "OMP_NUM_THREADS" in environment and not POOLS and not HAVE_THREADS.isdisjoint(sys.modules)


def limit_threads(environment: dict[str, str]) -> None:
    """Libraries read this variable when they are loaded: those that are loaded already are told what it says."""
    wanted = environment.get("OMP_NUM_THREADS", "")
    if wanted.isdecimal() and int(wanted):
        for pools in POOLS:
            pools.limit(limits=int(wanted))


def refresh_chance() -> None:
    """What was drawn from the system's chance before the fork must not be shared by all jobs."""
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed()
    if (process := sys.modules.get("multiprocessing.process")) is not None:
        process.current_process().authkey = os.urandom(32)
        vars(process)["ORIGINAL_DIR"] = os.getcwd()
    if (tempfile := sys.modules.get("tempfile")) is not None:
        vars(tempfile)["tempdir"] = None


def run(script: str) -> int:
    """Run a file as `__main__`; answers the exit code, or ends by the signal that an interpreter would end by."""
    before = set(sys.modules)
    main = types.ModuleType("__main__")
    path = os.path.abspath(script)
    main.__dict__.update(__builtins__=sys.modules["builtins"], __annotations__={}, __file__=path, __cached__=None)
    main.__loader__ = SourceFileLoader("__main__", path)
    sys.modules["__main__"] = main
    code = guarded(lambda: exec(read_code(path), main.__dict__))  # noqa: S102 - what else a runtime is for
    guarded(threading._shutdown)  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    code = flush() or code
    take_down(before)
    flush()
    return code


def read_code(path: str) -> types.CodeType:
    with open(path, "rb") as file:
        return compile(file.read(), path, "exec", dont_inherit=True)


def guarded(action: Callable[[], object]) -> int:
    """Do it as the interpreter does a script; answers the exit code."""
    problem: BaseException | None = None
    try:
        action()
    except BaseException as raised:  # the interpreter's own last line
        problem = raised
    flush()
    if problem is None:
        return 0
    if isinstance(problem, SystemExit):
        return exit_code(problem.code)
    report(problem)
    if isinstance(problem, KeyboardInterrupt):
        flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return 1


def exit_code(code: Any) -> int:
    """`sys.exit(code)`: None is 0, a number its low byte, anything else is printed and is 1."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def report(problem: BaseException) -> None:
    """The uncaught exception, without the frames below the script's own."""
    problem = without_our_frames(problem)
    sys.last_type, sys.last_value, sys.last_traceback = type(problem), problem, problem.__traceback__
    failure: BaseException | None = None
    try:
        sys.excepthook(type(problem), problem, problem.__traceback__)
    except BaseException as raised:  # as the interpreter does
        failure = without_our_frames(raised)
    if failure is not None:
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(failure), failure, failure.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(problem), problem, problem.__traceback__)


def without_our_frames(problem: BaseException) -> BaseException:
    trace = problem.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return problem.with_traceback(trace)


def flush() -> int:
    """Flush standard output and error; 120 is the interpreter's exit code where that fails."""
    code = 0
    for stream in (sys.stderr, sys.stdout):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (OSError, ValueError):
            code = 120
    return code


def take_down(before: set[str]) -> None:
    """Let go of the job's modules as an ending interpreter does: files are closed, objects say goodbye."""
    names = [name for name in sys.modules if name not in before and name != "__main__"]
    for name in [*reversed(names), "__main__"]:
        module = sys.modules.get(name)
        contents = getattr(module, "__dict__", None)
        if type(module) is not types.ModuleType or contents is None:
            continue
        for key in [each for each in contents if each.startswith("_") and each != "__builtins__"]:
            contents[key] = None
        for key in [each for each in contents if each != "__builtins__"]:
            contents[key] = None
    gc.collect()
