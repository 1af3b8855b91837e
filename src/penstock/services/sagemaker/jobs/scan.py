"""Scan log files for metrics: a script of its own, with nothing but the standard library (see `metrics`).

    scan.py FILE…              standard input: [[name, pattern], …]; standard output: for each name that was found
                               [[name, value, seconds], [[seconds, count, sum, least, most], …]]: its last value, and
                               what its values were in each minute
    scan.py --follow FILE      standard input: a line with a pattern; standard output: each of its values as it is
                               written, a line each; when standard input ends, what is left, and the end

Files are of `store.logfile`'s form. A TAB is `#011` first, as AWS's log pipeline writes it (the patterns of its own
algorithms rely on that), then itself.
"""

import json
import math
import re
import select
import sys
import time
from collections.abc import Iterable, Iterator

LONGEST_LINE = 2048
LOOK_EVERY = 0.1  # seconds
MINUTE = 60


class Curve:
    """What a metric's values were."""

    def __init__(self) -> None:
        self.last, self.at = 0.0, 0.0
        self.minutes: dict[int, list[float]] = {}

    def add(self, value: float, at: float) -> None:
        if at >= self.at:
            self.last, self.at = value, at
        minute = int(at) // MINUTE * MINUTE
        count, total, least, most = self.minutes.get(minute, (0, 0.0, value, value))
        self.minutes[minute] = [count + 1, total + value, min(least, value), max(most, value)]

    def told(self, name: str) -> list[list[object]]:
        minutes = sorted(self.minutes.items())
        return [[name, self.last, self.at], [[minute, *found] for minute, found in minutes]]


def value_in(pattern: re.Pattern[str], message: str) -> float | None:
    """What a pattern's first group says in a message, if it is a number."""
    for text in (message.replace("\t", "#011"), message) if "\t" in message else (message,):
        found = pattern.search(text)
        if found:
            try:
                value = float(found.group(1))
            except (ValueError, IndexError, TypeError):
                return None
            return value if math.isfinite(value) else None
    return None


def messages(lines: Iterable[bytes]) -> Iterator[tuple[float, str]]:
    """The records in lines of a log file: seconds and text."""
    for line in lines:
        stamp, tab, message = line[:LONGEST_LINE].decode(errors="replace").rstrip("\n").partition("\t")
        if tab and stamp.isdecimal():
            yield int(stamp) / 1000, message


def scan(path: str, patterns: list[tuple[str, re.Pattern[str]]], curves: dict[str, Curve]) -> None:
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes a while to import
        for at, message in messages(file):
            for name, pattern in patterns:
                value = value_in(pattern, message)
                if value is not None:
                    curves.setdefault(name, Curve()).add(value, at)


def written(path: str) -> Iterator[bytes]:
    """The whole lines of a file as they are written, until standard input ends."""
    is_last, begun = False, b""
    while True:
        try:
            file = open(path, "rb")  # noqa: PTH123, SIM115
            break
        except FileNotFoundError:
            if is_last:
                return
            is_last = input_ended()
    with file:
        while True:
            for line in file:
                begun += line
                if begun.endswith(b"\n"):
                    yield begun
                    begun = b""
            if is_last:
                return
            is_last = input_ended()


def input_ended() -> bool:
    """Whether standard input has ended, waited for a moment."""
    time.sleep(LOOK_EVERY)
    return bool(select.select([sys.stdin], [], [], 0)[0])


def follow(path: str, pattern: re.Pattern[str]) -> None:
    for _, message in messages(written(path)):
        value = value_in(pattern, message)
        if value is not None:
            print(value, flush=True)


def main() -> None:
    if sys.argv[1] == "--follow":
        follow(sys.argv[2], re.compile(json.loads(sys.stdin.readline())))
        return
    patterns = [(name, re.compile(text)) for name, text in json.load(sys.stdin)]
    curves: dict[str, Curve] = {}
    for path in sys.argv[1:]:
        scan(path, patterns, curves)
    print(json.dumps([curves[name].told(name) for name, _ in patterns if name in curves]))


if __name__ == "__main__":
    main()
