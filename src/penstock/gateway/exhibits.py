"""The door for everybody: badges, and the builds of projects that are public. Nobody is asked who they are.

    GET /_penstock/badges?uuid=UUID&branch=main                    a picture
    GET /_penstock/public-builds/ALIAS                             builds, the newest first
    GET /_penstock/public-builds/ALIAS/ID                          one of them
    GET /_penstock/public-builds/ALIAS/ID/log                      its log
    GET /_penstock/public-builds/ALIAS/ID/artifacts/IDENTIFIER     what it has left

What is shown comes from customers: names are text in the pages, logs plain text, artifacts files to be kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from penstock.gateway.guard import check_browser
from penstock.gateway.messages import head_of
from penstock.gateway.pages import TEMPLATES
from penstock.wire.call import ServiceError
from penstock.wire.exhibits import BADGES, BUILDS, Exhibits
from penstock.wire.times import iso

Json = Any
ANSWERED_WITHIN: Final = 30.0  # seconds; what streams may take longer
HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache, no-store, must-revalidate",
}
COLOURS: Final[Mapping[str, str]] = {"passing": "#2a7d2a", "failing": "#b3261e", "in progress": "#1f6fb2"}
GONE: Final = "There is nothing here, or not any more.\n"
Answer = Callable[[Request], Awaitable[Response | None]]


class ExhibitDoor:
    def __init__(self, exhibits: Exhibits, *, auth: bool) -> None:
        self._exhibits = exhibits
        self._auth = auth

    def routes(self) -> list[Route]:
        return [
            Route(BADGES, self._shown(self.badge)),
            Route(f"{BUILDS}/{{alias}}", self._shown(self.builds)),
            Route(f"{BUILDS}/{{alias}}/{{id}}", self._shown(self.build)),
            Route(f"{BUILDS}/{{alias}}/{{id}}/log", self._shown(self.log)),
            Route(f"{BUILDS}/{{alias}}/{{id}}/artifacts/{{identifier}}", self._shown(self.artifact)),
        ]

    def _shown(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            try:
                check_browser(head_of(request.scope), auth=self._auth)
                async with asyncio.timeout(ANSWERED_WITHIN):
                    found = await answer(request)
            except ServiceError as refusal:
                return PlainTextResponse(f"{refusal.message}\n", refusal.status or 400)
            except TimeoutError:
                return PlainTextResponse(f"It took over {ANSWERED_WITHIN:.0f} s.\n", 503)
            return found or PlainTextResponse(GONE, 404)

        return show

    async def badge(self, request: Request) -> Response:
        asked = request.query_params
        status = await self._exhibits.badge(
            asked.get("uuid", ""), branch=asked.get("branch", ""), tag=asked.get("tag", "")
        )
        colour = COLOURS.get(status, "#6b6b6b")
        picture = TEMPLATES.get_template("badge.svg").render(status=status, colour=colour, width=len(status) * 7 + 12)
        return Response(picture, headers=HEADERS, media_type="image/svg+xml")

    async def builds(self, request: Request) -> Response | None:
        alias = request.path_params["alias"]
        found = await self._exhibits.builds(alias, request.query_params.get("from", ""))
        return page("builds.html", found, f"{BUILDS}/{alias}")

    async def build(self, request: Request) -> Response | None:
        alias, id = request.path_params["alias"], request.path_params["id"]  # noqa: A001
        return page("build.html", await self._exhibits.build(alias, id), f"{BUILDS}/{alias}")

    async def log(self, request: Request) -> Response | None:
        lines = await self._exhibits.log(request.path_params["alias"], request.path_params["id"])
        return None if lines is None else StreamingResponse(lines, headers=HEADERS, media_type="text/plain")

    async def artifact(self, request: Request) -> Response | None:
        given = request.path_params
        found = await self._exhibits.artifact(given["alias"], given["id"], given["identifier"])
        if found is None:
            return None
        name, content = found
        headers = {**HEADERS, "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        body = iter([content]) if isinstance(content, bytes) else content
        return StreamingResponse(body, headers=headers, media_type="application/octet-stream")


def page(name: str, shown: Mapping[str, Json] | None, place: str) -> Response | None:
    if shown is None:
        return None
    return HTMLResponse(TEMPLATES.get_template(name).render(shown, place=place, when=when), headers=HEADERS)


def when(moment: float) -> str:
    return iso(moment)[:19].replace("T", " ")
