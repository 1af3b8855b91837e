"""CRCs: the catalogue's check values, and the same whatever the pieces."""

import random
import zlib

import pytest

from penstock.wire.crc import CRC32, CRC32C, CRC64NVME, Crc, Kind, joined

CONTENT = random.Random(1).randbytes(25_000)


def crc(kind: Kind, *pieces: bytes) -> bytes:
    running = Crc(kind)
    for piece in pieces:
        running.update(piece)
    return running.digest()


@pytest.mark.parametrize(
    ("kind", "check"), [(CRC32, "cbf43926"), (CRC32C, "e3069283"), (CRC64NVME, "ae8b14860a799888")]
)
def test_the_check_value_is_the_catalogues(kind: Kind, check: str) -> None:
    assert crc(kind, b"123456789").hex() == check


@pytest.mark.parametrize("size", [0, 1, 1_000, len(CONTENT)])
def test_it_is_what_zlib_gives(size: int) -> None:
    assert crc(CRC32, CONTENT[:size]) == zlib.crc32(CONTENT[:size]).to_bytes(4, "big")


@pytest.mark.parametrize("kind", [CRC32, CRC32C, CRC64NVME])
def test_pieces_do_not_matter(kind: Kind) -> None:
    small = [CONTENT[at : at + 1000] for at in range(0, len(CONTENT), 1000)]

    assert crc(kind, CONTENT) == crc(kind, *small)


@pytest.mark.parametrize("kind", [CRC32, CRC32C, CRC64NVME])
def test_the_crc_of_two_stretches_is_worked_out_from_theirs(kind: Kind) -> None:
    first, second = CONTENT[:12_345], CONTENT[12_345:]

    assert joined(kind, crc(kind, first), crc(kind, second), len(second)) == crc(kind, CONTENT)


@pytest.mark.parametrize("kind", [CRC32, CRC32C, CRC64NVME])
def test_a_stretch_after_nothing_is_itself(kind: Kind) -> None:
    assert joined(kind, b"", crc(kind, CONTENT), len(CONTENT)) == crc(kind, CONTENT)
