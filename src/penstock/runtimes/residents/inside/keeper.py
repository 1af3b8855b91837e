"""The keeper: pid 1 of a resident's room. It starts the program, passes requests on, keeps its log and its limits.

    server  ◄──control──►  keeper  ◄──channel──►  program        (frames: see `line`)
                             ▲──────standard output and error──┘

A request runs from when it was passed on, or, with the first one, from when the program says that it is ready. Whatever
happens, the server gets a reply that tells it; after a timeout, an exit or too much memory all in the room is killed.
"""

import math
import os
import select
import signal
import socket
import time
import types
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn

from penstock.runtimes.residents.inside import family, place, program
from penstock.runtimes.residents.inside.line import Line, framed
from penstock.runtimes.residents.inside.logbook import Logbook
from penstock.runtimes.sandbox.inside import room, supervisor

OWN_SIGNALS: Final = supervisor.OWN_SIGNALS
LOADING: Final = 10.0  # seconds before the time of the first request begins to run though the program is not ready
LOOK_EVERY: Final = 0.05  # seconds between two looks at memory and processes while a request runs
LOOK_IDLY: Final = 5.0
PIECE: Final = 1 << 18
MOST_PIECES: Final = 256  # of output read after an answer

Document = dict[str, Any]


class Wanted(NamedTuple):
    """What to be: the server's words, the command of its language, and the module to be forked with, if any."""

    words: Document
    command: list[str]
    module: types.ModuleType | None


class Asked:
    """The request that is being answered."""

    def __init__(self, head: Document, began: float | None) -> None:
        self.facts: Document = head["facts"]
        self.longest: float = head["longest"]
        self.longest_in_parts: float = head["longest_in_parts"]
        self.lines: dict[str, str] = head["lines"]
        self.began = began  # None while the program loads
        self.has_come = False  # to the program, which was there


def live(plan: place.Plan, control: socket.socket, log: int, wanted: Wanted) -> NoReturn:
    """The life of a keeper. Its signals are blocked since the fork."""
    server = Line(control)
    try:
        os.setsid()
        place.furnish(plan)
        os.chdir(wanted.words["working_folder"])
        supervisor.limit_files()
        reading, writing = os.pipe()
        ours, theirs = socket.socketpair()
        child = program.start(wanted.words["variables"], wanted.command, wanted.module, theirs, writing)
    except (room.NoRoom, OSError) as problem:
        control.setblocking(True)
        server.push(framed({"way": "unstartable", "message": str(problem), "tail": 0}))
        os._exit(1)
    theirs.close()
    os.close(writing)
    os.set_blocking(reading, False)
    limits = family.Limits(wanted.words["memory_mib"])
    Keeper(server, Line(ours), reading, child, Logbook(log), limits).keep()
    os._exit(0)


class Keeper:
    def __init__(
        self, server: Line, channel: Line, output: int, child: int, book: Logbook, limits: family.Limits
    ) -> None:
        self._server = server
        self._channel = channel
        self._output = output
        self._child = child
        self._book = book
        self._limits = limits
        self._asked: Asked | None = None
        self._status: int | None = None
        self._born = time.monotonic()
        self._loaded_ms: float | None = None
        self._told_loading = False
        self._is_over = False

    def keep(self) -> None:
        """Until the server, or the program, is gone."""
        signals = supervisor.Signals()
        signals.listen()
        ready = select.poll()
        ready.register(signals.handle, select.POLLIN)
        ready.register(self._output, select.POLLIN)
        while not self._is_over:
            for end in (self._server, self._channel):
                if not end.is_broken:
                    hears = end is self._server or not self._server.is_full  # who cannot tell does not listen
                    ready.register(end, (select.POLLIN if hears else 0) | (select.POLLOUT if end.is_full else 0))
            happened = dict(ready.poll(max(0.0, self._due() - time.monotonic()) * 1000))
            if event := happened.get(self._output):
                self._hear(event, ready)
            if event := happened.get(self._channel.fileno()):
                self._listen(event, ready)
            if event := happened.get(self._server.fileno()):
                self._serve(event)
            if signals.handle in happened:
                os.read(signals.handle, 512)
                self._reap()
            self._hold_to_limits()

    # -- what comes

    def _hear(self, event: int, ready: "select.poll") -> None:
        if event & select.POLLIN:
            with suppress(BlockingIOError):
                self._book.feed(os.read(self._output, PIECE))
        else:  # every end of the pipe is closed, and the program goes on in silence
            ready.unregister(self._output)

    def _listen(self, event: int, ready: "select.poll") -> None:
        if event & select.POLLOUT:
            self._channel.send()
        for head, payload in self._channel.read() if event & ~select.POLLOUT else ():
            self._hear_out(head, payload)
        if self._channel.is_broken:
            ready.unregister(self._channel)
            if self._status is None:  # it ends, or it has closed what it must not
                self._limits.expect_end()

    def _hear_out(self, head: Document, payload: bytes) -> None:
        match head["do"]:
            case "ready":
                self._loaded_ms = (time.monotonic() - self._born) * 1000
                if self._asked is not None and self._asked.began is None:
                    self._asked.began = time.monotonic()
            case "part" if self._asked is not None:
                self._asked.longest = self._asked.longest_in_parts
                self._server.push(framed({"way": "part"}, payload))
            case "answered" | "failed" as way:
                self._settle(way, payload, peak_mib=head["peak_mib"], leaving=bool(head.get("leaving")))

    def _serve(self, event: int) -> None:
        if event & select.POLLOUT:
            self._server.send()
        for head, payload in self._server.read() if event & ~select.POLLOUT else ():
            if head.get("stop"):
                self._stop()
            else:
                self._begin(head, payload)
        self._is_over = self._is_over or self._server.is_broken

    def _begin(self, head: Document, payload: bytes) -> None:
        self._asked = Asked(head, None if self._loaded_ms is None else time.monotonic())
        self._book.turn_page()
        self._limits.look_soon()
        if "begin" in self._asked.lines:
            self._book.say(self._asked.lines["begin"].format(now=now_in_words()))
        self._channel.push(framed({**self._asked.facts, "longest": self._asked.longest}, payload))
        self._asked.has_come = not self._channel.is_broken

    def _stop(self) -> None:
        """Tell the program that nobody hears its parts."""
        if self._asked is not None:
            self._channel.push(framed({"stop": True}))

    def _reap(self) -> None:
        """Bury the dead; when the program is among them, that is the end."""
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0] != 0:
                if found[0] == self._child:
                    self._status = os.waitstatus_to_exitcode(found[1])
        if self._status is not None:
            for head, payload in [] if self._channel.is_broken else self._channel.read():
                self._hear_out(head, payload)  # what it said last
            self._end("exited", ending(self._status))

    # -- limits

    def _due(self) -> float:
        """When there is something to look at."""
        due = self._limits.due
        if self._asked is not None:
            due = min(due, self._deadline(self._asked))
        return due

    def _deadline(self, asked: Asked) -> float:
        return (self._born + LOADING if asked.began is None else asked.began) + asked.longest

    def _hold_to_limits(self) -> None:
        now = time.monotonic()
        if self._asked is not None and now >= self._deadline(self._asked):
            self._end("timed-out", "")
        elif now >= self._limits.due:
            self._limits.look(LOOK_IDLY if self._asked is None else LOOK_EVERY)
            if self._limits.problem:
                self._book.say(self._limits.problem)
                self._end("exited", ending(-signal.SIGKILL))

    # -- what goes

    def _settle(self, way: str, payload: bytes, *, message: str = "", peak_mib: int = 0, leaving: bool = False) -> None:
        """Log the end of the request, and reply."""
        asked, self._asked = self._asked, None
        if asked is None:
            return
        self._drain()
        facts = self._measured(asked, way, message, peak_mib)
        for line in (way, "end", "report"):
            if line in asked.lines:
                self._book.say(asked.lines[line].format_map(facts))
        tail = self._book.tail()
        was_asked = asked.has_come and not self._channel.was_unread
        head = {"way": way, "message": message, "tail": len(tail), "leaving": leaving, "asked": was_asked}
        self._server.push(framed(head, tail + payload))

    def _measured(self, asked: Asked, way: str, message: str, peak_mib: int) -> dict[str, str]:
        now = time.monotonic()
        began = self._born + LOADING if asked.began is None else asked.began
        ms = min(max(0.0, now - began), asked.longest) * 1000
        init = 0.0
        if not self._told_loading:
            self._told_loading = True
            init = self._loaded_ms or 0.0
        return {
            "now": now_in_words(),
            "ms": f"{ms:.2f}",
            "whole_ms": str(math.ceil(ms + init)),
            "init": asked.lines.get("init", "").format(init_ms=f"{init:.2f}") if init else "",
            "peak_mib": str(peak_mib or self._limits.peak_mib),
            "status": {
                "timed-out": "\tStatus: timeout",
                "exited": "\tStatus: error\tError Type: Runtime.ExitError",
            }.get(way, ""),
            "message": message,
        }

    def _drain(self) -> None:
        """What was printed before now."""
        with suppress(BlockingIOError):
            for _ in range(MOST_PIECES):
                if not (data := os.read(self._output, PIECE)):
                    return
                self._book.feed(data)

    def _end(self, way: str, message: str) -> None:
        """Kill everything in the room; tell whoever waits."""
        self._is_over = True
        supervisor.signal_all(signal.SIGKILL)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        self._settle(way, b"", message=message)
        for head, _ in self._server.read():  # it comes to nobody
            self._asked = Asked(head, time.monotonic())
            self._settle(way, b"", message=message)
        self._drain()
        self._book.flush()
        while self._server.is_full and select.select([], [self._server], [], LOADING)[1]:
            self._server.send()


def now_in_words() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"


def ending(status: int) -> str:
    """How a program ended, in words."""
    if status < 0:
        name = signal.strsignal(-status) if -status in signal.valid_signals() else None
        return f"exited with error: signal: {(name or str(-status)).lower()}"
    return f"exited with error: exit status {status}" if status else "exited without providing a reason"
