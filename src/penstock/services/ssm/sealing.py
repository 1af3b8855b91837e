"""The values of secure strings, as they are kept: sealed with the installation's secret.

Who asks for one without `WithDecryption` is told the sealed text, and so is who reads the database alone without the
secret's document. No KMS key takes part: those are moto's, and gone when the server stops.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet

PURPOSE = b"ssm:"  # the installation's secret seals other things, too


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

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hmac.digest(self._seal, PURPOSE, hashlib.sha256)))
