"""Texts: the contents of objects as lines, CSV records or a JSON document, and unzipped, a piece at a time.

CSV is AWS's: a quote is doubled or escaped by a backslash, which is dropped before what it cannot escape. What is none
of this is `States.ItemReaderFailed`.
"""

import codecs
import csv
import io
import re
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import msgspec

from penstock.wire.call import Body, ServiceError, read_whole

Json = Any
LARGEST_DOCUMENT: Final = 512 << 20  # bytes of a JSON document or manifest
LONGEST_RECORD: Final = 10 << 20  # characters of one record
UNZIP: Final = 31
UNZIPPED: Final = 1 << 20  # bytes at once
csv.field_size_limit(LONGEST_RECORD)  # of this process: a record's own bound is the one that counts
_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_ESCAPED_END: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\(?=\r?\n?\Z)")


def failed(cause: str) -> ServiceError:
    return ServiceError(cause, code="States.ItemReaderFailed")


async def document(source: str, pieces: AsyncIterator[bytes]) -> Json:
    """A JSON document, read whole, as it has to be."""
    content = await read_whole(pieces, LARGEST_DOCUMENT)
    if len(content) > LARGEST_DOCUMENT:
        raise failed(f"{source} is over {LARGEST_DOCUMENT} bytes: use JSONL or CSV, which are streamed.")
    try:
        return msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise failed(f"{source} is not JSON: {error}") from None


async def unzipped(pieces: Body | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What gzip made smaller, a bounded piece at a time; several members after one another are one text."""
    unzip, is_begun = zlib.decompressobj(UNZIP), False
    try:
        async for piece in pieces:
            left = bytes(piece)
            while left:
                if unzip.eof:
                    unzip = zlib.decompressobj(UNZIP)
                is_begun = True
                yield unzip.decompress(left, UNZIPPED)
                left = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
        if is_begun and not unzip.eof:
            yield unzip.flush()
    except zlib.error as error:
        raise failed(f"the object ends in .gz and cannot be unzipped: {error}") from None
    if is_begun and not unzip.eof:
        raise failed("the object ends in .gz and is cut off")


async def lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Lines with their ends (a line feed ends one, nothing else), decoded as UTF-8, without a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    try:
        async for piece in pieces:
            *whole, rest = (rest + decoder.decode(piece)).split("\n")
            if len(rest) > LONGEST_RECORD:
                raise failed(f"a line has over {LONGEST_RECORD} characters")
            for line in whole:
                yield line + "\n"
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise failed(f"the object is not UTF-8 text: {error}") from None
    if rest:
        yield rest


async def records(text: AsyncIterator[str], delimiter: str) -> AsyncIterator[list[str]]:
    """CSV records of lines; a quoted cell may go over several."""
    kept: list[str] = []
    is_open, length = False, 0
    async for line in text:
        length += len(line)
        escapes = "\\" in line
        is_open ^= bool((_ESCAPED.sub("", line) if escapes else line).count('"') % 2)
        # The end of a record cannot be escaped.
        kept.append(_ESCAPED_END.sub(r"\1", line) if escapes and not is_open else line)
        if is_open:
            if length > LONGEST_RECORD:
                raise failed(f"a CSV record has over {LONGEST_RECORD} characters: is a quote not closed?")
            continue
        for record in _parsed("".join(kept), delimiter):
            yield record
        kept, length = [], 0
    for record in _parsed("".join(kept), delimiter):
        yield record


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter, escapechar="\\")
    except csv.Error as error:
        raise failed(f"the object is not CSV: {error}") from None
