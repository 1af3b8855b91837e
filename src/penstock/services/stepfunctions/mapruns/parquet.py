"""Parquet: the rows of an object, some at a time, as JSON has them. Imported when it is first needed.

DuckDB reads one row group after another, so memory does not grow with the file. What JSON has no type for becomes text
in ISO 8601 (dates, times, intervals) or base64 (bytes); decimals are numbers, and a number that is none is null.
"""

import asyncio
import struct
import tempfile
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from penstock.store.blobs import Blob
from penstock.wire.call import Body

Json = Any
LARGEST_FOOTER: Final = 5 << 20  # bytes, as on AWS
LARGEST_ROW_GROUP: Final = 256 << 20  # bytes, unpacked, as on AWS
TOGETHER: Final = 256  # rows
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,  # more would keep more row groups in memory at once
    "memory_limit": "1GB",
    "temp_directory": "",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
}
_NUMBERS: Final = msgspec.json.Encoder(decimal_format="number")


class Unreadable(Exception):
    """Why a file's rows cannot be read."""


async def rows_of(body: bytes | Body) -> AsyncGenerator[Json]:
    """The rows of an object; raises `Unreadable`."""
    async with _on_disk(body) as path:
        rows = await asyncio.to_thread(Rows, path)
        try:
            while some := await asyncio.to_thread(rows.some):
                for row in some:
                    yield row
        finally:
            rows.close()


@asynccontextmanager
async def _on_disk(body: bytes | Body) -> AsyncIterator[Path]:
    """Where the object is as a file: its blob, or a copy of what somebody else's S3 sends."""
    if isinstance(body, Blob) and body.length is None:
        yield body.path
        return
    with tempfile.NamedTemporaryFile(prefix="penstock-", suffix=".parquet") as file:
        if isinstance(body, bytes):
            file.write(body)
        else:
            async for piece in body:
                await asyncio.to_thread(file.write, piece)
        file.flush()
        yield Path(file.name)


class Rows:
    """The rows of one file, in order. Blocking; close it, whoever reads meanwhile."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        _look_at_footer(path)
        self._database = duckdb.connect(config=_CONFIG)
        try:
            self._database.execute("SET TimeZone = 'UTC'")
            self._look_at_row_groups(path)
            self._database.execute("SELECT * FROM read_parquet(?, hive_partitioning = false)", [str(path)])
            self._names = [column[0] for column in self._database.description or ()]
        except duckdb.Error as error:
            self._database.close()
            raise Unreadable(str(error)) from None
        except Unreadable:
            self._database.close()
            raise

    def _look_at_row_groups(self, path: Path) -> None:
        asked = self._database.execute("SELECT max(row_group_bytes) FROM parquet_metadata(?)", [str(path)])
        (largest,) = asked.fetchone() or (0,)
        if (largest or 0) > LARGEST_ROW_GROUP:
            raise Unreadable(f"a row group has {largest} bytes, and may have {LARGEST_ROW_GROUP}")

    def some(self) -> list[dict[str, Json]]:
        """The next rows; none when there are no more."""
        with self._lock:
            try:
                found = self._database.fetchmany(TOGETHER)
            except duckdb.Error as error:
                raise Unreadable(str(error)) from None
        rows: list[dict[str, Json]] = msgspec.json.decode(
            _NUMBERS.encode([dict(zip(self._names, row, strict=True)) for row in found])
        )
        return rows

    def close(self) -> None:
        """Let go of the file, when whoever is reading is done."""
        with self._lock:
            self._database.close()


def _look_at_footer(path: Path) -> None:
    """Refuse what is no Parquet file before a reader believes what it says of its length."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0, 2)
        if file.tell() < 12:
            raise Unreadable("it is too short to be a Parquet file")
        file.seek(-8, 2)
        length, end = struct.unpack("<I4s", file.read(8))
    if (start, end) != (b"PAR1", b"PAR1"):
        raise Unreadable("it does not begin and end as a Parquet file does")
    if length > LARGEST_FOOTER:
        raise Unreadable(f"its footer has {length} bytes, and may have {LARGEST_FOOTER}")
