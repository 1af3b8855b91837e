"""A server to be killed: it starts one job and waits for it."""

import asyncio
import sys
from pathlib import Path

from runtimes.worlds import MODEL, new_sandbox

COMMAND = "echo begun; while [ ! -e /tmp/go ]; do sleep 0.01; done; echo done > /opt/ml/model/m"


async def main() -> None:
    world = new_sandbox(Path(sys.argv[1]))
    await world.run(world.job("sh", "-c", COMMAND, outputs=(MODEL,)))


asyncio.run(main())
