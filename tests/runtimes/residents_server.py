"""A server that has a resident, says so, and waits to be killed: `residents_server.py FOLDER`."""

import asyncio
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent / "src")]

from runtimes.residents import World, answer, new_nursery  # noqa: E402 - after the path


async def main() -> None:
    root = Path(sys.argv[1])
    (root / "data").mkdir()
    world = World(root, new_nursery(root))
    resident = await world.start("def handler(event, context): return 'ready'")
    print(f'"{await answer(resident)}"', flush=True)
    await asyncio.sleep(600)


asyncio.run(main())
