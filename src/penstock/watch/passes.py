"""Passes: what a browser shows instead of a signature, where signatures are checked.

    penstock watch ──► a link that is signed with a key, good for five minutes ──► a pass in a cookie, for twelve hours

A pass names the key that it was given to, and is sealed with the installation's secret. It is good for this page only,
and no longer than the key.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LASTING: Final = 12 * 3600  # seconds
PURPOSE: Final = b"watch:"  # the installation's secret seals other things, too


class BadPass(Exception):
    """A pass that was not written here, or is too old."""


@dataclass(frozen=True, slots=True)
class Passes:
    """Writes passes and reads them."""

    seal: bytes
    clock: Callable[[], float]

    def write(self, access_key: str) -> str:
        text = json.dumps([access_key, int(self.clock() + LASTING)]).encode()
        return f"{base64.urlsafe_b64encode(text).decode()}.{self._sealed(text)}"

    def read(self, given: str) -> str:
        """The key that it was given to. Raises `BadPass`."""
        coded, _, seal = given.partition(".")
        try:
            text = base64.urlsafe_b64decode(coded)
        except ValueError:
            raise BadPass from None
        if not hmac.compare_digest(seal.encode(), self._sealed(text).encode()):
            raise BadPass
        access_key, until = json.loads(text)
        if self.clock() >= until:
            raise BadPass
        return str(access_key)

    def _sealed(self, text: bytes) -> str:
        return hmac.new(self.seal, PURPOSE + text, hashlib.sha256).hexdigest()
