"""The access log: one line a request, on the logger `penstock.access`.

    time=2026-01-01T00:00:00.000Z client=127.0.0.1 method=POST path=/ call=sagemaker.CreatePipeline status=200 …

Query strings are left out: presigned URLs carry signatures in them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, TextIO

from penstock.gateway.bodies import Incoming
from penstock.wire.http import HttpRequest
from penstock.wire.times import iso

UNANSWERED: Final = 499  # nobody was left to answer
logger: Final = logging.getLogger("penstock.access")


def write_to(stream: TextIO) -> None:
    """Let every line go to this stream, and nothing else: a line says all about its request."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


@dataclass(slots=True)
class Visit:
    """One request's way through the house, filled in as it becomes known."""

    id: str
    request: HttpRequest
    incoming: Incoming
    client: str
    began: float = field(default_factory=perf_counter)
    service: str = ""
    operation: str = ""
    status: int = UNANSWERED
    sent: int = 0

    @property
    def call(self) -> str:
        return f"{self.service or '-'}.{self.operation or '-'}"


def log(visit: Visit, clock: Callable[[], float]) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    now = iso(clock())
    logger.info(
        "time=%s client=%s method=%s path=%s call=%s status=%d ms=%.1f in=%d out=%d id=%s",
        now, visit.client, visit.request.method, visit.request.path, visit.call, visit.status,
        (perf_counter() - visit.began) * 1000, visit.incoming.size, visit.sent, visit.id,
    )  # fmt: skip
