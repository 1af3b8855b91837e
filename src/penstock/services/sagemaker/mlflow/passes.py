"""Passes: what lets a browser or a job in to one tracking server for a while, sealed so that nobody else writes one.

The seal is the installation's own, so that a job's pass outlives the server as the job does.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Final

import msgspec

LONGEST: Final = 28 * 86_400.0  # seconds: as long as a job may run


class Passes:
    def __init__(self, seal: bytes, clock: Callable[[], float]) -> None:
        self._seal = seal
        self._clock = clock

    def seal_with(self, seal: bytes) -> None:
        self._seal = seal

    def write(self, arn: str, seconds: float = LONGEST) -> str:
        """A pass to that server, good for so long."""
        said = msgspec.json.encode([arn, int(self._clock() + seconds)])
        return base64.urlsafe_b64encode(self._signed(said) + said).decode().rstrip("=")

    def is_good(self, given: str, arn: str) -> bool:
        try:
            whole = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        except (binascii.Error, ValueError):
            return False
        signature, said = whole[:32], whole[32:]
        if not hmac.compare_digest(signature, self._signed(said)):
            return False
        whose, until = msgspec.json.decode(said)
        return bool(whose == arn and self._clock() < until)

    def _signed(self, said: bytes) -> bytes:
        return hmac.digest(self._seal, said, hashlib.sha256)
