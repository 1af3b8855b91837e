"""Metrics: what a training job's log says under its metric definitions.

DescribeTrainingJob tells the last value of each, CloudWatch what the values were minute by minute (`telling`).

The regular expressions are the customer's, and Python matches them while it holds up everything else: so they are
matched in a process of their own (`scan.py`), which has a deadline.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from penstock.services.sagemaker.jobs.model import Metric

SCRIPT: Final = Path(__file__).with_name("scan.py")
DEADLINE: Final = 60.0  # seconds


class Minute(msgspec.Struct, frozen=True, array_like=True):
    """What a metric's values were in the minute that begins then."""

    at: float
    count: int
    total: float
    least: float
    most: float


class Curve(msgspec.Struct, frozen=True, array_like=True):
    """A metric over a job's time."""

    last: Metric
    minutes: tuple[Minute, ...]


async def scan(logs: Sequence[Path], definitions: Sequence[tuple[str, str]]) -> tuple[Curve, ...]:
    """The metrics that were found, in the order of definitions; none of them where a pattern takes too long."""
    found = [path for path in logs if path.exists()]
    if not found:
        return ()
    scanning = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(SCRIPT), *map(str, found),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(DEADLINE):
            told, _ = await scanning.communicate(msgspec.json.encode(definitions))
    except TimeoutError:
        return ()
    finally:
        if scanning.returncode is None:
            scanning.kill()
            await scanning.wait()
    return msgspec.json.decode(told or b"[]", type=tuple[Curve, ...])


class Values:
    """The values of one metric, as a log shows them."""

    def __init__(self, following: asyncio.subprocess.Process) -> None:
        assert following.stdin is not None
        assert following.stdout is not None
        self._input, self._output = following.stdin, following.stdout

    async def within(self, seconds: float) -> list[float]:
        """What is new after this time."""
        await asyncio.sleep(seconds)
        found: list[float] = []
        while True:
            try:
                async with asyncio.timeout(0):
                    line = await self._output.readline()
            except TimeoutError:
                return found
            if not line:
                return found
            found.append(float(line))

    async def rest(self) -> list[float]:
        """What is left when nothing more is written; not all of it where the pattern takes too long."""
        self._input.close()
        found: list[float] = []
        try:
            async with asyncio.timeout(DEADLINE):
                found.extend([float(line) async for line in self._output])
        except TimeoutError:
            pass
        return found


@asynccontextmanager
async def followed(log: Path, pattern: str) -> AsyncIterator[Values]:
    """The values of a metric in a log that is being written."""
    following = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(SCRIPT), "--follow", str(log),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert following.stdin is not None
        following.stdin.write(msgspec.json.encode(pattern) + b"\n")
        await following.stdin.drain()
        yield Values(following)
    finally:
        if following.returncode is None:
            following.kill()
        await following.wait()
