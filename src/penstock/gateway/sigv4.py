"""Signature Version 4: reading what a request says about its signer, and checking that it is so.

    Authorization: AWS4-HMAC-SHA256 Credential=AKIA…/20260101/us-east-1/s3/aws4_request, SignedHeaders=…, Signature=…
    ?X-Amz-Algorithm=…&X-Amz-Credential=…&X-Amz-Date=…&X-Amz-Expires=…&X-Amz-SignedHeaders=…&X-Amz-Signature=…

Everything here is a function of the request, the secret and the time. A signature is compared only with one computed
from the request as it came; nothing that was not signed may decide anything.
"""

import hmac
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from penstock.gateway.refusals import Fault, Refused
from penstock.wire.credentials import Credential
from penstock.wire.http import HttpRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
EMPTY_SHA256: Final = sha256(b"").hexdigest()
SKEW: Final = 15 * 60  # seconds that a client's clock may be wrong
LONGEST_PRESIGNED: Final = 7 * 24 * 3600
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_STAMPED: Final = re.compile(r"[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z")
_PART: Final = re.compile(r"\s*(Credential|SignedHeaders|Signature)\s*=\s*([^,\s]+)\s*(?:,|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request says about who signed it, when and for what. `expires` is set on a presigned URL, in seconds."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str
    token: str = ""
    expires: int | None = None

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def at(self) -> float:
        """When it was signed, in seconds since the epoch."""
        year, month, day = int(self.stamp[:4]), int(self.stamp[4:6]), int(self.stamp[6:8])
        hour, minute, second = int(self.stamp[9:11]), int(self.stamp[11:13]), int(self.stamp[13:15])
        return float(timegm((year, month, day, hour, minute, second)))


def claim_of(request: HttpRequest) -> Claim | None:
    """The claim in a request's head; None where nobody signed by this version. Raises `Refused` if it is unreadable."""
    authorization = request.headers.get("authorization", "")
    if authorization.startswith(ALGORITHM):
        return _from_header(request, authorization)
    if "X-Amz-Signature=" in request.query or "X-Amz-Credential=" in request.query:
        return _from_query(request)
    return None


def _from_header(request: HttpRequest, authorization: str) -> Claim:
    parts = dict(_PART.findall(authorization[len(ALGORITHM) :]))
    for name in ("Credential", "SignedHeaders", "Signature"):
        if name not in parts:
            raise Refused(Fault.MALFORMED, f"Authorization header requires '{name}' parameter.")
    access_key, date, region, service = _credential(parts["Credential"])
    return Claim(
        access_key=access_key, date=date, region=region, service=service,
        signed_headers=tuple(parts["SignedHeaders"].lower().split(";")),
        signature=parts["Signature"],
        stamp=_stamp(request.headers, date),
        token=request.headers.get("x-amz-security-token", ""),
    )  # fmt: skip


def _from_query(request: HttpRequest) -> Claim:
    said = {name: value for name, value in decoded_pairs(request.query) if name.startswith("X-Amz-")}
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"):
        # STS takes presigned URLs without a time limit of their own; AWS then grants fifteen minutes.
        if f"X-Amz-{name}" not in said and name != "Expires":
            raise Refused(Fault.MALFORMED, f"Query-string authentication requires the X-Amz-{name} parameter.")
    expires = said.get("X-Amz-Expires", str(SKEW))
    if not expires.isdecimal() or not 0 < int(expires) <= LONGEST_PRESIGNED:
        raise Refused(Fault.MALFORMED, "X-Amz-Expires must be a number of seconds from 1 to 604800.")
    access_key, date, region, service = _credential(said["X-Amz-Credential"])
    return Claim(
        access_key=access_key, date=date, region=region, service=service,
        signed_headers=tuple(said["X-Amz-SignedHeaders"].lower().split(";")),
        signature=said["X-Amz-Signature"],
        stamp=_checked_stamp(said["X-Amz-Date"], date),
        token=said.get("X-Amz-Security-Token", ""),
        expires=int(expires),
    )  # fmt: skip


def _credential(text: str) -> tuple[str, str, str, str]:
    parts = text.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != "aws4_request" or not all(parts):
        raise Refused(
            Fault.MALFORMED,
            f"The credential '{text}' must be of the form KEY/YYYYMMDD/REGION/SERVICE/aws4_request.",
        )
    return parts[0], parts[1], parts[2], parts[3]


def _stamp(headers: Mapping[str, str], date: str) -> str:
    stamp = headers.get("x-amz-date") or headers.get("date", "")
    if "," in stamp:
        try:
            stamp = parsedate_to_datetime(stamp).strftime(_STAMP)
        except ValueError:
            raise Refused(Fault.MALFORMED, f"The Date header '{stamp}' is not a date.") from None
    if not stamp:
        raise Refused(Fault.MALFORMED, "A signed request requires either an 'X-Amz-Date' or a 'Date' header.")
    return _checked_stamp(stamp, date)


def _checked_stamp(stamp: str, date: str) -> str:
    if not _STAMPED.fullmatch(stamp):
        raise Refused(Fault.MALFORMED, f"The date '{stamp}' must be of the form YYYYMMDDTHHMMSSZ.")
    if not stamp.startswith(date):
        raise Refused(Fault.MALFORMED, f"The credential's date '{date}' is not that of the request, '{stamp}'.")
    return stamp


def check_time(claim: Claim, now: float) -> None:
    """Refuse a request signed too long ago, or not yet."""
    if claim.expires is None:
        if abs(now - claim.at) > SKEW:
            raise Refused(Fault.SKEWED)
    elif claim.at > now + SKEW:
        raise Refused(Fault.LAPSED, "Request is not yet valid")
    elif now > claim.at + claim.expires:
        raise Refused(Fault.LAPSED)


def check_headers(request: HttpRequest, claim: Claim) -> None:
    """Refuse a request of which something that matters was not signed."""
    if "host" not in claim.signed_headers:
        raise Refused(Fault.UNSIGNED_HEADER)
    missing = [name for name in claim.signed_headers if name not in request.headers]
    if missing:
        raise Refused(Fault.MISMATCH, f"The signed header '{missing[0]}' is not in the request.")
    if claim.service == "s3":
        for name in request.headers:
            if name.startswith("x-amz-") and name not in claim.signed_headers:
                raise Refused(Fault.UNSIGNED_HEADER)


def check_signature(request: HttpRequest, claim: Claim, credential: Credential, payload: str) -> None:
    """Refuse a request whose signature is not what its key makes of it; `payload` stands for the body."""
    expected = signature(claim, credential.secret, string_to_sign(claim, canonical(request, claim, payload)))
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise Refused(Fault.MISMATCH)


def payload_of(request: HttpRequest, claim: Claim) -> str | None:
    """What stands for the body in the signature; None where that is the digest of a body which must be read first."""
    if (said := request.headers.get("x-amz-content-sha256")) is not None:
        return said
    return UNSIGNED if claim.expires is not None and claim.service == "s3" else None


def canonical(request: HttpRequest, claim: Claim, payload: str) -> str:
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in claim.signed_headers)
    path = s3_path(request.path) if claim.service == "s3" else plain_path(request.path)
    return "\n".join(
        (request.method, path, canonical_query(request.query), headers, ";".join(claim.signed_headers), payload)
    )


def string_to_sign(claim: Claim, canonical_request: str) -> str:
    return "\n".join((ALGORITHM, claim.stamp, claim.scope, sha256(canonical_request.encode()).hexdigest()))


def signature(claim: Claim, secret: str, text: str) -> str:
    key = signing_key(secret, claim.date, claim.region, claim.service)
    return hmac.digest(key, text.encode(), "sha256").hex()


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def s3_path(path: str) -> str:
    """S3 signs the key, encoded once and otherwise as it is."""
    return quote(unquote(path), safe="/-_.~")


def plain_path(path: str) -> str:
    """Everyone else signs the path as sent, without its dots, encoded once more."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    ending = "/" if kept and path.endswith("/") else ""
    return quote("/" + "/".join(kept) + ending, safe="/-_.~")


def canonical_query(query: str) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in decoded_pairs(query)
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def decoded_pairs(query: str) -> list[tuple[str, str]]:
    return [
        (unquote_plus(name), unquote_plus(value))
        for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)
    ]
