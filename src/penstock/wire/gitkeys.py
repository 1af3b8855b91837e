"""Keys for git: a signature as password, as `aws codecommit credential-helper` and git-remote-codecommit make it.

The server shows them, too, where its own git fetches from its own repositories.
"""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from penstock.wire.call import Call, Directory, Json, Scope
from penstock.wire.outgoing import basic

SERVICE: Final = "codecommit"
LASTING: Final = 3600  # seconds
WORN: Final = 600.0  # seconds of life that keys must have left to be used


def signature(secret: str, stamp: str, region: str, host: str, path: str) -> str:
    """Signature version 4 of git's kind of request; `stamp` is the time as `20300131T080000`."""
    canonical = f"GIT\n{path}\n\nhost:{host}\n\nhost\n"
    scope = (stamp[:8], region, SERVICE, "aws4_request")
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, "/".join(scope), sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


class GitKeys:
    """What lets in to this server's own repositories: keys of a session, which are used while they are good."""

    def __init__(self, directory: Directory, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._clock = clock
        self._kept: dict[str, Json] = {}  # by account

    async def authorization(self, scope: Scope, url: str) -> str:
        """The header for a repository at an address of this server, which is in the scope's region."""
        keys, place = await self._keys(scope), urlsplit(url)
        stamp = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y%m%dT%H%M%S")
        signed = signature(keys["SecretAccessKey"], stamp, scope.region, place.hostname or "", place.path)
        return basic(f"{keys['AccessKeyId']}%{keys['SessionToken']}", f"{stamp}Z{signed}")

    async def _keys(self, scope: Scope) -> Json:
        keys = self._kept.get(scope.account)
        if keys is None or keys["Expiration"] - self._clock() < WORN:
            asked = Call("sts", "GetSessionToken", {"DurationSeconds": LASTING}, Scope(scope.account, scope.region))
            keys = (await self._directory.answer(asked))["Credentials"]
            self._kept[scope.account] = keys
        return keys
