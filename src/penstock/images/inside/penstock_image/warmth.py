"""A forked, warm interpreter that behaves as if it had just been started with a script.

What a fresh interpreter would have anew is made anew: `__main__`, `sys.argv`, `sys.path`, the environment and the
seeds of chance. What stays is what was imported: that is what makes it quick.
"""

import atexit
import builtins
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import NoReturn, TextIO

HERE = __file__
INSIDE = str(Path(__file__).parent.parent)


def become(words: Sequence[str], code: Path, variables: dict[str, str]) -> NoReturn:
    """Run `script.py arguments…` or `-m module arguments…` as `python` would, and leave as it would."""
    try:
        _begin_anew(words, code, variables)
        status = _status_of(words, code)
        _end()
    except BaseException:  # whatever happens, this process must not return into its parent's work
        traceback.print_exc()
        status = 1
    os._exit(status)


def _begin_anew(words: Sequence[str], code: Path, variables: dict[str, str]) -> None:
    os.chdir(code)
    os.environ.clear()
    os.environ.update(variables)
    first = code if words[0] == "-m" else (code / words[0]).parent
    asked = [path for path in variables.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [str(first), *asked, *(path for path in sys.path if path not in ("", INSIDE, *asked)), INSIDE]
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 -- it stays open as long as the process
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    chance = sys.modules.get("numpy.random")
    if chance is not None:  # every fork would draw the same numbers (the random module sees to itself)
        chance.seed()


def _status_of(words: Sequence[str], code: Path) -> int:
    try:
        if words[0] == "-m":
            sys.argv = list(words[1:])
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = list(words)
            _run_file(code / words[0])
    except SystemExit as leaving:
        return _status(leaving.code)
    except BaseException as problem:  # an interpreter's own last resort, done as it does it
        own = _from_script(problem.__traceback__)
        sys.excepthook(type(problem), problem.with_traceback(own), own)
        return 130 if isinstance(problem, KeyboardInterrupt) else 1
    return 0


def _run_file(path: Path) -> None:
    main = ModuleType("__main__")
    main.__dict__.update(__file__=str(path), __builtins__=builtins, __cached__=None, __annotations__={})
    sys.modules["__main__"] = main
    exec(compile(path.read_bytes(), str(path), "exec"), main.__dict__)  # noqa: S102 -- this is what running it means


def _status(code: object) -> int:
    """What `sys.exit(code)` makes the exit status."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _from_script(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without the frames that are ours."""
    while trace and trace.tb_frame.f_code.co_filename in (HERE, runpy.__file__, "<frozen runpy>"):
        trace = trace.tb_next
    return trace


def _end() -> None:
    """What an interpreter does before it leaves: wait for threads, call what is registered, flush."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    streams: tuple[TextIO, ...] = (sys.stdout, sys.stderr)
    for stream in streams:
        stream.flush()
