"""Metrics: what a training job's log says under its metric definitions; the last value of each name counts.

The regular expressions are the customer's, and Python matches them while it holds up everything else: so they are
matched in a process of their own (`scan.py`), which has a deadline.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from penstock.services.sagemaker.jobs.model import Metric

SCRIPT: Final = Path(__file__).with_name("scan.py")
DEADLINE: Final = 60.0  # seconds


async def scan(logs: Sequence[Path], definitions: Sequence[tuple[str, str]]) -> tuple[Metric, ...]:
    """The last value of each metric, in the order of definitions; none of them where a pattern takes too long."""
    if not definitions:
        return ()
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
    return msgspec.json.decode(told or b"[]", type=tuple[Metric, ...])
