"""aws-chunked: a body in signed or unsigned chunks, with trailers behind it.

    10000;chunk-signature=ad80…\\r\\n      <size in hex>[;chunk-signature=<hex>]
    <65536 bytes>\\r\\n
    0;chunk-signature=b6c6…\\r\\n
    x-amz-checksum-crc32c:sOO8/Q==\\r\\n   trailers, if the client announced any
    x-amz-trailer-signature:63bd…\\r\\n
    \\r\\n

A machine without I/O: `feed` takes what came and gives back what was inside it. It holds no more than a line.
Where signatures are checked, every chunk's signature is compared when its last byte has passed, and the next chunk's
seed is the one before, so chunks can be neither changed nor reordered nor left out.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from penstock.gateway.refusals import Fault, Refused
from penstock.gateway.sigv4 import EMPTY_SHA256, Claim, signing_key
from penstock.wire.call import ServiceError

LONGEST_LINE: Final = 16 * 1024


@dataclass(slots=True)
class Chain:
    """The signatures of a body's chunks, each made from the one before; the first is the request's own."""

    claim: Claim
    secret: str
    previous: str

    def next_chunk(self, digest: str, said: str) -> None:
        self._link(f"AWS4-HMAC-SHA256-PAYLOAD\n{self._head()}\n{EMPTY_SHA256}\n{digest}", said)

    def trailer(self, lines: bytes, said: str) -> None:
        self._link(f"AWS4-HMAC-SHA256-TRAILER\n{self._head()}\n{sha256(lines).hexdigest()}", said)

    def _head(self) -> str:
        return f"{self.claim.stamp}\n{self.claim.scope}\n{self.previous}"

    def _link(self, text: str, said: str) -> None:
        claim = self.claim
        key = signing_key(self.secret, claim.date, claim.region, claim.service)
        self.previous = hmac.digest(key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(self.previous.encode(), said.encode()):
            raise Refused(Fault.MISMATCH)


class ChunkedBody:
    """One body being taken out of its chunks. `trailers` and `ended` are known after the last piece was fed."""

    def __init__(self, chain: Chain | None = None) -> None:
        self.trailers: dict[str, str] = {}
        self.ended = False
        self._chain = chain
        self._line = bytearray()  # of a head or a trailer, until its line feed comes
        self._left = 0  # bytes of the present chunk that have not come
        self._behind = 0  # bytes of the line end that follows a chunk's content
        self._said = ""
        self._hash = sha256()
        self._signed_trailers = bytearray()
        self._in_trailers = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The content in this piece; raises when it does not fit the format or its signature."""
        view = memoryview(piece)
        while view:
            if self._left:
                content = view[: self._left]
                view = view[len(content) :]
                self._pass(content)
                yield bytes(content)
            elif self._behind:
                view = self._end_of_chunk(view)
            elif self.ended:
                raise malformed("There are bytes behind the end of the body.")
            else:
                view = self._read_line(view)

    def _pass(self, content: memoryview) -> None:
        self._left -= len(content)
        if self._chain is not None:
            self._hash.update(content)
        if not self._left:
            self._behind = 2
            self._check_chunk()

    def _check_chunk(self) -> None:
        if self._chain is not None:
            self._chain.next_chunk(self._hash.hexdigest(), self._said)
            self._hash = sha256()

    def _end_of_chunk(self, view: memoryview) -> memoryview:
        if view[0] != b"\r\n"[2 - self._behind]:
            raise malformed("A chunk is longer than its head says.")
        self._behind -= 1
        return view[1:]

    def _read_line(self, view: memoryview) -> memoryview:
        """Take bytes up to a line feed; act on the line once it is whole."""
        head, feed, _ = bytes(view[: LONGEST_LINE + 1]).partition(b"\n")
        self._line += head
        if len(self._line) > LONGEST_LINE:
            raise malformed("A chunk's head or a trailer is too long.")
        if feed:
            line = bytes(self._line.removesuffix(b"\r"))
            self._line.clear()
            if self._in_trailers:
                self._read_trailer(line)
            else:
                self._read_head(line)
        return view[len(head) + len(feed) :]

    def _read_head(self, line: bytes) -> None:
        size, _, extension = line.partition(b";")
        name, _, said = extension.partition(b"=")
        if not size or len(size) > 16 or size.lower().strip(b"0123456789abcdef"):
            raise malformed("A chunk's head does not begin with its size in hexadecimal.")
        self._said = said.decode(errors="replace") if name.strip() == b"chunk-signature" else ""
        self._left = int(size, 16)
        if not self._left:
            self._in_trailers = True
            self._check_chunk()

    def _read_trailer(self, line: bytes) -> None:
        if not line:
            self._finish()
            return
        name, colon, value = line.decode(errors="replace").partition(":")
        if not colon:
            raise malformed("A trailer has no colon.")
        self.trailers[name.strip().lower()] = value.strip()
        if name.strip().lower() != "x-amz-trailer-signature":
            self._signed_trailers += f"{name.strip().lower()}:{value.strip()}\n".encode()

    def _finish(self) -> None:
        self.ended = True
        if self._chain is not None and self._signed_trailers:
            self._chain.trailer(bytes(self._signed_trailers), self.trailers.get("x-amz-trailer-signature", ""))


def malformed(sentence: str) -> ServiceError:
    return ServiceError(
        f"The request contained trailing data or chunks that were not well-formed: {sentence}",
        code="MalformedTrailerError", status=400,
    )  # fmt: skip
