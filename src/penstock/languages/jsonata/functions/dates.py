"""Times: instants as texts and back, by pictures of XPath's `format-dateTime` or as ISO 8601."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from penstock.languages.jsonata.arithmetic import finite
from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.functions.calendar import DAY, DAYS, FURTHEST, MONTHS, part, utc
from penstock.languages.jsonata.functions.integers import IntegerPicture, read_picture, reader, written
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Number, Value

ISO: Final = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"
ISO_SHAPE: Final = re.compile(
    r"[0-9]{4}(-[01][0-9])*(-[0-3][0-9])*(T[0-2][0-9]:[0-5][0-9]:[0-5][0-9])*(\.[0-9]+)?"
    r"([+-][0-2][0-9]:?[0-5][0-9]|Z)?"
)
ISO_PARTS: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?"
    r"(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?)?"
)
USUAL: Final[Mapping[str, str]] = {
    **dict.fromkeys("YMDdWwXxHhf", "1"),
    **dict.fromkeys("FPCE", "n"),
    **dict.fromkeys("ms", "01"),
    **dict.fromkeys("Zz", "01:01"),
}
WIDEST: Final = 100  # characters of a component
NUMBERS: Final = "YMDdFWwXxHhmsf"


@dataclass(frozen=True, slots=True)
class Component:
    """A marker of a picture: what of the instant is shown, and how."""

    letter: str
    names: str = ""  # lower, upper or title, where a name is shown and not a number
    integer: IntegerPicture | None = None
    most: int | None = None  # the width, at most
    digits: int = -1  # of the year, month or day; -1 for as many as there are
    traditional: bool = False


Parts = list[str | Component]


def read(picture: str) -> Parts:
    """A picture's literal texts and components."""
    parts: Parts = []
    literal, at = "", 0
    while at < len(picture):
        if picture.startswith("[[", at):
            literal, at = literal + "[", at + 2
        elif picture[at] == "[":
            end = picture.find("]", at)
            if end < 0:
                raise JsonataError("D3135")
            parts += [literal.replace("]]", "]"), _component("".join(picture[at + 1 : end].split()))]
            literal, at = "", end + 1
        else:
            literal, at = literal + picture[at], at + 1
    return [each for each in [*parts, literal.replace("]]", "]")] if each != ""]


def _component(marker: str) -> Component:
    letter, how = marker[:1], marker[1:]
    how, _, width = how.rpartition(",") if "," in how else (how, "", "")
    least, _, most = width.partition("-")
    modifier = how[-1] if len(how) > 1 and how[-1] in "atco" else ""
    how = how.removesuffix(modifier) if modifier else how or USUAL.get(letter, "")
    if not how:
        raise JsonataError("D3132", value=letter)
    component = Component(letter, most=_width(most), traditional=modifier == "t")
    if how.startswith(("n", "N")):
        return replace(component, names="lower" if how[0] == "n" else "title" if how[1:2] == "n" else "upper")
    if letter in NUMBERS:
        return _numeric(component, read_picture(f"{how};{modifier}" if modifier else how), _width(least))
    return replace(component, integer=read_picture(how)) if letter in "Zz" else component


def _width(text: str) -> int | None:
    found = re.match(r"[0-9]+", text)
    return min(int(found[0]), WIDEST) if found else None


def _numeric(component: Component, picture: IntegerPicture, least: int | None) -> Component:
    if picture.style == "decimal" and least is not None and picture.mandatory < least:
        picture = replace(picture, mandatory=least)
    digits = -1
    if component.letter in "YMD":
        if component.most is not None:
            digits = component.most
            picture = replace(picture, mandatory=digits)
        elif picture.mandatory + picture.optional >= 2:
            digits = picture.mandatory + picture.optional
    return replace(component, integer=picture, digits=digits)


# --- an instant as text


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a time zone is from UTC, as written: +0530 is 5 hours and 30 minutes."""

    hours: int = 0
    minutes: int = 0

    @classmethod
    def of(cls, text: Value) -> "Offset":
        """The offset that a text such as +0530 tells."""
        found = re.match(r"\s*([-+]?[0-9]+)", text) if text is not UNDEFINED else None
        number = int(found[1]) if found else 0
        return cls(number // 100, int(math.fmod(number, 100)))


def format_instant(millis: Number, picture: Value, zone: Value) -> str:
    """The instant as its picture says, as it is in a time zone."""
    offset = Offset.of(zone)
    instant = int(finite(millis)) + (60 * offset.hours + offset.minutes) * 60_000
    if abs(instant) > FURTHEST:
        raise JsonataError("D1001", value=millis)
    parts = read(ISO if picture is UNDEFINED else picture)
    return "".join(each if isinstance(each, str) else _shown(each, instant, offset) for each in parts)


def _shown(component: Component, instant: int, offset: Offset) -> str:
    if component.letter in "Zz":
        return _zone(component, offset)
    if component.letter in "CE":
        return "ISO"
    if component.letter == "P":
        noon = ("am", "pm")[part(instant, "P")]
        return noon.upper() if component.names == "upper" else noon
    if component.letter not in NUMBERS:
        raise JsonataError("D3132", value=component.letter)
    value = part(instant, component.letter)
    if component.names and component.letter != "f":
        return _name(component, value)
    if component.letter == "Y" and component.digits != -1:
        value = int(math.fmod(value, 10**component.digits))
    return written(value, component.integer or read_picture("1"))


def _name(component: Component, value: int) -> str:
    if component.letter in "Mx":
        name = MONTHS[value - 1]
    elif component.letter == "F":
        name = DAYS[value]
    else:
        raise JsonataError("D3133", value=component.letter)
    cased = {"upper": name.upper(), "lower": name.lower()}.get(component.names, name)
    return cased if component.most is None else cased[: component.most]


def _zone(component: Component, offset: Offset) -> str:
    picture = component.integer or read_picture("01:01")
    total = offset.hours * 100 + offset.minutes
    if total == 0 and component.traditional:
        return "Z"
    if picture.regular or picture.mandatory in (3, 4):
        text = written(total, picture)
    elif picture.mandatory in (1, 2):
        minutes = f":{offset.minutes:02d}" if offset.minutes else ""
        text = written(offset.hours, picture) + minutes
    else:
        raise JsonataError("D3134", value=picture.mandatory)
    return ("GMT" if component.letter == "z" else "") + ("+" if total >= 0 else "") + text


# --- text as an instant


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a part of a picture looks like, and its value; a literal has none."""

    pattern: str
    letter: str = ""
    value: Callable[[str], Number | None] | None = None


def _reader(each: str | Component) -> _Reader:
    if isinstance(each, str):
        return _Reader(re.escape(each))
    if each.letter in "Zz":
        return _zone_reader(each)
    if each.integer:
        found = reader(each.integer, each.digits)
        return _Reader(found.pattern, each.letter, found.value)
    return _Reader("[a-zA-Z]+", each.letter, _names(each).get)


def _names(component: Component) -> Mapping[str, int]:
    most = component.most or None
    if component.letter in "Mx":
        return {name[:most]: number for number, name in enumerate(MONTHS, 1)}
    if component.letter == "F":
        return {name[:most]: number for number, name in enumerate(DAYS) if name}
    if component.letter == "P":
        return {"am": 0, "AM": 0, "pm": 1, "PM": 1}
    raise JsonataError("D3133", value=component.letter)


def _zone_reader(component: Component) -> _Reader:
    picture = component.integer or read_picture("01:01")
    sign = picture.separators[0].sign if picture.regular else ""
    start = "GMT" if component.letter == "z" else ""

    def value(text: str) -> int:
        text = text[len(start) :]
        if sign:
            hours, _, minutes = text.partition(sign)
        else:
            hours, minutes = (text, "0") if len(text) <= 3 else (text[:3], text[3:])
        return int(hours) * 60 + int(minutes)

    pattern = f"{start}[-+][0-9]+" + (f"{re.escape(sign)}[0-9]+" if sign else "")
    return _Reader(pattern, component.letter, value)


def parse_instant(run: Run, text: str, picture: str) -> Value:
    """The instant that a text tells, written as a picture says; undefined if it is not written so."""
    run.pay_text(64 * (len(text) + len(picture)))
    readers = [_reader(each) for each in read(picture)]
    _check_effort(readers, len(text), run)
    found = re.fullmatch("".join(f"({each.pattern})" for each in readers), text, re.IGNORECASE)
    if found is None:
        return UNDEFINED
    values = {each.letter: each.value(group) for each, group in zip(readers, found.groups(), strict=True) if each.value}
    return _instant(values, run.millis) if values else UNDEFINED


def _check_effort(readers: list[_Reader], length: int, run: Run) -> None:
    """Pay for the most that matching may take: parts without a fixed width can share a text in many ways."""
    effort, previous = 1, ""
    for each in readers:
        if (each.value and previous and each.pattern.endswith("+") and previous.endswith("+")) or each.pattern.endswith(
            ")+"
        ):
            effort *= length
        previous = each.pattern if each.value else ""
    run.pay(min(effort, 1 << 40) // 16)


def _shape(values: Mapping[str, Number | None]) -> tuple[str, str]:
    """Which components make up the date and the time; one that is 0 counts as not told, as in the reference."""
    told = {letter for letter, value in values.items() if value}
    date, time = told & set("YXMxWwdD"), told & set("PHhmsf")
    shapes = ((set("YMD"), "YMD"), (set("Yd"), "YD"), (set("Xxw"), "XxwF"), (set("XW"), "XWF"))
    components = next((found for kinds, found in shapes if date and date <= kinds), "YMD")
    return components, "Phmsf" if time and not time <= set("Hmsf") and time <= set("Phmsf") else "Hmsf"


def _instant(values: dict[str, Number | None], now: int) -> Value:
    date, time = _shape(values)
    begun = ended = False
    for letter in date + time:
        if values.get(letter) is not None:
            begun = True
            if ended:
                raise JsonataError("D3136")
        elif begun:
            values[letter], ended = 1 if letter in "MDd" else 0, True
        else:
            values[letter] = part(now, letter)
    if date in ("XxwF", "XWF"):
        raise JsonataError("D3136")
    return _put_together({letter: value or 0 for letter, value in values.items()}, of_year=date == "YD")


def _put_together(values: Mapping[str, Number], *, of_year: bool) -> Value:
    if not all(map(math.isfinite, values.values())):
        return math.nan
    numbers = {letter: int(value) for letter, value in values.items()}
    if of_year:
        day = utc(_century(numbers["Y"]), 0) + (numbers["d"] - 1) * DAY
    else:
        day = utc(_century(numbers["Y"]), max(numbers["M"] - 1, 0), numbers["D"])
    hours = numbers.get("H", 0)
    if "h" in numbers and "P" in numbers and "H" not in numbers:
        hours = numbers["h"] % 12 if numbers["h"] == 12 else numbers["h"]
        hours += 12 if numbers["P"] == 1 else 0
    instant = day + ((hours * 60 + numbers["m"]) * 60 + numbers["s"]) * 1000 + numbers["f"]
    return instant - (numbers.get("Z") or numbers.get("z") or 0) * 60_000


def _century(year: int) -> int:
    """JavaScript takes the years 0 to 99 for those of the twentieth century."""
    return 1900 + year if 0 <= year <= 99 else year


def _iso(text: str) -> Value:
    if not ISO_SHAPE.fullmatch(text):
        raise JsonataError("D3110", value=text)
    found = ISO_PARTS.fullmatch(text)
    if found is None:
        return math.nan
    year, month, day, hour, minute, second = (
        int(found[place] or least) for place, least in enumerate((0, 1, 1, 0, 0, 0), 1)
    )
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute <= 59 and second <= 59):
        return math.nan
    instant = utc(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000
    instant += int((found[7] or "")[:3].ljust(3, "0"))
    if found[9]:
        offset = int(found[10]) * 60 + int(found[11])
        instant -= (offset if found[9] == "+" else -offset) * 60_000
    return instant


# --- functions


def to_millis(run: Run, text: Value, picture: Value) -> Value:
    """The instant that a text tells, in milliseconds since 1970."""
    if text is UNDEFINED:
        return UNDEFINED
    return _iso(text) if picture is UNDEFINED else parse_instant(run, text, picture)


def from_millis(run: Run, millis: Value, picture: Value, zone: Value) -> Value:
    """An instant as text."""
    if millis is UNDEFINED:
        return UNDEFINED
    run.pay_text(16 * (0 if picture is UNDEFINED else len(picture)))
    return format_instant(millis, picture, zone)


def now(run: Run, picture: Value, zone: Value) -> str:
    """The instant of the evaluation as text."""
    return format_instant(run.millis, picture, zone)


def millis(run: Run) -> int:
    """The instant of the evaluation, in milliseconds since 1970."""
    return run.millis


FUNCTIONS: Final[Mapping[str, Native]] = {
    "toMillis": Native(to_millis, "<s-s?:n>", arity=2),
    "fromMillis": Native(from_millis, "<n-s?s?:s>", arity=3),
    "now": Native(now, "<s?s?:s>", arity=2),
    "millis": Native(millis, "<:n>", arity=0),
}
