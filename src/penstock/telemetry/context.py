"""Trace context: the ids of spans, as W3C's Trace Context and OpenTelemetry have them, made of what the spans are of.

Nothing is drawn by chance: a span that is sent again after a crash is the same span, and a job can be told whose child
it is before anything was sent.
"""

import hashlib

from penstock.telemetry.model import Kin

TRACEPARENT = "TRACEPARENT"


def trace_id(root: str) -> bytes:
    return hashlib.sha256(f"trace {root}".encode()).digest()[:16]


def span_id(key: str) -> bytes:
    return hashlib.sha256(f"span {key}".encode()).digest()[:8]


def traceparent(kin: Kin, key: str) -> str:
    """What a child of the act with this key is given: version, trace, parent, and that it is sampled."""
    return f"00-{trace_id(kin.root.key).hex()}-{span_id(key).hex()}-01"
