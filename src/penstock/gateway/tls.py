"""TLS: the same port's answers at another one, for clients that speak https only or come from far away.

What runs on this machine (jobs, builds, endpoints) goes on asking the plain port, so nothing here has to know whose
authority has signed the certificate.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

FORWARDED: Final = b"x-forwarded-proto"


class WrongTls(Exception):
    """Why TLS cannot be spoken, in a sentence."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Where, and as whom. A certificate's file may hold the key, too."""

    host: str
    port: int
    certificate: Path
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Raises `WrongTls`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # Debian's Python leaves it to a file of the machine's
        try:
            context.load_cert_chain(self.certificate, self.key, password=refuse)
        except (OSError, ValueError) as wrong:  # those of ssl are of OSError's kind
            names = " and ".join(str(each) for each in (self.certificate, self.key) if each is not None)
            raise WrongTls(f"no certificate with its key can be read from {names}: {wrong}") from None
        return context


def refuse() -> str:
    """Instead of a question on the terminal."""
    raise ValueError("the key is protected by a password")


def place_of(text: str) -> tuple[str, int]:
    """Host and port, of `HOST:PORT`, `[HOST]:PORT` or `PORT`. Raises `WrongTls`."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise WrongTls(f"'{text}' is no address to listen on: HOST:PORT")
    return host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port)


def over_tls(app: ASGIApp) -> ASGIApp:
    """The application, told that its clients speak TLS, as a proxy before it would."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != FORWARDED]
        await app({**scope, "headers": [*headers, (FORWARDED, b"https")]}, receive, send)

    return answer
