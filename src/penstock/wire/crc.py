"""CRCs that Python's library lacks, fast enough for files: many lanes at a time, and joined.

A CRC is linear, so a stretch of bytes may be cut into lanes that are computed side by side and joined afterwards.
Side by side means here: `bytes.translate` looks up a table for every lane at once, and one XOR of large integers
mixes all of them. No lane is worked on by a Python loop over bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

LANE: Final = 512  # bytes in a lane: the Python steps that a call takes, however many lanes there are
LEAST: Final = 16 * LANE  # below this, a plain loop is faster


@dataclass(frozen=True)
class Polynomial:
    """A reflected polynomial of `size` bytes, with all ones before and after."""

    value: int
    size: int

    @property
    def ones(self) -> int:
        return (1 << (8 * self.size)) - 1

    @cached_property
    def table(self) -> tuple[int, ...]:
        """What each value of the lowest byte turns into."""

        def turned(low: int) -> int:
            for _ in range(8):
                low = (low >> 1) ^ (self.value if low & 1 else 0)
            return low

        return tuple(turned(low) for low in range(256))

    @cached_property
    def planes(self) -> tuple[bytes, ...]:
        """The table, cut into its bytes, lowest first: what `bytes.translate` takes."""
        return tuple(bytes(entry >> (8 * place) & 0xFF for entry in self.table) for place in range(self.size))

    def after_zeros(self, register: int, count: int) -> int:
        """A checksum's contribution to that of the same bytes and `count` more."""
        power = 0
        while count:
            if count & 1:
                register = applied(_zeros(self, power), register)
            count >>= 1
            power += 1
        return register


CRC32: Final = Polynomial(0xEDB88320, 4)
CRC32C: Final = Polynomial(0x82F63B78, 4)
CRC64NVME: Final = Polynomial(0x9A6C9329AC4BC9B5, 8)


class Crc:
    """A running CRC."""

    def __init__(self, polynomial: Polynomial) -> None:
        self._polynomial = polynomial
        self._register = polynomial.ones

    def update(self, data: bytes, /) -> None:
        whole = len(data) - len(data) % LANE if len(data) >= LEAST else 0
        if whole:
            self._take_lanes(data[:whole])
        table, register = self._polynomial.table, self._register
        for byte in memoryview(data)[whole:]:
            register = table[(register ^ byte) & 0xFF] ^ (register >> 8)
        self._register = register

    def digest(self) -> bytes:
        return (self._register ^ self._polynomial.ones).to_bytes(self._polynomial.size, "big")

    def _take_lanes(self, data: bytes) -> None:
        """Every lane from a zero register, side by side, then each joined to what came before it."""
        shift = lane_shift(self._polynomial)
        register = self._register
        for lane in lanes(self._polynomial, data):
            moved = 0
            for place, table in enumerate(shift):
                moved ^= table[register >> (8 * place) & 0xFF]
            register = moved ^ lane
        self._register = register


def lanes(polynomial: Polynomial, data: bytes) -> Iterable[int]:
    """The registers of all lanes of `data`, each begun at zero."""
    count = len(data) // LANE
    lowest, one_place = (1 << 8 * count) - 1, 8 * count
    registers = 0  # all lanes' lowest bytes, then all lanes' next ones, …
    for step in range(LANE):
        column = int.from_bytes(data[step::LANE], "little")
        low = ((registers & lowest) ^ column).to_bytes(count, "little")
        turned = b"".join([low.translate(plane) for plane in polynomial.planes])
        registers = int.from_bytes(turned, "little") ^ (registers >> one_place)
    planes = registers.to_bytes(count * polynomial.size, "little")
    for lane in range(count):
        yield int.from_bytes(planes[lane::count], "little")


@cache
def lane_shift(polynomial: Polynomial) -> tuple[tuple[int, ...], ...]:
    """For each byte of a register, what its values become after a lane of zeros."""
    return tuple(
        tuple(polynomial.after_zeros(byte << (8 * place), LANE) for byte in range(256))
        for place in range(polynomial.size)
    )


def applied(columns: Sequence[int], vector: int) -> int:
    """A matrix over bits, given by its columns, times a vector."""
    product = 0
    for column in columns:
        if not vector:
            break
        if vector & 1:
            product ^= column
        vector >>= 1
    return product


@cache
def _zeros(polynomial: Polynomial, power: int) -> tuple[int, ...]:
    """The matrix that feeds 2**power zero bytes to a register."""
    bits = range(8 * polynomial.size)
    if power == 0:
        return tuple(polynomial.table[(1 << bit) & 0xFF] ^ (1 << bit >> 8) for bit in bits)
    half = _zeros(polynomial, power - 1)
    return tuple(applied(half, column) for column in half)
