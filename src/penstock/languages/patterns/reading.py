"""Reading: a pattern's text made a question about events, once; asking it is then a few calls of closures.

A member that is not in an event fits only `{"exists": false}`; neither is one there that holds an object or an empty
list, since EventBridge looks at plain values. Items of a list of objects are looked at one by one: what a pattern says
of two members must hold in the same item.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.languages.patterns.matchers import READ, Holds, WrongPattern, is_number, matcher, only

Json = Any
Fits = Callable[[Mapping[str, Json]], bool]
Path = tuple[str, ...]
OR: Final = "$or"
EXISTS: Final = "exists"
RESERVED: Final = frozenset({*READ, EXISTS, "=", "<", "<=", ">", ">="})
INDEXED: Final = ("source", "detail-type")
_NOTHING: Final[Mapping[str, Json]] = {}
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: `fits` asks all of it.

    `sources` and `detail_types` are the values that it wants there, None where they may be others too; `rest` asks what
    remains for an event whose source and detail type are among them. `texts` are the paths of other members at which it
    wants one of some texts and nothing else.
    """

    fits: Fits
    rest: Fits
    sources: frozenset[str] | None
    detail_types: frozenset[str] | None
    texts: Mapping[Path, frozenset[str]]


def parse(text: str) -> Pattern:
    """A pattern, read; raises `WrongPattern`."""
    try:
        tree = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise WrongPattern("Invalid JSON") from None
    if not isinstance(tree, dict):
        raise WrongPattern("Filter is not an object")
    fits = every(questions(tree))
    sources, detail_types = (exact_texts(tree.get(name)) for name in INDEXED)
    known = {name for name, texts in zip(INDEXED, (sources, detail_types), strict=True) if texts is not None}
    return Pattern(fits, every(questions(tree, but=known)), sources, detail_types, dict(text_leaves(tree)))


def text_leaves(tree: Mapping[str, Json], path: Path = ()) -> Iterator[tuple[Path, frozenset[str]]]:
    """The paths at which a pattern wants texts and nothing else, but for source and detail type."""
    for name, node in tree.items():
        if isinstance(node, dict):
            yield from text_leaves(node, (*path, name))
        elif name != OR and (path or name not in INDEXED) and (texts := exact_texts(node)) is not None:
            yield (*path, name), texts


def texts_at(value: Json, path: Path) -> Collection[str]:
    """The texts that an event has at a path, in whatever lists they are."""
    for place, name in enumerate(path):
        if value.__class__ is list:
            return {text for item in objects(value) for text in texts_at(item, path[place:])}
        if value.__class__ is not dict:
            return ()
        value = value.get(name)
    if value.__class__ is str:
        return (value,)
    return {each for each in plain(value) if each.__class__ is str} if value.__class__ is list else ()


def exact_texts(values: Json) -> frozenset[str] | None:
    """The texts that a member of a pattern wants, if it wants nothing else."""
    if isinstance(values, list) and all(isinstance(value, str) for value in values):
        return frozenset(values)
    return None


# ------------------------------------------------------------------------------------------------------ objects


def questions(
    tree: Mapping[str, Json], *, within_or: bool = False, but: set[str] | frozenset[str] = frozenset()
) -> list[Fits]:
    """What an object of a pattern asks of an object of an event."""
    if not tree:
        raise WrongPattern("Empty objects are not allowed")
    return [
        one_of(node) if name == OR else member(name, node, within_or=within_or)
        for name, node in tree.items()
        if name not in but
    ]


def every(asked: Sequence[Fits]) -> Fits:
    match asked:
        case []:
            return lambda _: True
        case [only_one]:
            return only_one
        case [first, second]:
            return lambda event: first(event) and second(event)
    return lambda event: all(each(event) for each in asked)


def one_of(node: Json) -> Fits:
    """`$or`: one of several objects."""
    if not isinstance(node, list):
        raise WrongPattern("It must be an Array followed with $or.")
    if not all(isinstance(each, dict) for each in node):
        raise WrongPattern("Only JSON object is allowed in array of $or relationship.")
    if len(node) < 2:
        raise WrongPattern("There must have at least 2 Objects in $or relationship.")
    ways = [every(questions(each, within_or=True)) for each in node]
    return lambda event: any(way(event) for way in ways)


def member(name: str, node: Json, *, within_or: bool) -> Fits:
    if within_or and name in RESERVED:
        raise WrongPattern(f"{name} is Ruler reserved fieldName which cannot be used inside $or.")
    match node:
        case dict():
            return inside(name, every(questions(node, within_or=within_or)))
        case list():
            return leaf(name, node)
    raise WrongPattern(f'"{name}" must be an object or an array')


def inside(name: str, fits: Fits) -> Fits:
    """A member that is an object, or a list with one that fits."""

    def test(event: Mapping[str, Json]) -> bool:
        value = event.get(name)
        if value.__class__ is dict:
            return fits(value)
        if value.__class__ is list and (items := list(objects(value))):
            return any(fits(item) for item in items)
        return fits(_NOTHING)

    return test


def objects(items: Sequence[Json]) -> Iterator[Mapping[str, Json]]:
    for item in items:
        if item.__class__ is dict:
            yield item
        elif item.__class__ is list:
            yield from objects(item)


# ------------------------------------------------------------------------------------------------------- leaves


def leaf(name: str, wanted: Sequence[Json]) -> Fits:
    """A member that has one of these values."""
    if not wanted:
        raise WrongPattern("Empty arrays are not allowed")
    may_be_absent = False in [exists(each) for each in wanted if isinstance(each, dict)]
    holds = value_test(wanted)

    def test(event: Mapping[str, Json]) -> bool:
        value = event.get(name, _MISSING)
        kind = value.__class__
        if kind is str:  # nearly always
            return holds(value)
        if value is _MISSING or kind is dict:
            return may_be_absent
        if kind is list:
            items = list(plain(value))
            return any(holds(item) for item in items) if items else may_be_absent
        return holds(value)

    return test


def plain(items: Sequence[Json]) -> Iterator[Json]:
    """The plain values in a list, whatever lists they are in."""
    for item in items:
        if item.__class__ is list:
            yield from plain(item)
        elif item.__class__ is not dict:
            yield item


def exists(expression: Mapping[str, Json]) -> bool | None:
    """What a matcher says of being there at all; None if it is another."""
    if EXISTS not in expression:
        return None
    _, wanted = only(expression)
    if not isinstance(wanted, bool):
        raise WrongPattern("exists match pattern must be either true or false.")
    return wanted


def value_test(wanted: Sequence[Json]) -> Holds:
    """Whether a plain value is one of those, or fits one of the matchers."""
    texts = frozenset(each for each in wanted if isinstance(each, str))
    numbers = frozenset(each for each in wanted if is_number(each))
    words = frozenset(each for each in wanted if each is None or isinstance(each, bool))
    matchers: list[Holds] = []
    for each in wanted:
        if isinstance(each, list):
            raise WrongPattern("Match value must be String, number, true, false, or null")
        if isinstance(each, dict):
            is_wanted = exists(each)
            if is_wanted is None:
                matchers.append(matcher(each))
            elif is_wanted:
                return lambda _: True

    if all(isinstance(each, str) for each in wanted):
        return texts.__contains__

    def is_equal(value: Json) -> bool:
        kind = value.__class__
        return value in (texts if kind is str else words if kind is bool or value is None else numbers)

    if not matchers:
        return is_equal
    if len(matchers) == 1 and not (texts or numbers or words):
        return matchers[0]
    return lambda value: is_equal(value) or any(holds(value) for holds in matchers)
