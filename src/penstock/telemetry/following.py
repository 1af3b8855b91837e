"""Following: who reads milestones, and what is sent for each. Traces and lineage are told of the same acts."""

import asyncio
import importlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.milestones import Milestone, Milestones, Reader, span
from penstock.engine.outbox import Task
from penstock.store.database import Transaction
from penstock.telemetry import openlineage
from penstock.telemetry.accounts import account
from penstock.telemetry.context import TRACEPARENT, traceparent
from penstock.telemetry.kinship import FLOWS, kin_of
from penstock.telemetry.model import Act, run_key
from penstock.telemetry.sending import Transport
from penstock.telemetry.wishes import Wishes

if TYPE_CHECKING:
    from penstock.telemetry.spans import Spans

log: Final = logging.getLogger(__name__)
SPANS: Final = "penstock.telemetry.spans"  # imported where it is wanted: the SDK takes a tenth of a second


@dataclass(frozen=True, slots=True)
class Looking:
    """How acts are come by."""

    engine: Engine

    async def acts(self, milestones: Sequence[Milestone]) -> list[tuple[Milestone, Act]]:
        """The act of each, as it is now; of runs that were deleted meanwhile there is none."""

        def all_of(tx: Transaction) -> list[tuple[Milestone, Act | None]]:
            return [(each, account(tx, self.engine, each.run)) for each in milestones]

        found = await self.engine.database.read(all_of)
        for milestone in (each for each, act in found if act is None):
            log.warning("%s was deleted before it was told that it has %s", milestone.run, milestone.what)
        return [(each, act) for each, act in found if act is not None]


def tracing(engine: Engine, spans: "Spans") -> Milestones:
    looking = Looking(engine)

    async def tell(milestones: Sequence[Milestone]) -> None:
        acts = [act for _, act in await looking.acts(milestones)]
        await asyncio.to_thread(spans.send, acts)

    return Milestones(engine.database, Reader("traces", FLOWS, frozenset({"settled"}), tell))


def lineage(engine: Engine, transport: Transport, namespace: str) -> Milestones:
    looking = Looking(engine)

    async def tell(milestones: Sequence[Milestone]) -> None:
        found = await looking.acts(milestones)
        await transport.send([event for milestone, act in found for event in events(milestone, act)])

    def events(milestone: Milestone, act: Act) -> Iterator[openlineage.Json]:
        return (openlineage.begun if milestone.what == "began" else openlineage.settled)(act, namespace)

    return Milestones(engine.database, Reader("lineage", FLOWS, frozenset({"began", "settled"}), tell))


def follow(engine: Engine, wishes: Wishes, exits: AsyncExitStack) -> None:
    """Begin to follow, before the engine works; each follower's `work` is to be done all the time."""
    if wishes.traces is not None:
        spans: Spans = importlib.import_module(SPANS).over_http(wishes.traces)
        exits.callback(spans.close)
        engine.followers.append(tracing(engine, spans))
    if wishes.lineage is not None:
        engine.followers.append(lineage(engine, wishes.lineage, wishes.namespace))


def contexts(engine: Engine) -> Callable[[Task], Awaitable[Mapping[str, str]]]:
    """The trace context of a run's job, as programs take it from their environment."""

    def context(tx: Transaction, run: RunId) -> Mapping[str, str]:
        kin, when = kin_of(tx, engine, run), span(tx, run)
        return {} if kin is None or when is None else {TRACEPARENT: traceparent(kin, run_key(run, when.began))}

    async def of(task: Task) -> Mapping[str, str]:
        await task.decided()  # before that nobody else can see its run
        return await engine.database.read(lambda tx: context(tx, task.run))

    return of
