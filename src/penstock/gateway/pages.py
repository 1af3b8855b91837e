"""The gateway's own pages: its health for programs, and what is here for a person who opens the address.

    /_penstock/health    JSON: version, uptime, services, counts
    /metrics             for Prometheus (unsigned, no query), if `more` routes say so: see `telemetry.metrics`
    /                    for browsers (Accept: text/html, unsigned): name, version, services and their coverage

No bucket can be named `_penstock`, so nothing of S3's is hidden by it; `/metrics` hides the objects of a bucket
of that name from whoever lists them without a signature and without a parameter.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from penstock import __version__
from penstock.wire import models
from penstock.wire.call import Directory

PREFIX: Final = "/_penstock/"
METRICS: Final = "/metrics"
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


class Coverage(NamedTuple):
    """How much of a service is here."""

    service: str
    title: str
    answered: int
    known: int


class Pages:
    """`links` are the addresses of other pages by what they show, for the front page."""

    def __init__(
        self,
        directory: Directory,
        *,
        clock: Callable[[], float],
        counts: Callable[[], Mapping[str, int]],
        links: Mapping[str, str],
    ) -> None:
        self._directory = directory
        self._links = links
        self._clock = clock
        self._counts = counts
        self._since = clock()

    async def health(self, _: Request) -> Response:
        return JSONResponse(
            {
                "status": "ok",
                "version": __version__,
                "uptime_seconds": round(self._clock() - self._since, 3),
                "services": dict(Counter(service for service, _ in self._directory.operations())),
                "counts": dict(self._counts()),
            }
        )

    async def front(self, request: Request) -> Response:
        services = await asyncio.to_thread(coverage, self._directory)
        page = TEMPLATES.get_template("front.html").render(
            version=__version__, services=services, counts=dict(self._counts()), address=str(request.base_url),
            links=self._links,
        )  # fmt: skip
        return HTMLResponse(page)


def pages(own: Pages, more: Sequence[BaseRoute] = ()) -> Starlette:
    """The pages as an application; `more` are routes of other doors."""
    return Starlette(routes=[Route("/_penstock/health", own.health), Route("/", own.front), *more])


def is_page(scope: Scope) -> bool:
    """Whether a request is for a page and not for an API."""
    path = scope["path"]
    if path not in {"/", METRICS}:
        return bool(path.startswith(PREFIX))
    if scope["method"] != "GET" or scope["query_string"]:
        return False
    headers = dict(scope["headers"])
    if b"authorization" in headers:
        return False
    return path == METRICS or b"text/html" in headers.get(b"accept", b"")


def coverage(directory: Directory) -> list[Coverage]:
    """How many operations of each service are answered, of how many. Reads models: not for the event loop."""
    answered = Counter(service for service, _ in directory.operations())
    return [Coverage(service, *_known(service, count)) for service, count in sorted(answered.items())]


@cache
def _known(service: str, answered: int) -> tuple[str, int, int]:
    try:
        model = models.model(service)
    except models.UnknownService:
        return service, answered, answered
    return model.metadata.get("serviceFullName", service), answered, len(model.operation_names)
