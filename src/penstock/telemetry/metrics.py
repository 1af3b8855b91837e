"""Metrics: Prometheus' exposition at `/metrics`, drawn up when it is asked for.

What hot paths count are plain numbers (`store.tally`); here they get their names. Labels are operations, flows,
outcomes, reasons and endpoints: things of which there are few, and no more than `MOST_SERIES` of one metric.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from penstock import __version__
from penstock.engine.engine import Engine
from penstock.engine.tally import Standing, standing
from penstock.gateway.guard import check_browser, is_loopback
from penstock.gateway.messages import head_of
from penstock.gateway.pages import METRICS
from penstock.gateway.traffic import Traffic
from penstock.runtimes.slots import Slots
from penstock.store.blobs import Blobs
from penstock.store.grouped import GroupedDatabase
from penstock.store.tally import Histogram, Histograms
from penstock.wire.call import ServiceError

WEIGH_EVERY: Final = 900.0  # seconds: what all blobs weigh is found out by looking at each
FAR: Final = "Metrics are told to this machine only: scrape from here, or let an agent here pass them on.\n"

Count = tuple[tuple[str, ...], Histogram]  # the values of labels, and what was counted under them


@dataclass
class Metrics:
    """Everything that can be scraped."""

    database: GroupedDatabase
    engine: Engine
    traffic: Traffic
    slots: Slots
    blobs: Blobs
    answered: Histograms[tuple[str, str, str]]  # of endpoints
    clock: Callable[[], float]
    auth: bool
    _weighed: tuple[float, int] | None = field(default=None, init=False)

    def route(self) -> Route:
        return Route(METRICS, self.scrape)

    async def scrape(self, request: Request) -> Response:
        """The exposition, in the form that the scraper prefers; for this machine, and no other site's page."""
        try:
            check_browser(head_of(request.scope), auth=self.auth)
        except ServiceError as refusal:
            return PlainTextResponse(refusal.message, 403)
        if request.client is not None and not is_loopback(request.client.host):
            return PlainTextResponse(FAR, 403)
        found = await self.database.scan(standing)
        weight = await self._weight()
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(Families([*self._counted(), *self._standing(found, weight)]))
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"content-type": kind})

    async def _weight(self) -> int:
        now = self.clock()
        if self._weighed is None or now - self._weighed[0] > WEIGH_EVERY:
            self._weighed = now, await asyncio.to_thread(weight, self.blobs)
        return self._weighed[1]

    def _counted(self) -> Iterator[Metric]:
        tally = self.engine.tally
        yield histogram(
            "penstock_request_seconds", "API requests, from head to last byte.", ("service", "operation", "status"),
            self.traffic.seconds,
        )  # fmt: skip
        yield histogram(
            "penstock_run_seconds", "Runs that have settled: jobs, executions, deliveries.", ("flow", "outcome"),
            tally.settled,
        )  # fmt: skip
        yield histogram(
            "penstock_endpoint_seconds", "Invocations of endpoints.", ("endpoint", "variant", "status"), self.answered
        )
        yield histogram("penstock_commit_seconds", "Commits.", (), [((), self.database.commit_seconds)])
        yield histogram("penstock_commit_works", "Units of work in a commit.", (), [((), self.database.groups)])
        yield CounterMetricFamily("penstock_journal_events", "Events journalled.", value=tally.events)
        ended = CounterMetricFamily("penstock_jobs_ended", "Jobs, by why they ended.", labels=("product", "reason"))
        for (flow, reason), number in tally.reasons.items():
            ended.add_metric((flow.rpartition(".")[2], reason), number)
        yield ended

    def _standing(self, found: Standing, weight: int) -> Iterator[Metric]:
        runs = GaugeMetricFamily("penstock_runs_open", "Runs that go on.", labels=("flow",))
        for flow, number in found.open_runs.items():
            runs.add_metric((flow,), number)
        yield runs
        taken, total = self.slots.taken, self.slots.total
        for name, what, share in (("taken", "by jobs", taken), ("total", "in all", total)):
            slots = GaugeMetricFamily(f"penstock_slots_{name}", f"Of this machine, {what}.", labels=("resource",))
            for resource, amount in zip(("cpus", "memory_mib", "gpus"), share, strict=True):
                slots.add_metric((resource,), amount)
            yield slots
        overdue = max(0.0, self.clock() - found.next_alarm) if found.next_alarm is not None else 0.0
        for name, what, value in (
            ("jobs_queued", "Jobs that wait for slots.", self.slots.waiting),
            ("outbox_commands", "Commands of runs that are not answered yet.", found.commands),
            ("notices_waiting", "Events that EventBridge has not been told yet.", found.notices),
            ("alarms", "Moments that are promised to schedules and rules.", found.alarms),
            ("alarms_overdue_seconds", "How late the next of them is.", overdue),
            ("blobs_bytes", "What all content weighs; looked at every quarter of an hour.", weight),
        ):
            yield GaugeMetricFamily(f"penstock_{name}", what, value=value)
        version = GaugeMetricFamily("penstock_build_info", "This Penstock.", labels=("version",))
        version.add_metric((__version__,), 1)
        yield version


@dataclass(frozen=True, eq=False)
class Families(Collector):
    """Families that are there already, as a registry takes them."""

    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def histogram(name: str, what: str, labels: tuple[str, ...], counted: Iterable[Count]) -> Metric:
    family = HistogramMetricFamily(name, what, labels=labels)
    for values, each in counted:
        family.add_metric(values, list(each.rising()), each.total)
    return family


def weight(blobs: Blobs) -> int:
    """Bytes of all blobs. Blocking."""
    total = 0
    for _, path in blobs.everything():
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # swept away just now
            continue
    return total
