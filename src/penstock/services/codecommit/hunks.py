"""Hunks: where texts differ. Pure: git's diffs in, what CodeCommit tells of them out.

A diff of base and source and one of base and destination are laid over one another: what both changed, in other ways
and in the same place, is a conflict.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.wire.call import Json

_HEAD: Final = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of the base, counted from 0, and the lines that take their place on one side."""

    start: int
    end: int
    side_start: int
    side_end: int


def changes(diff: bytes) -> list[Change]:
    """What a diff without context says."""
    found = []
    for line in diff.splitlines():
        if head := _HEAD.match(line):
            start, count, side_start, side_count = (1 if part is None else int(part) for part in head.groups())
            first, side_first = start if count == 0 else start - 1, side_start if side_count == 0 else side_start - 1
            found.append(Change(first, first + count, side_first, side_first + side_count))
    return found


def merge_hunks(base: bytes, source: bytes, destination: bytes, by_source: bytes, by_destination: bytes) -> list[Json]:
    """Every place that a side has changed; the two diffs are those of base and source, of base and destination."""
    texts = [each.splitlines(keepends=True) for each in (base, source, destination)]
    both = [(0, each) for each in changes(by_source)] + [(1, each) for each in changes(by_destination)]
    told = []
    for cluster in clusters(sorted(both, key=lambda pair: (pair[1].start, pair[1].end))):
        start, end = min(each.start for _, each in cluster), max(each.end for _, each in cluster)
        spans = [
            spread([each for side, each in cluster if side == wanted], start, end, both, wanted) for wanted in (0, 1)
        ]
        parts = [texts[1][slice(*spans[0])], texts[2][slice(*spans[1])]]
        told.append(
            {
                "isConflict": len({side for side, _ in cluster}) > 1 and parts[0] != parts[1],
                "source": detail(parts[0], spans[0]),
                "destination": detail(parts[1], spans[1]),
                "base": detail(texts[0][start:end], (start, end)),
            }
        )
    return told


def clusters(found: Iterable[tuple[int, Change]]) -> Iterator[list[tuple[int, Change]]]:
    """Changes that overlap or touch, together."""
    together: list[tuple[int, Change]] = []
    end = -1
    for side, change in found:
        if together and change.start > end:
            yield together
            together = []
        together.append((side, change))
        end = max(end, change.end) if len(together) > 1 else change.end
    if together:
        yield together


def spread(
    mine: Sequence[Change], start: int, end: int, both: Iterable[tuple[int, Change]], side: int
) -> tuple[int, int]:
    """Which lines of a side stand where the base has these."""
    if mine:
        first, last = mine[0], mine[-1]
        return first.side_start - (first.start - start), last.side_end + (end - last.end)
    shift = sum(
        (each.side_end - each.side_start) - (each.end - each.start)
        for of, each in both
        if of == side and each.end <= start
    )
    return start + shift, end + shift


def detail(lines: Sequence[bytes], span: tuple[int, int]) -> Json:
    content = base64.b64encode(b"".join(lines)).decode()
    return {"startLine": span[0] + 1 if lines else span[0], "endLine": span[1], "hunkContent": content}


def diff_hunks(diff: bytes) -> list[Json]:
    """A diff with context, as GetBlobDifferences tells it."""
    hunks: list[Json] = []
    before = after = 0
    for line in diff.split(b"\n"):  # a carriage return is part of its line
        if head := _HEAD.match(line):
            start, count, new_start, new_count = (1 if part is None else int(part) for part in head.groups())
            before, after = start, new_start
            hunks.append(
                {
                    "beforeStartLine": start, "beforeLineCount": count, "afterStartLine": new_start,
                    "afterLineCount": new_count, "changes": [],
                }
            )  # fmt: skip
        elif hunks and line[:1] in {b" ", b"-", b"+"}:
            kind = {b" ": "CONTEXT", b"-": "DELETE", b"+": "ADD"}[line[:1]]
            change: Json = {"type": kind, "content": line[1:].decode(errors="replace")}
            if kind != "ADD":
                change["beforeLineNumber"], before = before, before + 1
            if kind != "DELETE":
                change["afterLineNumber"], after = after, after + 1
            hunks[-1]["changes"].append(change)
    return hunks
