"""aws-chunked bodies: botocore wraps, the gateway unwraps, wherever the pieces are cut; AWS's example holds."""

import io
import itertools
from dataclasses import replace
from hashlib import sha256

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum
from hypothesis import given
from hypothesis import strategies as st

from penstock.gateway.chunked import LONGEST_LINE, Chain, ChunkedBody
from penstock.gateway.refusals import Fault, Refused
from penstock.gateway.sigv4 import Claim
from penstock.wire.call import ServiceError

# The example in AWS's documentation of chunked uploads: 65 KiB of "a" in two chunks.
CLAIM = Claim(
    access_key="AKIAIOSFODNN7EXAMPLE",
    date="20130524",
    region="us-east-1",
    service="s3",
    signed_headers=("host",),
    signature="4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    stamp="20130524T000000Z",
)
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
FIRST = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"
SECOND = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
LAST = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
EXAMPLE = (
    f"10000;chunk-signature={FIRST}\r\n{'a' * 65536}\r\n"
    f"400;chunk-signature={SECOND}\r\n{'a' * 1024}\r\n"
    f"0;chunk-signature={LAST}\r\n\r\n"
).encode()


def chain() -> Chain:
    return Chain(CLAIM, SECRET, CLAIM.signature)


def unwrapped(body: ChunkedBody, wire: bytes, cuts: list[int]) -> bytes:
    places = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    pieces = [wire[start:end] for start, end in itertools.pairwise(places)]
    return b"".join(content for piece in pieces for content in body.feed(piece))


@given(st.binary(max_size=300), st.integers(1, 90), st.lists(st.integers(0, 600), max_size=8))
def test_what_botocore_wraps_comes_out_wherever_it_is_cut(content: bytes, size: int, cuts: list[int]) -> None:
    wrapper = AwsChunkedWrapper(
        io.BytesIO(content), checksum_cls=Crc32Checksum, checksum_name="x-amz-checksum-crc32", chunk_size=size
    )
    body = ChunkedBody()

    assert unwrapped(body, wrapper.read(), cuts) == content

    checksum = Crc32Checksum()
    checksum.update(content)
    assert body.ended
    assert body.trailers == {"x-amz-checksum-crc32": checksum.b64digest()}


@given(st.lists(st.integers(0, len(EXAMPLE)), max_size=8))
def test_awss_signed_example_is_accepted(cuts: list[int]) -> None:
    body = ChunkedBody(chain())

    assert unwrapped(body, EXAMPLE, cuts) == b"a" * 66560

    assert body.ended


@pytest.mark.parametrize(
    "changed",
    [
        EXAMPLE.replace(b"a" * 65536, b"a" * 65535 + b"b"),
        EXAMPLE.replace(SECOND.encode(), FIRST.encode()),
        EXAMPLE.replace(LAST.encode(), b"0" * 64),
        EXAMPLE.replace(f";chunk-signature={FIRST}".encode(), b""),
    ],
    ids=["content", "second signature", "last signature", "no signature"],
)
def test_a_chunk_that_was_changed_is_refused(changed: bytes) -> None:
    with pytest.raises(Refused) as caught:
        unwrapped(ChunkedBody(chain()), changed, [])

    assert caught.value.fault == Fault.MISMATCH


def test_a_wrong_seed_is_refused() -> None:
    other = Chain(replace(CLAIM, date="20130525"), SECRET, CLAIM.signature)

    with pytest.raises(Refused):
        unwrapped(ChunkedBody(other), EXAMPLE, [])


def test_signed_trailers_are_checked() -> None:
    signer, said = chain(), chain()
    content, trailers = b"hello", b"x-amz-checksum-crc32:NhCmhg==\n"
    signatures = [sign(signer, "chunk", content), sign(signer, "chunk", b""), sign(signer, "trailer", trailers)]
    wire = (
        f"5;chunk-signature={signatures[0]}\r\nhello\r\n0;chunk-signature={signatures[1]}\r\n"
        f"x-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:{signatures[2]}\r\n\r\n"
    ).encode()

    assert unwrapped(ChunkedBody(said), wire, []) == content

    with pytest.raises(Refused):
        unwrapped(ChunkedBody(chain()), wire.replace(b"NhCmhg==", b"AAAAAA=="), [])


def sign(chain: Chain, kind: str, content: bytes) -> str:
    """The next signature of a chain, which refuses a guess and keeps what would have been right."""
    link = chain.trailer if kind == "trailer" else lambda each, said: chain.next_chunk(sha256(each).hexdigest(), said)
    with pytest.raises(Refused):
        link(content, "a guess")
    return chain.previous


@pytest.mark.parametrize(
    "wire",
    [
        b"zz\r\n",
        b"\r\n",
        b"-1\r\n",
        b"3\r\nabcd\r\n",
        b"0\r\nno colon\r\n\r\n",
        b"0\r\n\r\nmore",
        b"1" * LONGEST_LINE * 2,
    ],
)
def test_what_is_not_well_formed_is_told(wire: bytes) -> None:
    with pytest.raises(ServiceError) as caught:
        unwrapped(ChunkedBody(), wire, [])

    assert caught.value.code == "MalformedTrailerError"
