"""The numbers that a seed leads to: those of `java.util.Random`, by which AWS's interpreter draws."""

from typing import Final

_MULTIPLIER: Final = 0x5DEECE66D
_STATE: Final = (1 << 48) - 1
_MOST: Final = 1 << 31


def drawn(seed: int, width: int) -> int:
    """The first number of a seed, from 0 up to, not including, `width`, which is below 2³¹."""
    state = (seed ^ _MULTIPLIER) & _STATE
    while True:
        state = (state * _MULTIPLIER + 0xB) & _STATE
        bits = state >> 17
        if width & (width - 1) == 0:
            return (width * bits) >> 31
        number = bits % width
        if bits - number + width <= _MOST:  # else small numbers would come more often
            return number
