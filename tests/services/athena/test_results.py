"""Pages of result files, whatever pieces they come in."""

from collections.abc import AsyncIterator

import pytest

from penstock.services.athena import results

TEXT = b'"a","b"\n"1","x ""y"", z\n"\n,""\n"2",\n'
ROWS = [["a", "b"], ["1", 'x "y", z\n'], [None, ""], ["2", None]]


async def pieces(text: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_nothing_and_an_empty_text_are_told_apart(size: int) -> None:
    page = await results.page(pieces(TEXT, size), 0, 10)

    assert (page.rows, page.next) == (ROWS, None)


@pytest.mark.parametrize("most", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [1, 5, 100])
async def test_pages_follow_one_another(most: int, size: int) -> None:
    rows, offset = [], 0
    while True:
        page = await results.page(pieces(TEXT[offset:], size), offset, most)
        rows += page.rows
        assert len(page.rows) <= most
        if page.next is None:
            break
        offset = page.next

    assert rows == ROWS


def test_lines_are_paged_too() -> None:
    assert results.lines([b"a\tint", b"\nb\tstring\n"], 0, 1) == results.Page([["a", "int"]], 1)
    assert results.lines([b"a\tint", b"\nb\tstring\n"], 1, 1) == results.Page([["b", "string"]], None)
