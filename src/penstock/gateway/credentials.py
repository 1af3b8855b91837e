"""The credentials of jobs, as AWS's container credentials endpoint answers them.

GET /_penstock/credentials      Authorization: the job's ticket      ──►  keys with the time they expire
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from penstock.wire.times import to_the_second

PATH: Final = "/_penstock/credentials"
Give = Callable[[str], Awaitable[Mapping[str, Any] | None]]  # a ticket → what it is good for


def route(give: Give) -> Route:
    async def credentials(request: Request) -> Response:
        found = await give(request.headers.get("authorization", ""))
        if found is None:
            return JSONResponse({"code": "AccessDenied", "message": "not a ticket of a job's here"}, status_code=403)
        expires = to_the_second(found["Expiration"])
        return JSONResponse({**found, "Expiration": expires})

    return Route(PATH, credentials)
