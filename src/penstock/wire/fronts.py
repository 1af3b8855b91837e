"""Fronts: addresses that rooms give out for anybody's HTTP clients, and what is asked there.

    https://{id}.execute-api.{region}.amazonaws.com/{stage}/…    an API of API Gateway
    https://{id}.lambda-url.{region}.on.aws/…                    a function that has a URL

Nothing here is an operation of AWS's: method, path, headers and body are the customer's own, and so is the answer.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from penstock.wire.call import Scope

API: Final = "execute-api"  # what the hosts of APIs, and signatures of requests to them, are called
FUNCTION: Final = "lambda-url"
FUNCTIONS: Final = "/_penstock/lambda-url"  # where functions are, for who cannot name hosts

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. Names of headers are in lower case; the path is as it was sent, without what names the front."""

    id: str
    at: float
    method: str
    host: str
    path: str
    query: str
    headers: Headers
    body: bytes
    client: str  # an address
    prove: Callable[[], Awaitable[Scope]]  # on whose behalf it is signed; raises `ServiceError` where that is not shown

    def header(self, name: str) -> str:
        """A header's value; the last where there are several, empty where there is none."""
        return next((value for key, value in reversed(self.headers) if key == name), "")

    def pairs(self) -> list[tuple[str, str]]:
        """The query's parameters, in their order."""
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Headers
    body: bytes


Front = Callable[[str, Asked], Awaitable[Answered]]  # the id of an address, and what is asked there


def gathered(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each name, in their order."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def spoken(body: bytes, *, is_text: bool) -> tuple[str, bool]:
    """A body as a function's event has it, and whether that is base64: so is what cannot be read as text."""
    if is_text:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def unspoken(body: str, *, is_base64: bool) -> bytes | None:
    """A body as a function has answered it; None if it is not what it says."""
    if not is_base64:
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None


def media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def scalar(value: object) -> str | None:
    """A header's value as a function may answer it: text, a number or a truth value; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def status_of(answer: Mapping[str, object]) -> int | None:
    """The status that a function has answered; None if it is none that an answer can have."""
    status = answer.get("statusCode")
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    return status if isinstance(status, int) and not isinstance(status, bool) and 200 <= status <= 599 else None
