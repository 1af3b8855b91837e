"""S3's old signature version: boto3 still makes presigned URLs of it unless told otherwise.

    ?AWSAccessKeyId=AKIA…&Signature=…&Expires=1767225600          Authorization: AWS AKIA…:signature

What is signed: the method, three headers, the `x-amz-*` headers and the resource with S3's sub-resources.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from penstock.gateway.refusals import Fault, Refused
from penstock.gateway.sigv4 import SKEW, decoded_pairs
from penstock.wire.credentials import Credential
from penstock.wire.http import HttpRequest

_AUTHORIZATION: Final = re.compile(r"AWS ([^:\s]+):(\S+)")
_SUBRESOURCES: Final = frozenset(
    {
        "accelerate",
        "acl",
        "cors",
        "defaultObjectAcl",
        "location",
        "logging",
        "partNumber",
        "policy",
        "requestPayment",
        "torrent",
        "versioning",
        "versionId",
        "versions",
        "website",
        "uploads",
        "uploadId",
        "response-content-type",
        "response-content-language",
        "response-expires",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "delete",
        "lifecycle",
        "tagging",
        "restore",
        "storageClass",
        "notification",
        "replication",
        "analytics",
        "metrics",
        "inventory",
        "select",
        "select-type",
        "object-lock",
    }
)


@dataclass(frozen=True, slots=True)
class OldClaim:
    """Who signed, and until when: `expires` is empty unless the URL is presigned."""

    access_key: str
    signature: str
    expires: str = ""
    token: str = ""


def old_claim_of(request: HttpRequest) -> OldClaim | None:
    """The claim of a request signed by the old version; None where it is not."""
    if signed := _AUTHORIZATION.fullmatch(request.headers.get("authorization", "")):
        return OldClaim(signed[1], signed[2], token=request.headers.get("x-amz-security-token", ""))
    if "AWSAccessKeyId=" not in request.query:
        return None
    said = dict(decoded_pairs(request.query))
    if not said.get("Signature") or not said.get("Expires", "").isdecimal():
        raise Refused(
            Fault.MALFORMED, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        )
    return OldClaim(said["AWSAccessKeyId"], said["Signature"], said["Expires"], said.get("x-amz-security-token", ""))


def check(request: HttpRequest, old: OldClaim, credential: Credential, now: float) -> None:
    """Refuse a request that is late, or whose signature is not what its key makes of it. `request` is path-style."""
    if old.expires and now > int(old.expires):
        raise Refused(Fault.LAPSED)
    if not old.expires:
        check_date(request, now)
    expected = hmac.digest(credential.secret.encode(), text_to_sign(request, old).encode(), "sha1")
    if not hmac.compare_digest(base64.b64encode(expected), old.signature.encode()):
        raise Refused(Fault.MISMATCH)


def check_date(request: HttpRequest, now: float) -> None:
    stamp = request.headers.get("x-amz-date") or request.headers.get("date", "")
    try:
        at = parsedate_to_datetime(stamp).timestamp()
    except ValueError:
        raise Refused(Fault.MALFORMED, "A signed request requires a valid Date or x-amz-date header") from None
    if abs(now - at) > SKEW:
        raise Refused(Fault.SKEWED)


def text_to_sign(request: HttpRequest, old: OldClaim) -> str:
    query = decoded_pairs(request.query)
    # What boto3 signed as a header travels in the presigned URL's query.
    headers = {name.lower(): value for name, value in query if is_signed(name.lower())} if old.expires else {}
    headers |= {name: value for name, value in request.headers.items() if is_signed(name)}
    date = old.expires or ("" if "x-amz-date" in headers else request.headers.get("date", ""))
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    lines += [f"{name}:{headers[name].strip()}" for name in sorted(headers) if name.startswith("x-amz-")]
    sub = sorted((name, value) for name, value in query if name in _SUBRESOURCES)
    marks = "&".join(f"{name}={value}" if value else name for name, value in sub)
    return "\n".join([*lines, request.path + (f"?{marks}" if marks else "")])


def is_signed(name: str) -> bool:
    return name.startswith("x-amz-") or name in {"content-md5", "content-type"}
