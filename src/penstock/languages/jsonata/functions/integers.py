"""Whole numbers as pictures say: digits, letters, Roman numerals or words; `$formatInteger` and `$parseInteger`.

The pictures are those of XPath's `format-integer`; dates use them for their components (see `calendar`).
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from penstock.languages.jsonata.arithmetic import finite
from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Number, Value, whole

SMALL: Final = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
SMALL_ORDINALS: Final = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
]
TENS: Final = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
MAGNITUDES: Final = ["Thousand", "Million", "Billion", "Trillion"]
ROMAN: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
ROMAN_DIGITS: Final = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1}
LARGEST_ROMAN: Final = 10**6  # a letter for every thousand

ZEROS: Final = (
    *(0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6),
    *(0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0),
    *(0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10),
)


def _word_values() -> Mapping[str, int]:
    values = {word.lower(): number for words in (SMALL, SMALL_ORDINALS) for number, word in enumerate(words)}
    for number, word in enumerate([*TENS, "Hundred"], 2):
        values[word.lower()] = values[f"{word.lower()[:-1]}ieth"] = number * 10
    values["hundredth"] = 100
    for power, word in enumerate(MAGNITUDES, 1):
        values[word.lower()] = values[f"{word.lower()}th"] = 1000**power
    return values


WORD_VALUES: Final = _word_values()


@dataclass(frozen=True, slots=True)
class Separator:
    """A sign between digits, so many digits from the right."""

    position: int
    sign: str


@dataclass(frozen=True, slots=True)
class IntegerPicture:
    """How a whole number is to be written."""

    style: str = "decimal"  # or letters, roman, words, sequence
    case: str = "lower"  # or upper, title
    ordinal: bool = False
    zero: int = 0x30
    mandatory: int = 0
    optional: int = 0
    separators: tuple[Separator, ...] = ()
    regular: int = 0  # the distance between separators, where it is the same everywhere
    token: str = ""


NAMED: Final[Mapping[str, IntegerPicture]] = {
    "A": IntegerPicture("letters", "upper"),
    "a": IntegerPicture("letters"),
    "I": IntegerPicture("roman", "upper"),
    "i": IntegerPicture("roman"),
    "W": IntegerPicture("words", "upper"),
    "Ww": IntegerPicture("words", "title"),
    "w": IntegerPicture("words"),
}


def read_picture(text: str) -> IntegerPicture:
    """A picture, from its text."""
    primary, semicolon, modifier = text.rpartition(";")
    if not semicolon:
        primary, modifier = text, ""
    picture = NAMED.get(primary) or _digits(primary)
    return replace(picture, ordinal=modifier.startswith("o"))


def _digits(text: str) -> IntegerPicture:
    zero: int | None = None
    mandatory = optional = 0
    separators: list[Separator] = []
    for char in reversed(text):
        group = _zero_of(char)
        if group is not None:
            if zero not in (None, group):
                raise JsonataError("D3131")
            zero, mandatory = group, mandatory + 1
        elif char == "#":
            optional += 1
        else:
            separators.append(Separator(mandatory + optional, char))
    if zero is None:
        return IntegerPicture("sequence", token=text)
    regular = _regular(separators)
    return IntegerPicture(
        zero=zero, mandatory=mandatory, optional=optional, separators=tuple(separators), regular=regular
    )


def _zero_of(char: str) -> int | None:
    return next((zero for zero in ZEROS if zero <= ord(char) <= zero + 9), None)


def _regular(separators: list[Separator]) -> int:
    if len({separator.sign for separator in separators}) != 1:
        return 0
    return regular_distance([separator.position for separator in separators])


def regular_distance(positions: list[int]) -> int:
    """The distance at which all of the positions lie, or 0."""
    if not positions:
        return 0
    distance = reduce(math.gcd, positions)
    return distance if all(distance * place in positions for place in range(1, len(positions) + 1)) else 0


# --- writing


def written(value: int, picture: IntegerPicture) -> str:
    """A whole number as its picture says."""
    text = WRITERS[picture.style](abs(value), picture)
    return f"-{text}" if value < 0 else text


def _in_case(text: str, picture: IntegerPicture) -> str:
    return {"upper": text.upper, "lower": text.lower}.get(picture.case, lambda: text)()


def _as_decimal(value: int, picture: IntegerPicture) -> str:
    text = str(value).rjust(picture.mandatory, "0")
    if picture.zero != 0x30:
        text = "".join(chr(ord(char) - 0x30 + picture.zero) for char in text)
    if picture.regular:
        sign = picture.separators[0].sign
        places = range((len(text) - 1) // picture.regular * picture.regular, 0, -picture.regular)
        text = _separated(text, [Separator(place, sign) for place in places])
    else:
        text = _separated(text, list(reversed(picture.separators)))
    return text + _suffix(text) if picture.ordinal else text


def _separated(text: str, separators: list[Separator]) -> str:
    for separator in separators:  # from the left, so that places counted from the right stay true
        place = len(text) - separator.position
        if place > 0:
            text = text[:place] + separator.sign + text[place:]
    return text


def _suffix(text: str) -> str:
    suffix = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1])
    return suffix if suffix and text[-2:-1] != "1" else "th"


def _as_letters(value: int, picture: IntegerPicture) -> str:
    letters = ""
    while value > 0:
        value, letter = divmod(value - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return _in_case(letters, picture)


def _as_roman(value: int, picture: IntegerPicture) -> str:
    if value > LARGEST_ROMAN:
        raise JsonataError("D3130", value="I" if picture.case == "upper" else "i")
    numeral = ""
    for worth, letters in ROMAN:
        times, value = divmod(value, worth)
        numeral += letters * times
    return _in_case(numeral, picture)


def _as_words(value: int, picture: IntegerPicture) -> str:
    return _in_case(_words(value, ordinal=picture.ordinal), picture)


def _words(value: int, *, ordinal: bool) -> str:
    if value < 20:
        return (SMALL_ORDINALS if ordinal else SMALL)[value]
    if value < 100:
        tens, rest = divmod(value, 10)
        if rest:
            return f"{TENS[tens - 2]}-{_words(rest, ordinal=ordinal)}"
        return f"{TENS[tens - 2][:-1]}ieth" if ordinal else TENS[tens - 2]
    if value < 1000:
        head, rest = f"{SMALL[value // 100]} Hundred", value % 100
    else:
        power = min((len(str(value)) - 1) // 3, len(MAGNITUDES))
        count, rest = divmod(value, 1000**power)
        head = f"{_words(count, ordinal=False)} {MAGNITUDES[power - 1]}"
    if rest:
        return f"{head}{' and ' if rest < 100 else ', '}{_words(rest, ordinal=ordinal)}"
    return f"{head}th" if ordinal else head


def _as_sequence(_value: int, picture: IntegerPicture) -> str:
    raise JsonataError("D3130", value=picture.token)


WRITERS: Final[Mapping[str, Callable[[int, IntegerPicture], str]]] = {
    "decimal": _as_decimal,
    "letters": _as_letters,
    "roman": _as_roman,
    "words": _as_words,
    "sequence": _as_sequence,
}


# --- reading


@dataclass(frozen=True, slots=True)
class IntegerReader:
    """What a whole number looks like in a text, and which it is."""

    pattern: str
    value: Callable[[str], Number]


def reader(picture: IntegerPicture, width: int = 0) -> IntegerReader:
    """How a number is read that was written as the picture says; the width is that of a component of a date."""
    upper = picture.case == "upper"
    match picture.style:
        case "letters":
            return IntegerReader("[A-Z]+" if upper else "[a-z]+", lambda text: _of_letters(text, "A" if upper else "a"))
        case "roman":
            return IntegerReader("[MDCLXVI]+" if upper else "[mdclxvi]+", lambda text: _of_roman(text.lower()))
        case "words":
            words = "|".join([*WORD_VALUES, "and", "[\\-, ]"])
            return IntegerReader(f"(?:{words})+", lambda text: _of_words(text.lower()))
        case "decimal":
            ordinal = "(?:th|st|nd|rd)" if picture.ordinal else ""
            return IntegerReader(f"[0-9]{_width(picture, width)}{ordinal}", lambda text: _of_digits(text, picture))
    raise JsonataError("D3130", value=picture.token)


def _width(picture: IntegerPicture, width: int) -> str:
    if width <= 0:
        return "+"
    return f"{{{width}}}" if picture.optional == 0 else f"{{{max(width - picture.optional, 0)},{width}}}"


def _of_letters(text: str, first: str) -> Number:
    value = 0
    for letter in text:
        value = value * 26 + ord(letter) - ord(first) + 1
    return whole(value)


def _of_roman(text: str) -> Number:
    value = largest = 0
    for letter in reversed(text):
        worth = ROMAN_DIGITS.get(letter)
        if worth is None:
            return math.nan
        value += -worth if worth < largest else worth
        largest = max(largest, worth)
    return value


def _of_words(text: str) -> Number:
    sums: list[int] = [0]
    for word in re.split(r",\s|\sand\s|[\s\\-]", text):
        value = WORD_VALUES.get(word)
        if value is None:
            return math.nan
        if value < 100:
            sums += [value] if sums[-1] >= 1000 else [sums.pop() + value]
        else:
            sums.append(sums.pop() * value)
    return sum(sums)


def _of_digits(text: str, picture: IntegerPicture) -> Number:
    digits = text[:-2] if picture.ordinal else text
    for sign in {","} if picture.regular else {separator.sign for separator in picture.separators}:
        digits = digits.replace(sign, "")
    if picture.zero != 0x30:
        digits = "".join(chr(ord(char) - picture.zero + 0x30) for char in digits if ord(char) >= picture.zero)
    found = re.match(r"\s*[-+]?[0-9]+", digits)
    return whole(int(found[0])) if found else math.nan


def needed(picture: Value) -> str:
    """The picture, which its function cannot do without."""
    if picture is UNDEFINED:
        raise JsonataError("T0410", value=picture, index=2)
    return str(picture)


def format_integer(run: Run, value: Value, picture: Value) -> Value:
    """A whole number as a picture says."""
    if value is UNDEFINED:
        return UNDEFINED
    run.pay(len(needed(picture)) // 4)
    return written(math.floor(finite(value)), read_picture(picture))


def parse_integer(run: Run, text: Value, picture: Value) -> Value:
    """The whole number that a text shows, written as a picture says."""
    if text is UNDEFINED:
        return UNDEFINED
    run.pay(len(needed(picture)) // 4)
    return reader(read_picture(picture)).value(text)


FUNCTIONS: Final[Mapping[str, Native]] = {
    "formatInteger": Native(format_integer, "<n-s:s>", arity=2),
    "parseInteger": Native(parse_integer, "<s-s:n>", arity=2),
}
