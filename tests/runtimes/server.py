"""A server to be killed: it starts one job and waits for it. With an engine's socket, in a container."""

import asyncio
import sys
from pathlib import Path

from runtimes.worlds import MODEL, new_containers, new_sandbox

COMMAND = "echo begun; while [ ! -e /tmp/go ]; do sleep 0.01; done; echo done > /opt/ml/model/m; echo ended"


async def main(root: Path, *sockets: str) -> None:
    world = new_containers(root, Path(sockets[0])) if sockets else new_sandbox(root)
    await world.run(world.job("sh", "-c", COMMAND, outputs=(MODEL,)))


asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
