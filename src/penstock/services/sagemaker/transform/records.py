"""Records: an object's content as the payloads of requests, a piece at a time, whatever the size of the object.

`SingleRecord` sends a record without what wraps it (a line's end, a binary record's header and padding); `MultiRecord`
sends as many as fit into a payload, as they are. Without a split the whole object is one payload. Lines with nothing in
them are no records. Blocking.
"""

import gzip
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, Literal, cast

from penstock.services.sagemaker.transform.model import UnfitData

Split = Literal["None", "Line", "RecordIO", "TFRecord"]
Record = tuple[bytes, bytes]  # as it is in the object, and without what wraps it

TOO_LARGE: Final = "Too much data for max payload size"
RECORD_IO: Final = struct.pack("<I", 0xCED7230A)
RECORD_IO_HEAD: Final = struct.Struct("<II")
LENGTH_BITS: Final = 29
WHOLE, FIRST, MIDDLE, LAST = range(4)
TF_LENGTH: Final = struct.Struct("<QI")  # and its checksum
TF_CHECKSUM: Final = 4


def opened(path: Path, *, gunzip: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if gunzip else path.open("rb")


def payloads(file: IO[bytes], split: Split, *, single: bool, largest: int) -> Iterator[bytes]:
    """The payloads of an object, of `largest` bytes at most. Raises `UnfitData`."""
    try:
        if split == "None":
            yield from whole(file, largest)
        elif single:
            for _, bare in SPLITTERS[split](file, largest):
                yield bare
        else:
            yield from packed(SPLITTERS[split](file, largest), largest)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnfitData(f"The object cannot be decompressed as Gzip ({error})") from error


def whole(file: IO[bytes], largest: int) -> Iterator[bytes]:
    content = file.read(largest + 1)
    if len(content) > largest:
        raise UnfitData(TOO_LARGE)
    if content:
        yield content


def packed(records: Iterator[Record], largest: int) -> Iterator[bytes]:
    """As many records together as fit."""
    held: list[bytes] = []
    size = 0
    for wrapped, _ in records:
        if size + len(wrapped) > largest and held:
            yield b"".join(held)
            held, size = [], 0
        held.append(wrapped)
        size += len(wrapped)
    if held:
        yield b"".join(held)


def lines(file: IO[bytes], largest: int) -> Iterator[Record]:
    while line := file.readline(largest + 1):
        if len(line) > largest:
            raise UnfitData(TOO_LARGE)
        if bare := line.rstrip(b"\r\n"):
            yield line, bare


def record_io(file: IO[bytes], largest: int) -> Iterator[Record]:
    """MXNet's RecordIO: a magic number, a length with a flag, content, padding to four bytes.

    A record that holds the magic number is in several parts there, the number left out between them.
    """
    parts: list[bytes] = []
    wrapped = b""
    while head := file.read(RECORD_IO_HEAD.size):
        magic, flagged = RECORD_IO_HEAD.unpack(enough(head, RECORD_IO_HEAD.size))
        flag, length = flagged >> LENGTH_BITS, flagged & ((1 << LENGTH_BITS) - 1)
        starts = flag in (WHOLE, FIRST)
        if struct.pack("<I", magic) != RECORD_IO or starts == bool(parts):
            raise UnfitData("The object is not RecordIO")
        padded = -(-length // 4) * 4
        fit(len(wrapped) + len(head) + padded, largest)
        content = enough(file.read(padded), padded)
        wrapped += head + content
        parts.append(content[:length])
        if flag in (WHOLE, LAST):
            yield wrapped, RECORD_IO.join(parts)
            parts, wrapped = [], b""
    if parts:
        raise UnfitData("The object ends within a record")


def tf_records(file: IO[bytes], largest: int) -> Iterator[Record]:
    """TFRecord: a length and its checksum, content and its checksum."""
    while head := file.read(TF_LENGTH.size):
        length, _ = TF_LENGTH.unpack(enough(head, TF_LENGTH.size))
        size = length + TF_CHECKSUM
        fit(len(head) + size, largest)
        content = enough(file.read(size), size)
        yield head + content, content[:length]


def enough(content: bytes, size: int) -> bytes:
    if len(content) < size:
        raise UnfitData("The object ends within a record")
    return content


def fit(size: int, largest: int) -> None:
    if size > largest:
        raise UnfitData(TOO_LARGE)


SPLITTERS: Final[Mapping[Split, Callable[[IO[bytes], int], Iterator[Record]]]] = {
    "Line": lines, "RecordIO": record_io, "TFRecord": tf_records,
}  # fmt: skip
