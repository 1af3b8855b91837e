"""Numbers as pictures say, by the rules of XPath's `format-number`: `#,##0.00`, percents, exponents."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from penstock.languages.jsonata.arithmetic import finite
from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.functions.integers import needed, regular_distance
from penstock.languages.jsonata.functions.numbers import rounded_to
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Number, Value

SIGNS: Final[Mapping[str, str]] = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "infinity": "Infinity",
    "minus-sign": "-",
    "NaN": "NaN",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}


class _Signs:
    """The characters that mean something in a picture."""

    def __init__(self, changed: Mapping[str, Value]) -> None:
        signs = {**SIGNS, **{name: str(sign) for name, sign in changed.items()}}
        self.point = signs["decimal-separator"]
        self.comma = signs["grouping-separator"]
        self.exponent = signs["exponent-separator"]
        self.minus = signs["minus-sign"]
        self.percent = signs["percent"]
        self.per_mille = signs["per-mille"]
        self.digit = signs["digit"]
        self.separator = signs["pattern-separator"]
        self.zero = signs["zero-digit"]
        self.digits = [chr(ord(self.zero[:1] or "0") + value) for value in range(10)]
        self.active = {*self.digits, self.point, self.exponent, self.comma, self.digit, self.separator}

    def count(self, text: str, *, optional: bool = False) -> int:
        """How many digits a part of a picture has; the optional ones too, if wanted."""
        return sum(1 for char in text if char in self.digits or (optional and char == self.digit))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A picture taken apart."""

    text: str
    prefix: str
    suffix: str
    active: str
    mantissa: str
    exponent: str | None
    integer: str
    fraction: str


def _split(text: str, signs: _Signs) -> _Parts:
    edges = [at for at, char in enumerate(text) if char in signs.active and char != signs.exponent]
    if not edges:
        raise JsonataError("D3085")
    prefix, suffix = text[: edges[0]], text[edges[-1] + 1 :]
    active = text[edges[0] : edges[-1] + 1]
    mantissa, mark, exponent = active.partition(signs.exponent)
    integer, point, fraction = mantissa.partition(signs.point)
    return _Parts(
        text, prefix, suffix, active, mantissa, exponent if mark else None, integer, fraction if point else suffix
    )


def _check(parts: _Parts, signs: _Signs) -> None:
    """Refuse a picture that breaks a rule; of several broken rules the last is told, as the reference does."""
    point = parts.text.find(signs.point)
    rules = {
        "D3081": parts.text.count(signs.point) <= 1,
        "D3082": parts.text.count(signs.percent) <= 1,
        "D3083": parts.text.count(signs.per_mille) <= 1,
        "D3084": not (signs.percent in parts.text and signs.per_mille in parts.text),
        "D3085": signs.count(parts.mantissa, optional=True) > 0,
        "D3086": all(char in signs.active for char in parts.active),
        "D3087": point < 0
        or signs.comma not in (parts.text[max(point - 1, 0) : point], parts.text[point + 1 : point + 2]),
        "D3088": point >= 0 or not parts.integer.endswith(signs.comma),
        "D3089": signs.comma * 2 not in parts.text,
        "D3090": signs.count(parts.integer.partition(signs.digit)[0]) == 0 or signs.digit not in parts.integer,
        "D3091": signs.digit not in parts.fraction or signs.count(parts.fraction.rpartition(signs.digit)[2]) == 0,
        "D3092": not parts.exponent or not (signs.percent in parts.text or signs.per_mille in parts.text),
        "D3093": parts.exponent is None
        or (parts.exponent != "" and signs.count(parts.exponent) == len(parts.exponent)),
    }
    broken = [code for code, holds in rules.items() if not holds]
    if broken:
        raise JsonataError(broken[-1])


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a picture asks for."""

    text: str
    prefix: str
    suffix: str
    least_integer: int
    least_fraction: int
    most_fraction: int
    least_exponent: int
    scale: int
    integer_groups: tuple[int, ...]
    regular: int
    fraction_groups: tuple[int, ...]


def _plan(parts: _Parts, signs: _Signs) -> _Plan:
    least_integer = scale = signs.count(parts.integer)
    least, most = signs.count(parts.fraction), signs.count(parts.fraction, optional=True)
    has_exponent = parts.exponent is not None
    if least_integer == 0 and most == 0:
        least_integer, least, most = (0, 1, 1) if has_exponent else (1, least, most)
    if has_exponent and least_integer == 0 and signs.digit in parts.integer:
        least_integer = 1
    if least_integer == 0 and least == 0:
        least = 1
    groups = _groups(parts.integer, signs, left=False)
    return _Plan(
        text=parts.text,
        prefix=parts.prefix,
        suffix=parts.suffix,
        least_integer=least_integer,
        least_fraction=least,
        most_fraction=most,
        least_exponent=signs.count(parts.exponent or ""),
        scale=scale,
        integer_groups=tuple(groups),
        regular=regular_distance(groups),
        fraction_groups=tuple(_groups(parts.fraction, signs, left=True)),
    )


def _groups(part: str, signs: _Signs, *, left: bool) -> list[int]:
    """How many digits stand right of each grouping sign, or left of it."""
    places = [at for at, char in enumerate(part) if char == signs.comma]
    return [signs.count(part[:at] if left else part[at:], optional=True) for at in places]


def format_number(run: Run, value: Value, picture: Value, options: Value) -> Value:
    """A number as a picture says."""
    if value is UNDEFINED:
        return UNDEFINED
    run.pay_text(16 * len(needed(picture)))
    finite(value)
    signs = _Signs({} if options is UNDEFINED else options)
    pictures = picture.split(signs.separator) if signs.separator else [picture]
    if len(pictures) > 2:
        raise JsonataError("D3080")
    every = [_split(text, signs) for text in pictures]
    for parts in every:
        _check(parts, signs)
    plan = _plan(every[-1] if value < 0 else every[0], signs)
    minus = signs.minus if value < 0 and len(every) == 1 else ""
    return minus + plan.prefix + _shown(value, plan, signs) + plan.suffix


def _shown(value: Number, plan: _Plan, signs: _Signs) -> str:
    if signs.percent in plan.text:
        value = value * 100
    elif signs.per_mille in plan.text:
        value = value * 1000
    exponent: int | None = None
    if plan.least_exponent:
        value, exponent = _scaled(abs(value), plan.scale)
    text = _grouped(_digits(value, plan), plan, signs)
    if exponent is not None:
        sign = signs.minus if exponent < 0 else ""
        text += signs.exponent + sign + _in_digits(str(abs(exponent)).rjust(plan.least_exponent, "0"), signs)
    return text


def _scaled(value: Number, scale: int) -> tuple[Number, int]:
    """The number with so many digits before its point, and the exponent that makes up for it."""
    exponent = 0
    if not value:
        return value, exponent
    while value < math.pow(10, scale - 1):
        value, exponent = value * 10, exponent - 1
    while value > math.pow(10, scale):
        value, exponent = value / 10, exponent + 1
    return value, exponent


def _digits(value: Number, plan: _Plan) -> tuple[str, str]:
    """The digits before and behind the point, zeros as the picture wants them."""
    rounded = abs(rounded_to(value, plan.most_fraction))
    with localcontext() as context:
        context.prec = 1200
        step = Decimal(1).scaleb(-plan.most_fraction)
        text = format(Decimal(rounded).quantize(step, rounding=ROUND_HALF_UP), "f")
    integer, _, fraction = text.partition(".")
    return integer.lstrip("0").rjust(plan.least_integer, "0"), fraction.rstrip("0").ljust(plan.least_fraction, "0")


def _grouped(digits: tuple[str, str], plan: _Plan, signs: _Signs) -> str:
    integer, fraction = (_in_digits(part, signs) for part in digits)
    if plan.regular:
        places = list(range((len(integer) - 1) // plan.regular * plan.regular, 0, -plan.regular))
    else:
        places = [place for place in plan.integer_groups if place < len(integer)]
    for place in places:
        cut = len(integer) - place  # from the left, so that places counted from the right stay true
        integer = integer[:cut] + signs.comma + integer[cut:]
    for number, place in enumerate(plan.fraction_groups):
        fraction = fraction[: place + number] + signs.comma + fraction[place + number :]
    return integer + (signs.point + fraction if fraction and signs.point in plan.text else "")


def _in_digits(text: str, signs: _Signs) -> str:
    return text if signs.zero == "0" else "".join(signs.digits[int(char)] for char in text)


FUNCTIONS: Final[Mapping[str, Native]] = {"formatNumber": Native(format_number, "<n-so?:s>", arity=3)}
