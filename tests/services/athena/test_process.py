"""A query's process is gone when nobody is there any more, whatever it is doing."""

import asyncio
import json
import sys
from pathlib import Path

from penstock.services.athena.process import PROGRAM

SLOW = "SELECT sum(a.range * b.range % 7) FROM range(1000000000) a, range(1000000000) b"
DEADLINE = 60.0


async def test_it_ends_with_its_standard_input(tmp_path: Path) -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdin is not None
    assert running.stdout is not None
    order = {"query": SLOW, "database": "db", "memory": "256MiB", "folder": str(tmp_path)}
    async with asyncio.timeout(DEADLINE):
        running.stdin.write(json.dumps(order).encode() + b"\n")
        assert json.loads(await running.stdout.readline()) == {"tables": []}
        running.stdin.write(b'{"tables": []}\n')
        await running.stdin.drain()

        running.stdin.close()

        assert await running.wait() != 0
