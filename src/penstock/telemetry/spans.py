"""Spans: acts as OpenTelemetry has them, sent by OTLP over HTTP. Imported only where somebody wants traces.

The exporter reads OpenTelemetry's own variables: where to, with which headers, certificates and patience.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from penstock import __version__
from penstock.engine.backlog import Undelivered
from penstock.telemetry.context import span_id, trace_id
from penstock.telemetry.model import Act

SCOPE: Final = InstrumentationScope("penstock", __version__)
LONGEST_REASON: Final = 1_024


class Spans:
    """Sends spans. `send` blocks."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._resource = Resource.create({"service.name": "penstock", "service.version": __version__})

    def send(self, acts: Sequence[Act]) -> None:
        """All that these acts consist of; raises `Undelivered`."""
        spans = [span for act in acts for span in self._spans(act)]
        if spans and self._exporter.export(spans) is not SpanExportResult.SUCCESS:
            raise Undelivered(f"{len(spans)} spans were not taken; OpenTelemetry's log says why")

    def close(self) -> None:
        self._exporter.shutdown()

    def _spans(self, act: Act) -> Iterator[ReadableSpan]:
        if act.ended is not None:
            yield self._span(act, act.ended)
        for part in act.parts:
            yield from self._spans(part)

    def _span(self, act: Act, ended: float) -> ReadableSpan:
        trace = int.from_bytes(trace_id(act.kin.root.key))
        parent = int.from_bytes(span_id(act.kin.parent)) if act.kin.parent else None
        return ReadableSpan(
            name=act.name if act.kind == "phase" else f"{act.kind} {act.name}",
            context=_context(trace, int.from_bytes(span_id(act.key))),
            parent=None if parent is None else _context(trace, parent),
            resource=self._resource,
            attributes={"penstock.kind": act.kind, **act.attributes},
            kind=SpanKind.INTERNAL,
            status=_status(act),
            start_time=_nanoseconds(act.began),
            end_time=_nanoseconds(max(act.began, ended)),
            instrumentation_scope=SCOPE,
        )


def _context(trace: int, span: int) -> SpanContext:
    return SpanContext(trace, span, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _status(act: Act) -> Status:
    if act.outcome == "Failed":
        return Status(StatusCode.ERROR, act.reason[:LONGEST_REASON] or "it failed")
    return Status(StatusCode.OK if act.outcome == "Succeeded" else StatusCode.UNSET)


def _nanoseconds(moment: float) -> int:
    return round(moment * 1_000_000) * 1_000


def over_http(endpoint: str) -> Spans:
    """To a collector at this address; without one, where OpenTelemetry's variables say."""
    place = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
    return Spans(OTLPSpanExporter(endpoint=place))
