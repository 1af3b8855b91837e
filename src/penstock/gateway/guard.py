"""The guard: who asks, and whether that is proved.

With `--auth` every request must carry a valid signature of a key that identity has given out. Without it signatures
are not looked at (Penstock then listens on loopback only), but a known key still says whose account it is.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from penstock.gateway import sigv2, sigv4
from penstock.gateway.chunked import Chain
from penstock.gateway.refusals import Fault, Refused
from penstock.gateway.sigv4 import Claim
from penstock.wire.call import Scope, ServiceError
from penstock.wire.credentials import Credential, KeyRing, default_principal
from penstock.wire.http import HttpRequest

_ORIGIN_HERE: Final = re.compile(r"https?://(?:[^/:@]+\.)?(?:localhost|127(?:\.[0-9]+){3}|\[::1\])(?::[0-9]+)?")


class OpenHost(Exception):
    """Asked to listen where others can reach us, without checking who they are."""


def check_host(host: str, *, auth: bool) -> None:
    """Refuse to listen on anything but loopback unless signatures are checked."""
    if not auth and not is_loopback(host):
        raise OpenHost(
            f"Penstock does not listen on {host} without --auth: whoever reaches that address could run code here. "
            "Add --auth (requests must then be signed with keys that this Penstock gave out), or use --host 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_browser(request: HttpRequest, *, auth: bool) -> None:
    """Refuse what another site's page asks through the user's browser, unless signatures are checked.

    Loopback keeps other machines out, but not the pages that this machine's browser has open: one may ask directly,
    or under its own name once that name leads to loopback.
    """
    if auth:
        return
    by_browser = request.headers.get("user-agent", "").startswith("Mozilla/")
    origin = request.headers.get("origin") or (f"http://{request.headers.get('host', '')}" if by_browser else None)
    if origin is not None and not _ORIGIN_HERE.fullmatch(origin.lower()):
        raise ServiceError(
            f"Penstock without --auth does not answer pages of other sites (this one came from {origin}).",
            code="AccessDenied", status=403,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `credential` is None for nobody known."""

    scope: Scope
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    keys: KeyRing
    clock: Callable[[], float]
    enforcing: bool

    async def caller(self, access_key: str, region: str) -> Caller:
        """Whose key this is. Unknown keys, and no key, are the default account's as long as nothing is enforced."""
        credential = await self.keys.find(access_key) if access_key else None
        if credential is None:
            return Caller(Scope(region=region, principal=default_principal()))
        return Caller(Scope(credential.account, region, credential.principal), credential)

    def check_head(self, request: HttpRequest, claim: Claim | None, caller: Caller) -> str | None:
        """Refuse whatever the head alone tells; what stands for the body in the signature, None if it must be read."""
        if claim is None:
            raise Refused(Fault.ANONYMOUS)
        credential = self._living(caller.credential, claim.token)
        sigv4.check_time(claim, self.clock())
        sigv4.check_headers(request, claim)
        stand_in = sigv4.payload_of(request, claim)
        if stand_in is not None:
            sigv4.check_signature(request, claim, credential, stand_in)
        return stand_in

    def check_body(self, request: HttpRequest, claim: Claim, caller: Caller, body: bytes) -> None:
        """Refuse a request whose signature does not fit its body."""
        assert caller.credential is not None
        sigv4.check_signature(request, claim, caller.credential, sha256(body).hexdigest())

    def check(self, request: HttpRequest, claim: Claim | None, caller: Caller, body: bytes) -> None:
        """Refuse a request, whose body is there, that is not signed as it should be."""
        if self.check_head(request, claim, caller) is None and claim is not None:
            self.check_body(request, claim, caller, body)

    def check_old(self, request: HttpRequest, old: sigv2.OldClaim, caller: Caller) -> None:
        """Refuse an S3 request of the old signature version that is late or wrong."""
        credential = self._living(caller.credential, old.token)
        sigv2.check(request, old, credential, self.clock())

    def _living(self, credential: Credential | None, token: str) -> Credential:
        if credential is None or not credential.active:
            raise Refused(Fault.UNKNOWN_KEY)
        if token != credential.session_token:
            raise Refused(Fault.BAD_TOKEN)
        if credential.expires_at is not None and self.clock() >= credential.expires_at:
            raise Refused(Fault.EXPIRED_TOKEN)
        return credential


def chain(claim: Claim, caller: Caller) -> Chain:
    """Where the signatures of a body's chunks begin."""
    assert caller.credential is not None
    return Chain(claim, caller.credential.secret, claim.signature)
