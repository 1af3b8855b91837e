"""Index: which of many patterns an event fits, without asking most of them.

Nearly every pattern names sources or detail types outright. For a pair of them the patterns that may fit are found
once and remembered; only what those ask besides is asked of each event.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from penstock.languages.patterns.reading import Fits, Pattern

Json = Any
K = TypeVar("K")
REMEMBERED: Final = 4_096  # pairs of source and detail type


class Index(Generic[K]):
    """Patterns by key. It does not change: whoever has other patterns makes another index."""

    def __init__(self, patterns: Iterable[tuple[K, Pattern]]) -> None:
        self._of_source: dict[str, list[tuple[K, Pattern]]] = {}
        self._of_any: list[tuple[K, Pattern]] = []
        self._found: dict[tuple[str, str], tuple[tuple[K, Fits], ...]] = {}
        for key, pattern in patterns:
            if pattern.sources is None:
                self._of_any.append((key, pattern))
            else:
                for source in pattern.sources:
                    self._of_source.setdefault(source, []).append((key, pattern))

    def matching(self, event: Mapping[str, Json]) -> list[K]:
        """The keys of all patterns that an event fits. Its source and detail type are texts."""
        return [key for key, fits in self._asked(event["source"], event["detail-type"]) if fits(event)]

    def may_fit(self, source: str, detail_type: str) -> bool:
        """Whether there is a pattern that some event of this source and detail type fits, as far as these two go."""
        return bool(self._asked(source, detail_type))

    def _asked(self, source: str, detail_type: str) -> tuple[tuple[K, Fits], ...]:
        asked = self._found.get((source, detail_type))
        return self._looked_up(source, detail_type) if asked is None else asked

    def _looked_up(self, source: str, detail_type: str) -> tuple[tuple[K, Fits], ...]:
        near = [*self._of_source.get(source, ()), *self._of_any]
        asked = tuple(
            (key, pattern.rest)
            for key, pattern in near
            if pattern.detail_types is None or detail_type in pattern.detail_types
        )
        if len(self._found) >= REMEMBERED:
            self._found.clear()
        self._found[source, detail_type] = asked
        return asked
