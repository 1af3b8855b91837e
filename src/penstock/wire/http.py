"""HTTP as the wire sees it: plain values, no server and no client in sight."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
