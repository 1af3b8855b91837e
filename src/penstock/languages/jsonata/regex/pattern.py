"""Pattern: a regular expression, matched in bounded time.

A search that surely is short is left to `re`; any other is run by the machine, which pays for its steps and so stops.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple

from penstock.languages.jsonata.regex.machine import Machine, Program
from penstock.languages.jsonata.regex.syntax import Reading
from penstock.languages.jsonata.regex.translate import compiled, translated, work

SHORT: Final = 1_000_000  # of `re`'s steps, some ten nanoseconds each
STEPS_OF_RE_A_STEP: Final = 64


class Found(NamedTuple):
    """Where a match is, and what its groups matched (None: took no part)."""

    start: int
    end: int
    groups: tuple[str | None, ...]


class Pattern:
    """A regular expression with its flags, i and m."""

    def __init__(self, source: str, flags: str) -> None:
        reading = Reading(source)
        self.source = source
        self.flags = flags
        self.tree = reading.read()
        self.groups = reading.groups
        self.names = reading.names
        written = translated(self.tree, multiline="m" in flags)
        self.fast = compiled(written, ignore_case="i" in flags) if written is not None else None

    @cached_property
    def program(self) -> Program:
        """The instructions for the machine."""
        return Program(self.tree, self.groups, self.names, self.flags)

    def search(self, text: str, start: int, pay: Callable[[int], None]) -> Found | None:
        """The first match in a text from a place on; `pay` is told of the steps it takes."""
        if self.fast is not None:
            steps = self._work(len(text) - start)
            if steps <= SHORT:
                pay(steps // STEPS_OF_RE_A_STEP // 8)
                found = self.fast.search(text, start)
                return Found(found.start(), found.end(), found.groups()) if found else None
        registers = Machine(self.program, text, pay).search(start)
        if registers is None:
            return None
        spans = [registers[2 * group : 2 * group + 2] for group in range(1, self.groups + 1)]
        groups = tuple(text[a:b] if a >= 0 and b >= 0 else None for a, b in spans)
        return Found(registers[0], registers[1], groups)

    def _work(self, length: int) -> int:
        return work(self.tree, length, ignore_case="i" in self.flags, multiline="m" in self.flags)
