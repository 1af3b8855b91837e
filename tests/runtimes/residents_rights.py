"""A resident or two, asked by whoever runs this; what they answered is printed as JSON."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from penstock.engine.residents import CannotStart
from runtimes.residents import ask, residents_at

CODE = """
import os, mine
def handler(event, context):
    with open("/tmp/mine", "w") as file: file.write("x")
    try: open("/var/task/handler.py", "w")
    except OSError as problem: refusal = problem.strerror
    return [os.getuid(), os.listdir("/var/task"), os.listdir("/tmp").count("mine"), os.path.exists(event), refusal]
"""


async def main(root: Path) -> dict[str, Any]:
    async with residents_at(root) as world:
        try:
            resident = await world.start(CODE, layer={"python/mine.py": ""})
        except CannotStart as refusal:
            return {"way": "unstartable", "message": str(refusal)}
        reply = await ask(resident, str(root / "data" / "code"))
        slow = await world.start("import time\ndef handler(event, context): time.sleep(600)")
        ended = (await ask(slow, longest=0.2)).way
    answer = json.loads(reply.payload or "null")
    return {"way": reply.way, "message": reply.message, "answer": answer, "ended": ended, "who": os.getuid()}


print(json.dumps(asyncio.run(main(Path(sys.argv[1])))))
