"""Scan log files for metrics: a script of its own, with nothing but the standard library (see `metrics`).

Arguments: log files (`store.logfile`'s form). Standard input: `[[name, pattern], …]`; standard output: for each name
that was found `[name, value, seconds]`, its last value. A TAB is `#011` first, as AWS's log pipeline writes it (the
patterns of its own algorithms rely on that), then itself.
"""

import json
import math
import re
import sys
from collections.abc import Iterator

LONGEST_LINE = 2048

Last = dict[str, tuple[float, float]]


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


def messages(path: str) -> Iterator[tuple[float, str]]:
    """The records of a log file: seconds and text."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes a while to import
        for line in file:
            stamp, tab, message = line[:LONGEST_LINE].decode(errors="replace").rstrip("\n").partition("\t")
            if tab and stamp.isdecimal():
                yield int(stamp) / 1000, message


def scan(path: str, patterns: list[tuple[str, re.Pattern[str]]], last: Last) -> None:
    for at, message in messages(path):
        for name, pattern in patterns:
            value = value_in(pattern, message)
            if value is not None and (name not in last or at >= last[name][1]):
                last[name] = (value, at)


def main() -> None:
    patterns = [(name, re.compile(text)) for name, text in json.load(sys.stdin)]
    last: Last = {}
    for path in sys.argv[1:]:
        scan(path, patterns, last)
    print(json.dumps([[name, *last[name]] for name, _ in patterns if name in last]))


if __name__ == "__main__":
    main()
