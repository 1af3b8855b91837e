"""The overview: entries of every kind, what changed last, and what is worth looking at first."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final, NamedTuple

from penstock.watch.asking import Asker
from penstock.watch.model import Entry, Happening, Kind, Link, Overview, Sheet
from penstock.watch.things import (
    builds,
    deliveries,
    endpoints,
    executions,
    jobs,
    machines,
    monitors,
    packages,
    stacks,
)

HAPPENINGS: Final = 20


class Thing(NamedTuple):
    """How the things of a kind are told."""

    entries: Callable[[Asker], Awaitable[list[Entry]]]
    about: Callable[[Asker, str], Awaitable[Sheet]]


async def not_listed(_: Asker) -> list[Entry]:
    """Jobs are reached from the steps that had them done."""
    return []


THINGS: Final[dict[Kind, Thing]] = {
    "delivery": Thing(deliveries.entries, deliveries.about),
    "execution": Thing(executions.entries, executions.about),
    "build": Thing(builds.entries, builds.about),
    "package": Thing(packages.entries, packages.about),
    "endpoint": Thing(endpoints.entries, endpoints.about),
    "monitor": Thing(monitors.entries, monitors.about),
    "machine": Thing(machines.entries, machines.about),
    "stack": Thing(stacks.entries, stacks.about),
    "project": Thing(stacks.projects, stacks.about_project),
    "job": Thing(not_listed, jobs.about),
}
FOLLOWED: Final[tuple[Kind, ...]] = ("execution", "delivery", "machine", "build")  # what has a graph that moves


async def overview(asker: Asker, at: float) -> Overview:
    found: dict[Kind, tuple[Entry, ...]] = {}
    for kind, thing in THINGS.items():
        if listed := await thing.entries(asker):
            found[kind] = tuple(listed)
    every = [entry for listed in found.values() for entry in listed]
    return Overview(
        at=at, region=asker.scope.region, entries=found, happenings=tuple(happenings(every)), focus=focus(every)
    )


def happenings(entries: Iterable[Entry]) -> list[Happening]:
    """What the entries tell of the past, the last first: that each began, and what it has come to."""
    told = [happening for entry in entries for happening in _of(entry)]
    return sorted(told, key=lambda each: -each.at)[:HAPPENINGS]


def _of(entry: Entry) -> Iterator[Happening]:
    link = Link(kind=entry.kind, key=entry.key)
    if entry.changed > entry.began or not entry.began:
        yield Happening(at=entry.changed, what=entry.name, text=entry.status, tone=entry.tone, link=link)
    if entry.began:
        text = "began" if entry.kind in FOLLOWED else "was made"
        yield Happening(at=entry.began, what=entry.name, text=text, tone="still", link=link)


def focus(entries: Iterable[Entry]) -> Link | None:
    """What goes on, the innermost first (a delivery has a build made, that has a pipeline run); else what did."""
    candidates = [entry for entry in entries if entry.kind in FOLLOWED and entry.began]

    def place(entry: Entry) -> tuple[bool, int, float]:
        return entry.tone not in ("busy", "waiting"), FOLLOWED.index(entry.kind), -entry.changed

    best = min(candidates, key=place, default=None)
    return None if best is None else Link(kind=best.kind, key=best.key)
