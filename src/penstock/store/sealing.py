"""Secrets that people have given us, as they are kept: sealed with the installation's secret.

Whoever reads the database, or a copy of a part of it, without the secret's document reads nothing of them. No KMS key
takes part: those are moto's, and gone when the server stops.
"""

import base64
import hashlib
import hmac
from typing import Final

from cryptography.fernet import Fernet

PURPOSE: Final = b"ssm:"  # the secret seals other things, too; the parameter store was the first to seal with it
MARK: Final = "sealed:"


class Sealing:
    """Seals values and opens them, once the secret is known."""

    def __init__(self) -> None:
        self._seal = b""

    def seal_with(self, seal: bytes) -> None:
        self._seal = seal

    def sealed(self, value: str) -> str:
        return self._fernet().encrypt(value.encode()).decode()

    def opened(self, text: str) -> str:
        return self._fernet().decrypt(text.encode()).decode()

    def hidden(self, value: str) -> str:
        """A value, sealed and marked as such."""
        return f"{MARK}{self.sealed(value)}"

    def found(self, text: str) -> str:
        """A value that was hidden, or one from before values were: that is kept as it came."""
        return self.opened(text.removeprefix(MARK)) if text.startswith(MARK) else text

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hmac.digest(self._seal, PURPOSE, hashlib.sha256)))
