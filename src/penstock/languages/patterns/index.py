"""Index: which of many patterns an event fits, without asking most of them.

Nearly every pattern names sources or detail types outright. For a pair of them the patterns that may fit are found
once and remembered. Where they are many, those that want one of some texts at the same path (a bucket's name, a state)
stand on a shelf by these texts: an event's texts at that path say which of them are asked. What is left is asked of
each event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from penstock.languages.patterns.reading import Fits, Path, Pattern, texts_at

Json = Any
K = TypeVar("K")
REMEMBERED: Final = 4_096  # pairs of source and detail type
WORTH: Final = 4  # patterns that a shelf spares at least: fewer are asked sooner than looked up


@dataclass(frozen=True, slots=True)
class Shelf(Generic[K]):
    """Patterns by the texts that they want at a path; each stands on one shelf, at all of its texts."""

    path: Path
    patterns: Mapping[str, Sequence[tuple[K, Fits]]]

    def at(self, event: Mapping[str, Json]) -> Iterable[tuple[K, Fits]]:
        """Those that want what an event has, each once."""
        texts = texts_at(event, self.path)
        if len(texts) == 1:  # nearly always
            (text,) = texts
            return self.patterns.get(text, ())
        return {id(each): each for text in texts for each in self.patterns.get(text, ())}.values()


@dataclass(frozen=True, slots=True)
class Asked(Generic[K]):
    """Patterns that may fit: on shelves, and those that are always asked."""

    shelves: Sequence[Shelf[K]]
    always: Sequence[tuple[K, Fits]]

    def matching(self, event: Mapping[str, Json]) -> list[K]:
        found = [key for key, fits in self.always if fits(event)]
        for shelf in self.shelves:
            found += [key for key, fits in shelf.at(event) if fits(event)]
        return found


class Index(Generic[K]):
    """Patterns by key. It does not change: whoever has other patterns makes another index."""

    def __init__(self, patterns: Iterable[tuple[K, Pattern]]) -> None:
        self._patterns = list(patterns)
        self._of_source: dict[str, list[int]] = {}
        self._of_any: list[int] = []
        self._shelved: dict[tuple[int, ...], Asked[K]] = {}  # pairs that may want the same share it
        self._found: dict[tuple[str, str], Asked[K]] = {}
        self._named: set[tuple[str | None, str]] = set()  # detail types, by sources; without one they are of any
        for place, (_, pattern) in enumerate(self._patterns):
            self._named.update(
                (source, each) for source in pattern.sources or [None] for each in pattern.detail_types or ()
            )
            if pattern.sources is None:
                self._of_any.append(place)
            else:
                for source in pattern.sources:
                    self._of_source.setdefault(source, []).append(place)

    def matching(self, event: Mapping[str, Json]) -> list[K]:
        """The keys of all patterns that an event fits, in no order. Its source and detail type are texts."""
        return self._asked(event["source"], event["detail-type"]).matching(event)

    def may_fit(self, source: str, detail_type: str) -> bool:
        """Whether there is a pattern that some event of this source and detail type fits, as far as these two go."""
        asked = self._asked(source, detail_type)
        return bool(asked.always or asked.shelves)

    def names(self, source: str, detail_type: str) -> bool:
        """Whether there is a pattern that wants this detail type by its name, of this source or of any."""
        return (source, detail_type) in self._named or (None, detail_type) in self._named

    def _asked(self, source: str, detail_type: str) -> Asked[K]:
        asked = self._found.get((source, detail_type))
        return self._looked_up(source, detail_type) if asked is None else asked

    def _looked_up(self, source: str, detail_type: str) -> Asked[K]:
        near = tuple(
            place
            for place in (*self._of_source.get(source, ()), *self._of_any)
            if (types := self._patterns[place][1].detail_types) is None or detail_type in types
        )
        if len(self._found) >= REMEMBERED:
            self._found.clear()
            self._shelved.clear()
        if near not in self._shelved:
            self._shelved[near] = shelved([self._patterns[place] for place in near])
        self._found[source, detail_type] = self._shelved[near]
        return self._shelved[near]


def shelved(patterns: Sequence[tuple[K, Pattern]]) -> Asked[K]:
    """Patterns on shelves: first by the path that spares asking most of them, then the others by theirs."""
    shelves: list[Shelf[K]] = []
    left = list(patterns)
    while piles := piled(left):
        path = max(piles, key=lambda each: spared(piles[each]))
        if spared(piles[path]) < WORTH:
            break
        shelves.append(Shelf(path, piles[path]))
        left = [each for each in left if path not in each[1].texts]
    return Asked(shelves, [(key, pattern.rest) for key, pattern in left])


def piled(patterns: Sequence[tuple[K, Pattern]]) -> dict[Path, dict[str, list[tuple[K, Fits]]]]:
    """For each path the patterns that want texts there, by these."""
    piles: dict[Path, dict[str, list[tuple[K, Fits]]]] = {}
    for key, pattern in patterns:
        entry = (key, pattern.rest)
        for path, texts in pattern.texts.items():
            for text in texts:
                piles.setdefault(path, {}).setdefault(text, []).append(entry)
    return piles


def spared(piles: Mapping[str, Sequence[tuple[K, Fits]]]) -> int:
    """How many patterns need not be asked when an event has the text that most of them want."""
    return len({id(each) for pile in piles.values() for each in pile}) - max(map(len, piles.values()))
