"""How many events a second find their rules among a thousand, beside looking at each event's members once.

A hundred sources have ten rules each: some want a detail type, most a value, a prefix or a number in the detail. An
event fits one to five of its source's ten. Then a thousand rules of one source and type, each for its own bucket and a
beginning of keys, as an account's rules for S3 are; an event fits one or none.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
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


def of_bucket(number: int) -> dict[str, Any]:
    wanted = {"bucket": {"name": [f"bucket{number}"]}, "object": {"key": [{"prefix": "in/"}]}}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": wanted}


def created(number: int) -> Event:
    detail = {
        "bucket": {"name": f"bucket{number % (SOURCES * RULES)}"},
        "object": {"key": f"{'in' if number % 3 else 'out'}/a"},
    }
    return {**event(number), "source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def read(rules: Iterable[dict[str, Any]]) -> Index[int]:
    return Index(enumerate(parse(msgspec.json.encode(each).decode()) for each in rules))


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
    of_sources, of_buckets = [event(n) for n in range(count)], [created(n) for n in range(count)]
    print(
        f"{'every member looked at, no rules':40} {rate(lambda one: [one[name] for name in one], of_sources):12,.0f} /s"
    )
    for what, index, events in (
        ("of 100 sources", read(rule(s, n) for s in range(SOURCES) for n in range(RULES)), of_sources),
        ("of one source", read(of_bucket(n) for n in range(SOURCES * RULES)), of_buckets),
    ):
        hits = sum(len(index.matching(each)) for each in events) / count
        said = f"{SOURCES * RULES:,} rules {what}, {hits:.1f} fit"
        print(f"{said:40} {rate(index.matching, events):12,.0f} /s")
