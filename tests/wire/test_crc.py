"""CRCs: the catalogue's check values, and the same whatever the pieces and lanes."""

import random
import zlib

import pytest

from penstock.wire.crc import CRC32, CRC32C, CRC64NVME, LANE, LEAST, Crc, Polynomial

CONTENT = random.Random(1).randbytes(LEAST * 3 + 17)


def crc(polynomial: Polynomial, *pieces: bytes) -> int:
    running = Crc(polynomial)
    for piece in pieces:
        running.update(piece)
    return int.from_bytes(running.digest(), "big")


@pytest.mark.parametrize(
    ("polynomial", "check"), [(CRC32, 0xCBF43926), (CRC32C, 0xE3069283), (CRC64NVME, 0xAE8B14860A799888)]
)
def test_the_check_value_is_the_catalogues(polynomial: Polynomial, check: int) -> None:
    assert crc(polynomial, b"123456789") == check


@pytest.mark.parametrize("size", [0, 1, LANE, LEAST - 1, LEAST, LEAST + 1, LEAST + LANE - 1, len(CONTENT)])
def test_lanes_give_what_zlib_gives(size: int) -> None:
    assert crc(CRC32, CONTENT[:size]) == zlib.crc32(CONTENT[:size])


@pytest.mark.parametrize("polynomial", [CRC32, CRC32C, CRC64NVME])
def test_pieces_do_not_matter(polynomial: Polynomial) -> None:
    small = [CONTENT[at : at + 1000] for at in range(0, len(CONTENT), 1000)]

    assert crc(polynomial, CONTENT) == crc(polynomial, *small)


@pytest.mark.parametrize("polynomial", [CRC32, CRC32C, CRC64NVME])
def test_the_crc_of_two_stretches_is_worked_out_from_theirs(polynomial: Polynomial) -> None:
    first, second = CONTENT[:12_345], CONTENT[12_345:]

    joined = polynomial.after_zeros(crc(polynomial, first), len(second)) ^ crc(polynomial, second)

    assert joined == crc(polynomial, CONTENT)
