"""Refusals: why a signature is not accepted, and how each kind of service says so.

The check itself knows only faults. AWS's services give one fault different codes: S3 has its own, the query services
(STS, IAM, CloudFormation) theirs, the JSON ones theirs. The table below is all of that.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, Literal

from penstock.wire.call import ServiceError

Family = Literal["s3", "query", "json"]


class Fault(Enum):
    ANONYMOUS = auto()  # nobody signed
    MALFORMED = auto()  # a signature that cannot be read
    UNKNOWN_KEY = auto()
    BAD_TOKEN = auto()  # a session token that does not belong to the key
    EXPIRED_TOKEN = auto()
    MISMATCH = auto()
    SKEWED = auto()  # signed at another time than now
    LAPSED = auto()  # a presigned URL past its time
    UNSIGNED_HEADER = auto()


class Refused(Exception):
    """A signature is not accepted. `sentence` says what is wrong where the fault alone does not."""

    def __init__(self, fault: Fault, sentence: str = "") -> None:
        super().__init__(sentence or fault.name)
        self.fault = fault
        self.sentence = sentence


_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_S3_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
_BAD_KEY: Final = "The security token included in the request is invalid."
_EXPIRED: Final = "The security token included in the request is expired"

_ANSWERS: Final[Mapping[Family, Mapping[Fault, tuple[str, int, str]]]] = {
    "s3": {
        Fault.ANONYMOUS: ("AccessDenied", 403, "Access Denied"),
        Fault.MALFORMED: (
            "AuthorizationHeaderMalformed", 400, "The authorization header that you provided is not valid."
        ),
        Fault.UNKNOWN_KEY: (
            "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."
        ),
        Fault.BAD_TOKEN: ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
        Fault.EXPIRED_TOKEN: ("ExpiredToken", 400, "The provided token has expired."),
        Fault.MISMATCH: ("SignatureDoesNotMatch", 403, _S3_MISMATCH),
        Fault.SKEWED: (
            "RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large."
        ),
        Fault.LAPSED: ("AccessDenied", 403, "Request has expired"),
        Fault.UNSIGNED_HEADER: (
            "AccessDenied", 403, "There were headers present in the request which were not signed"
        ),
    },
    "query": {
        Fault.ANONYMOUS: ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
        Fault.MALFORMED: ("IncompleteSignature", 400, "The request signature does not conform to AWS standards."),
        Fault.UNKNOWN_KEY: ("InvalidClientTokenId", 403, _BAD_KEY),
        Fault.BAD_TOKEN: ("InvalidClientTokenId", 403, _BAD_KEY),
        Fault.EXPIRED_TOKEN: ("ExpiredToken", 403, _EXPIRED),
        Fault.MISMATCH: ("SignatureDoesNotMatch", 403, _MISMATCH),
        Fault.SKEWED: ("SignatureDoesNotMatch", 403, "Signature expired or not yet current"),
        Fault.LAPSED: ("SignatureDoesNotMatch", 403, "Signature expired"),
        Fault.UNSIGNED_HEADER: ("SignatureDoesNotMatch", 403, "'Host' or a x-amz- header is not signed"),
    },
    "json": {
        Fault.ANONYMOUS: ("MissingAuthenticationTokenException", 400, "Request is missing Authentication Token"),
        Fault.MALFORMED: (
            "IncompleteSignatureException", 400, "The request signature does not conform to AWS standards."
        ),
        Fault.UNKNOWN_KEY: ("UnrecognizedClientException", 400, _BAD_KEY),
        Fault.BAD_TOKEN: ("UnrecognizedClientException", 400, _BAD_KEY),
        Fault.EXPIRED_TOKEN: ("ExpiredTokenException", 400, _EXPIRED),
        Fault.MISMATCH: ("InvalidSignatureException", 400, _MISMATCH),
        Fault.SKEWED: ("InvalidSignatureException", 400, "Signature expired or not yet current"),
        Fault.LAPSED: ("InvalidSignatureException", 400, "Signature expired"),
        Fault.UNSIGNED_HEADER: ("InvalidSignatureException", 400, "'Host' or a x-amz- header is not signed"),
    },
}  # fmt: skip


def answer_to(refused: Refused, family: Family) -> ServiceError:
    """The error that a service of that family gives."""
    code, status, sentence = _ANSWERS[family][refused.fault]
    return ServiceError(refused.sentence or sentence, code=code, status=status)
