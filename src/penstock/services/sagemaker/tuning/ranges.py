"""Ranges: what values a hyperparameter may have, and where in its range a value lies.

A place in a numeric range is a number from 0 to 1, on the range's scale: whoever searches knows nothing of scales.
Values are the text that a training job is given, as they are in requests.
"""

import math
from typing import Final, Literal, get_args

import msgspec

Scale = Literal["Linear", "Logarithmic", "ReverseLogarithmic"]
LARGE_RATIO: Final = 100.0  # between the ends of a range that `Auto` searches by orders of magnitude


class Numeric(msgspec.Struct, frozen=True, tag="Numeric"):
    """Numbers from `low` to `high`; whole ones if it `is_integer`."""

    name: str
    low: float
    high: float
    scale: Scale = "Linear"
    is_integer: bool = False

    def at(self, place: float) -> str:
        """The value at a place."""
        low, high = self._ends()
        value = self._from_scale(low + place * (high - low))
        value = min(max(value, self.low), self.high)
        return str(round(value)) if self.is_integer else repr(value)

    def place(self, value: str) -> float | None:
        """Where a value lies; None if it is not in the range."""
        try:
            number = float(value)
        except ValueError:
            return None
        if not self.low <= number <= self.high:
            return None
        low, high = self._ends()
        return (self._to_scale(number) - low) / (high - low)

    def _ends(self) -> tuple[float, float]:
        """The ends on the scale. Every whole number has the same room: half of it lies beyond the ends of the range."""
        half = 0.5 if self.is_integer else 0.0
        return self._to_scale(self.low - half), self._to_scale(self.high + half)

    def _to_scale(self, value: float) -> float:
        match self.scale:
            case "Linear":
                return value
            case "Logarithmic":
                return math.log(value)
            case "ReverseLogarithmic":
                return -math.log1p(-value)

    def _from_scale(self, value: float) -> float:
        match self.scale:
            case "Linear":
                return value
            case "Logarithmic":
                return math.exp(value)
            case "ReverseLogarithmic":
                return -math.expm1(-value)


class Categorical(msgspec.Struct, frozen=True, tag="Categorical"):
    """Some values, in no order."""

    name: str
    values: tuple[str, ...]

    def at(self, place: float) -> str:
        """The value that a number from 0 to 1 falls to."""
        return self.values[min(int(place * len(self.values)), len(self.values) - 1)]


Range = Numeric | Categorical


def scale_of(scaling: str, low: float, high: float) -> Scale:
    """The scale that a `ScalingType` means; `Auto` leaves it to us."""
    named: Scale | None = next((scale for scale in get_args(Scale) if scale == scaling), None)
    if named is not None:
        return named
    return "Logarithmic" if low > 0 and high / low >= LARGE_RATIO else "Linear"


def around(name: str, hint: str) -> Range:
    """The range that a `ValueHint` stands for: a few times more and less; of a truth value, both; of a word, itself."""
    try:
        number = float(hint)
    except ValueError:
        both = {"true": ("true", "false"), "false": ("true", "false")}
        return Categorical(name, both.get(hint, (hint,)))
    if not math.isfinite(number):
        return Categorical(name, (hint,))
    if hint.lstrip("+-").isdecimal():
        whole = int(number)
        low, high = (max(1, whole // 4), whole * 4) if whole > 0 else (whole - 4, whole + 4)
        return Numeric(name, low, high, scale_of("Auto", low, high), is_integer=True)
    if number <= 0:
        return Numeric(name, number - 1, number + 1)
    return Numeric(name, number / 10, 1.0 if number < 1 <= number * 10 else number * 10, "Logarithmic")
