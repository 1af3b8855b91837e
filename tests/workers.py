"""`--workers=COUNT`: tests run in workers that are forked from the pytest that has collected them.

Modules are imported and tests collected once, for all workers. A worker is given what its tests share: the tests of a
group (`pytest.mark.group(NAME)`), or those of a file that are in none; and the next such unit when it has done with it.
Fixtures of a session are made once in each worker that needs them. A worker that dies fails the test it was at, and
another takes up the rest.
"""

import atexit
import io
import os
import pickle
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from types import SimpleNamespace
from typing import Any, Final, Literal, cast

import pytest
from _pytest._io import TerminalWriter

TIDYING: Final = 30.0  # seconds
Unit = list[int]  # places in the session's items


def add_option(parser: pytest.Parser) -> None:
    group = parser.getgroup("workers")
    group.addoption("--workers", type=int, default=0, help="How many tests run beside one another; 0: none")


def configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "group(name): tests of a group run in one worker, one after the other")
    if config.option.workers and not config.option.usepdb:
        config.pluginmanager.register(Workers(config.option.workers))


def group_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("group")
    return str(marker.args[0]) if marker else ""


def units(items: Sequence[pytest.Item]) -> deque[Unit]:
    """In the order of their first tests."""
    found: dict[tuple[str, str], Unit] = {}
    for place, item in enumerate(items):
        group = group_of(item)
        found.setdefault((group, "" if group else str(item.path)), []).append(place)
    return deque(found.values())


class Workers:
    def __init__(self, count: int) -> None:
        self._count = count
        self._left: deque[Unit] = deque()
        self._at_work: dict[Connection[Any, Any], Worker] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.config.option.collectonly or session.testsfailed:
            return None  # pytest's own loop says what is wrong
        self._left = units(session.items)
        try:
            for _ in range(min(self._count, len(self._left))):
                self._fork(session, self._left.popleft())
            while self._at_work:
                self._hear(session)
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
                if session.shouldstop:
                    raise session.Interrupted(session.shouldstop)
        finally:
            for worker in self._at_work.values():
                worker.interrupt()
            until = time.monotonic() + TIDYING
            for worker in self._at_work.values():
                worker.wait(until)
        return True

    def _fork(self, session: pytest.Session, unit: Unit) -> None:
        worker = Worker.forked(session, unit)
        self._at_work[worker.pipe] = worker

    def _hear(self, session: pytest.Session) -> None:
        """Wait until workers say something, and give the next unit to those that have done with theirs."""
        for pipe in wait([*self._at_work]):
            worker = self._at_work[cast("Connection[Any, Any]", pipe)]
            if not worker.listen(session):
                del self._at_work[worker.pipe]
                undone = worker.end(session)
                if undone or (self._left and not worker.is_told_to_end):
                    self._fork(session, undone or self._left.popleft())
            elif not worker.left and self._left:
                worker.give(self._left.popleft())
            elif not worker.left and not worker.is_told_to_end:
                worker.tell_to_end()


def failed(item: pytest.Item, words: str, when: Literal["call", "teardown"]) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, "failed", words, when)


@dataclass
class Worker:
    """As the pytest that forked it knows it. `unit` is what it has been given, and how much of it is `done`."""

    pid: int
    pipe: "Connection[Any, Any]"
    unit: Unit
    done: int = 0
    is_told_to_end: bool = False

    @classmethod
    def forked(cls, session: pytest.Session, unit: Unit) -> "Worker":
        ours, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        if (pid := os.fork()) == 0:
            ours.close()
            work(session, theirs)
        theirs.close()
        worker = cls(pid, ours, unit)
        worker.give(unit)
        return worker

    @property
    def left(self) -> Unit:
        return self.unit[self.done :]

    def give(self, unit: Unit) -> None:
        self.unit, self.done = unit, 0
        self._tell(unit)

    def tell_to_end(self) -> None:
        self.is_told_to_end = True
        self._tell([])

    def _tell(self, unit: Unit) -> None:
        with suppress(OSError):  # it has died, and will be found so
            self.pipe.send(unit)

    def listen(self, session: pytest.Session) -> bool:
        """Take in what it says; false if it has ended."""
        try:
            told: list[dict[str, Any]] = pickle.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            return False
        hook = session.config.hook
        for each in told:
            report = hook.pytest_report_from_serializable(config=session.config, data=each)
            hook.pytest_runtest_logreport(report=report)
        self.done += 1
        return True

    def end(self, session: pytest.Session) -> Unit:
        """What it leaves undone. If it has died, the test it was at, or else its last one, has failed."""
        self.pipe.close()
        _, status = os.waitpid(self.pid, 0)
        left = self.left
        if status or not self.is_told_to_end:
            words = f"the worker ended with {os.waitstatus_to_exitcode(status)}"
            if left:
                report = failed(session.items[left[0]], words, "call")
            else:
                report = failed(session.items[self.unit[-1]], words, "teardown")
            session.config.hook.pytest_runtest_logreport(report=report)
        return left[1:]

    def interrupt(self) -> None:
        os.kill(self.pid, signal.SIGINT)

    def wait(self, until: float) -> None:
        """It tidies up; it is killed if that takes too long."""
        while time.monotonic() < until:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


# -------------------------------------------------------------------------------------------------------- in a worker


def work(session: pytest.Session, pipe: "Connection[Any, Any]") -> None:
    """Run what is given until nothing is left, and end this process."""
    code = 1
    try:
        be_quiet(session.config)
        teller = Teller(session.config)
        session.config.pluginmanager.register(teller)
        items = session.items
        with suppress(KeyboardInterrupt):
            for unit in iter(pipe.recv, []):
                items = [session.items[place] for place in unit]
                run(session, items, partial(teller.tell, pipe))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all of us, and so does who forked this
        try:
            session._setupstate.teardown_exact(None)
        except Exception:
            teller.pytest_runtest_logreport(failed(items[-1], traceback.format_exc(), "teardown"))
            teller.tell(pipe)
        atexit._run_exitfuncs()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def run(session: pytest.Session, items: Sequence[pytest.Item], tell: Callable[[], None]) -> None:
    """What the session has stays for the next unit: after the last of this one comes "something of the session"."""
    for item, following in zip(items, [*items[1:], cast("pytest.Item", session)], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        tell()


class Teller:
    """Keeps what is to be told of a test."""

    def __init__(self, config: pytest.Config) -> None:
        self.told: list[dict[str, Any]] = []
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.told.append(self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def tell(self, pipe: "Connection[Any, Any]") -> None:
        pipe.send_bytes(pickle.dumps(self.told))
        self.told.clear()


def be_quiet(config: pytest.Config) -> None:
    """What is printed goes to files of this worker's own; the reporter is the other process's."""
    plugins = config.pluginmanager
    plugins.unregister(name="terminalreporter")
    # Who shows a difference of values asks the reporter for its writer.
    plugins.register(SimpleNamespace(_tw=TerminalWriter(io.StringIO())), "terminalreporter")
    capture: Any = plugins.get_plugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
