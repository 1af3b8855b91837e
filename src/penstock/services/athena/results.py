"""Result files, read a page at a time: every value in quotes, and nothing at all where there is none.

"id","name"
"1","a ""b"" c"
"2",
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_FIELD: Final = re.compile(rb'(?:"((?:[^"]|"")*)")?([,\n])')

Row = list[str | None]


@dataclass(slots=True)
class Page:
    """Rows, and the offset in the file where the next one begins; None after the last."""

    rows: list[Row]
    next: int | None


async def page(pieces: AsyncIterator[bytes], offset: int, most: int) -> Page:
    """A page of a result file that is read from an offset on."""
    rows: list[Row] = []
    buffer = b""
    async for piece in pieces:
        buffer += piece
        end = 0
        for row, row_end in whole_rows(buffer):
            if len(rows) == most:
                return Page(rows, offset + end)
            rows.append(row)
            end = row_end
        buffer, offset = buffer[end:], offset + end
    return Page(rows, None)


def whole_rows(text: bytes) -> Iterator[tuple[Row, int]]:
    """The rows of which all is there, and where each ends."""
    place, row = 0, Row()
    while field := _FIELD.match(text, place):
        value, place = field[1], field.end()
        row.append(None if value is None else value.decode().replace('""', '"'))
        if field[2] == b"\n":
            yield row, place
            row = Row()


def lines(pieces: Iterable[bytes], first: int, most: int) -> Page:
    """A page of what SHOW and DESCRIBE tell: a line each, its parts separated by tabs."""
    rows: list[Row] = [[*line.split("\t")] for line in b"".join(pieces).decode().splitlines()]
    after = first + most
    return Page(rows[first:after], after if after < len(rows) else None)
