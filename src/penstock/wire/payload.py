"""Payload: a request's body on its way through, checked as it passes.

It is read once, in pieces. Whatever the client said about it (a length, checksums in headers or in trailers) is
compared when the last piece has passed: a difference is raised as the error S3 gives, from the iteration itself,
so whoever keeps the pieces must not give them a name before the iteration has ended.
"""

import base64
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from penstock.wire.call import ServiceError
from penstock.wire.checksums import ALGORITHMS, encoded

HEADERS: Final[Mapping[str, str]] = {f"x-amz-checksum-{name.lower()}": name for name in ALGORITHMS if name != "MD5"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a client says its body is: base64 checksums by algorithm, and the hex SHA-256 that it signed."""

    length: int | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)
    signed_sha256: str = ""
    in_trailers: tuple[str, ...] = ()  # algorithms whose checksum follows the body


class Payload:
    """A body that knows its length (None where the client did not say) and, once it was read, its checksums.

    `checksums` holds, by AWS's algorithm names, base64 of every algorithm the client sent or that `also` named.
    """

    def __init__(
        self,
        source: AsyncIterable[bytes],
        expected: Expectation = Expectation(),
        *,
        trailers: Callable[[], Mapping[str, str]] = dict,
        also: Iterable[str] = (),
    ) -> None:
        self.length = expected.length
        self.checksums: Mapping[str, str] = {}
        self.sent: Mapping[str, str] = expected.checksums
        self._source = source
        self._expected = expected
        self._trailers = trailers
        wanted = {*expected.checksums, *expected.in_trailers, *also}
        if expected.signed_sha256:
            wanted.add("SHA256")
        self._summing = {name: ALGORITHMS[name]() for name in sorted(wanted)}
        self._begun = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        if self._begun:
            raise RuntimeError("a payload is read once")
        self._begun = True
        return self._pieces()

    async def read(self) -> bytes:
        """All of it: for bodies that are known to be small."""
        return b"".join([piece async for piece in self])

    async def _pieces(self) -> AsyncIterator[bytes]:
        size = 0
        summing = tuple(self._summing.values())
        async for piece in self._source:
            size += len(piece)
            for one in summing:
                one.update(piece)
            yield piece
        self._compare(size)

    def _compare(self, size: int) -> None:
        """Everything has passed: is it what the client said it would be?"""
        if self.length is not None and size != self.length:
            raise incomplete(self.length, size)
        self.length = size
        self.checksums = {name: encoded(one) for name, one in self._summing.items()}
        self.sent = {**self.sent, **self._from_trailers()}
        for name, said in self.sent.items():
            if said != self.checksums[name]:
                raise bad_digest(name)
        computed = self._summing["SHA256"].digest().hex() if self._expected.signed_sha256 else ""
        if computed != self._expected.signed_sha256:
            raise ServiceError(
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                code="XAmzContentSHA256Mismatch", status=400,
                ClientComputedContentSHA256=self._expected.signed_sha256, S3ComputedContentSHA256=computed,
            )  # fmt: skip

    def _from_trailers(self) -> Mapping[str, str]:
        trailers = self._trailers()
        found = {name: trailers.get(f"x-amz-checksum-{name.lower()}", "") for name in self._expected.in_trailers}
        if missing := sorted(name for name, value in found.items() if not value):
            raise ServiceError(
                f"The body ended without the trailer x-amz-checksum-{missing[0].lower()} that x-amz-trailer announced.",
                code="MalformedTrailerError", status=400,
            )  # fmt: skip
        return found


def expectation(headers: Mapping[str, str], *, length: int | None) -> Expectation:
    """What a request's headers say about its body; raises when what they say cannot be a checksum."""
    checksums = {}
    for header, name in HEADERS.items():
        if header in headers:
            checksums[name] = headers[header].strip()
            if not is_digest(name, checksums[name]):
                raise ServiceError(f"Value for {header} header is invalid.", code="InvalidRequest", status=400)
    if "content-md5" in headers:
        checksums["MD5"] = headers["content-md5"].strip()
        if not is_digest("MD5", checksums["MD5"]):
            raise ServiceError("The Content-MD5 you specified was invalid.", code="InvalidDigest", status=400)
    announced = [name.strip().lower() for name in headers.get("x-amz-trailer", "").split(",")]
    if unknown := [name for name in announced if name.startswith("x-amz-checksum-") and name not in HEADERS]:
        raise ServiceError(
            f"The trailer {unknown[0]} is of a checksum that Penstock does not have; it has {', '.join(HEADERS)}.",
            code="InvalidRequest", status=400,
        )  # fmt: skip
    return Expectation(
        length=length,
        checksums=checksums,
        signed_sha256=signed_sha256(headers.get("x-amz-content-sha256", "")),
        in_trailers=tuple(HEADERS[name] for name in announced if name in HEADERS),
    )


def signed_sha256(header: str) -> str:
    """The digest in an x-amz-content-sha256 header; empty where the header only says how the body is signed."""
    if not header or header == "UNSIGNED-PAYLOAD" or header.startswith("STREAMING-"):
        return ""
    if len(header) == 64 and not header.lower().strip("0123456789abcdef"):
        return header.lower()
    raise ServiceError(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        code="InvalidArgument", status=400, ArgumentName="x-amz-content-sha256", ArgumentValue=header,
    )  # fmt: skip


def is_digest(algorithm: str, text: str) -> bool:
    """Whether text is base64 of as many bytes as the algorithm gives."""
    try:
        return len(base64.b64decode(text, validate=True)) == len(ALGORITHMS[algorithm]().digest())
    except ValueError:
        return False


def bad_digest(algorithm: str) -> ServiceError:
    sentence = (
        "The Content-MD5 you specified did not match what we received."
        if algorithm == "MD5"
        else f"The {algorithm} you specified did not match the calculated checksum."
    )
    return ServiceError(sentence, code="BadDigest", status=400)


def incomplete(said: int, came: int) -> ServiceError:
    return ServiceError(
        f"You did not provide the number of bytes specified by the Content-Length HTTP header: {said} were announced, "
        f"{came} came.",
        code="IncompleteBody", status=400,
    )  # fmt: skip
