"""HTTP as the wire sees it: plain values, no server and no client in sight."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from penstock.wire.call import Body


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request whose head has been read.

    `path` is as sent (percent-encoded, no query string), `query` the raw query string without `?`, header names
    are lower case. `body` is bytes where it was small enough or needed whole, else a stream.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Body = b""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Body = b""


# Where the client of the request under way found this server, such as `http://localhost:4599`; empty for calls that
# come from inside. For addresses in an answer to that client and nothing else: it is what the client says.
asked_at: Final[ContextVar[str]] = ContextVar("asked_at", default="")
_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")


def address(request: HttpRequest) -> str:
    """The address that a client used, if its head tells one; a proxy before us says whether it spoke TLS."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return ""
    scheme = "https" if request.headers.get("x-forwarded-proto", "") == "https" else "http"
    return f"{scheme}://{host}"
