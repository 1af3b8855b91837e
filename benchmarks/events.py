"""How many events a second find their rules among a thousand, beside looking at each event's members once.

A hundred sources have ten rules each: some want a detail type, most a value, a prefix or a number in the detail. An
event fits one to five of its source's ten.
"""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from benchmarks.world import QUICK
from penstock.languages.patterns import Index, parse

SOURCES, RULES, EVENTS, ROUNDS = 100, 10, 100_000, 5
Event = Mapping[str, Any]


def rule(source: int, number: int) -> dict[str, Any]:
    detail: list[dict[str, Any]] = [
        {"state": ["done"]},
        {"state": [{"anything-but": ["done", "new"]}]},
        {"object": {"key": [{"prefix": f"in/{number}"}]}},
        {"object": {"size": [{"numeric": [">", 100 * number, "<=", 100 * number + 500]}]}},
        {"object": {"key": [{"wildcard": f"*/{number}*.csv"}]}, "state": ["new", "done"]},
    ]
    kind = {"detail-type": [f"kind {number % 3}"]} if number % 2 else {}
    return {"source": [f"source.{source}"], **kind, "detail": detail[number % len(detail)]}


def event(number: int) -> Event:
    return {
        "version": "0", "id": str(number), "source": f"source.{number % SOURCES}", "detail-type": f"kind {number % 3}",
        "account": "123456789012", "time": "2030-01-01T00:00:00Z", "region": "us-east-1", "resources": [],
        "detail": {
            "state": ("done", "new", "failed")[number % 7 % 3],
            "object": {"key": f"in/{number % 10}/{number}.csv", "size": number % 1000},
        },
    }  # fmt: skip


def rate(act: Callable[[Event], object], events: list[Event]) -> float:
    """Events a second: the best of several rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for each in events:
            act(each)
        best = max(best, len(events) / (time.perf_counter() - began))
    return best


def main() -> None:
    count = EVENTS // 10 if QUICK in sys.argv else EVENTS
    patterns = [parse(msgspec.json.encode(rule(s, n)).decode()) for s in range(SOURCES) for n in range(RULES)]
    index, events = Index(enumerate(patterns)), [event(number) for number in range(count)]
    hits = sum(len(index.matching(each)) for each in events) / count
    print(f"{'every member looked at, no rules':36} {rate(lambda one: [one[name] for name in one], events):12,.0f} /s")
    print(f"{f'{len(patterns):,} rules, {hits:.1f} fit':36} {rate(index.matching, events):12,.0f} /s")
