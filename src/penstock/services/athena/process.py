"""A query's process: what it asks and what it is told (see `query.py` for the words).

DuckDB reads what customers write, takes memory and can fall over: it does so in a process that sees one folder, holds
so much memory, and is gone when this one is.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from penstock.services.athena.model import Column, QueryFailed

Json = Any
PROGRAM: Final = Path(__file__).with_name("query.py")
LONGEST_LINE: Final = 4 << 20  # bytes of what it says at once: the columns of a wide table


class Read(NamedTuple):
    """A table that a query reads, unless what has its name is a part of the query; then it need not be there."""

    database: str
    name: str
    must_be_there: bool


class Process:
    """A query being carried out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._output = process.stdin, process.stdout

    async def tables(self, query: str, database: str, folder: Path, memory_mib: int) -> list[Read]:
        """The tables that it reads."""
        order = {"query": query, "database": database, "folder": str(folder), "memory": f"{memory_mib}MiB"}
        found = await self._ask(order, "tables")
        return [Read(of or database, name, must) for of, name, must in found]

    async def result(self, tables: Sequence[Json]) -> tuple[Column, ...]:
        """The columns of its result, which is `result.csv` in the folder."""
        return msgspec.convert(await self._ask({"tables": tables}, "columns"), tuple[Column, ...])

    async def _ask(self, word: Json, wanted: str) -> Json:
        self._input.write(msgspec.json.encode(word) + b"\n")
        try:
            await self._input.drain()
            line = await self._output.readline()
        except ConnectionError:
            line = b""
        if not line:
            raise QueryFailed("INTERNAL_ERROR: the process of this query has ended by itself", 1)
        told = msgspec.json.decode(line)
        if "failed" in told:
            raise QueryFailed(told["failed"])
        return told[wanted]


@asynccontextmanager
async def started() -> AsyncIterator[Process]:
    """A process until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), limit=LONGEST_LINE,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
