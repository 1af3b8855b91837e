"""Blanks: job folders laid out ahead of time, as supervisors are forked ahead of time.

The jobs of a pipeline are alike, so the folders and (empty) files of the next one are made while the last one runs, or
are those of one that has ended (see `reuse`); a job then takes them by one rename. Making an inode takes three times as
long while somebody else's commit is synced.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

MOST_LAYOUTS: Final = 8  # remembered
MOST_READY: Final = 8  # of one layout


class Layout(NamedTuple):
    """What is in a job's folder before it is the job's: paths below it, folders after those that they are in."""

    folders: tuple[str, ...]
    files: tuple[str, ...]

    @classmethod
    def of(cls, folders: Iterable[str], files: Iterable[str]) -> "Layout":
        """These, and all the folders that they are in."""
        files = tuple(files)
        every: set[str] = set()
        wanted = [*folders, *(name.rpartition("/")[0] for name in files)]
        while wanted:
            path = wanted.pop()
            if path and path not in every:
                every.add(path)
                wanted.append(path.rpartition("/")[0])
        return cls(tuple(sorted(every)), files)

    def make(self, target: str) -> None:
        os.mkdir(target)  # noqa: PTH102 - here and below: each job waits for this, and pathlib would double it
        for folder in self.folders:
            os.mkdir(f"{target}/{folder}")  # noqa: PTH102
        for name in self.files:
            os.close(os.open(f"{target}/{name}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))


class Blanks:
    """A folder of them. As many are ready of a layout as were lent at once before; none while all are lent."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ready: dict[Layout, list[str]] = {}
        self._missing: list[Layout] = []
        self._made = 0

    def take(self, layout: Layout, target: str) -> None:
        """Let there be a folder with that layout; it must not be there yet."""
        ready = self._ready.get(layout)
        if ready is None:
            self._remember(layout)
        with suppress(IndexError, FileNotFoundError):
            os.rename((ready or []).pop(), target)  # noqa: PTH104
            return
        layout.make(target)

    def give_back(self, layout: Layout, place: str, renew: Callable[[str], None] | None) -> bool:
        """A job's folder is not needed any more; true if it was taken, to be used again.

        `renew` makes it what it was; where it cannot be that, another one takes its place with the next `refill`.
        """
        ready = self._ready.get(layout)
        if ready is None or len(ready) >= MOST_READY:
            return False
        if renew is None:
            self._missing.append(layout)
            return False
        blank = self._next()
        os.rename(place, blank)  # noqa: PTH104
        try:
            renew(blank)
            ready.append(blank)
        except OSError:  # such as a full disk; what is there goes with the next start
            self._missing.append(layout)
        return True

    def refill(self) -> None:
        """Make anew what could not be used again: when there is nothing better to do."""
        while self._missing:
            layout = self._missing.pop()
            ready = self._ready.get(layout)
            if ready is not None and len(ready) < MOST_READY:
                blank = self._next()
                layout.make(blank)
                ready.append(blank)

    def _next(self) -> str:
        self._made += 1
        return f"{self._folder}/{self._made}"

    def _remember(self, layout: Layout) -> None:
        self._ready[layout] = []
        if len(self._ready) > MOST_LAYOUTS:
            del self._ready[next(iter(self._ready))]  # its folders go with the next start
