"""A few jobs, run by whoever runs this; what came of them is printed as JSON."""

import asyncio
import json
import os
import sys
from pathlib import Path

from penstock.runtimes.sandbox import check
from runtimes.worlds import MODEL, sandbox_at

TEXT = """
import os, socket
open("/opt/ml/model/m", "w").write("kept")
open("/tmp/mine", "w").write("x")
print(os.getuid(), os.getpid(), sorted(os.listdir("/opt/ml")), socket.gethostbyname("algo-1"))
print(os.path.exists(open("/opt/ml/data").read()))
"""


async def main(root: Path) -> dict[str, object]:
    told: dict[str, object] = {"check": check()}
    async with sandbox_at(root) as world:
        for warm in (False, True):
            name = "warm" if warm else "cold"
            job = world.script(TEXT, name=name, warm=warm, outputs=(MODEL,), hosts=("algo-1",))
            job = world.job(*job.command, name=name, warm=warm, outputs=(MODEL,), hosts=("algo-1",),
                            files={**job.files, "/opt/ml/data": str(root / "data" / "blobs").encode()})  # fmt: skip
            ending = await world.run(job)
            files = {path: content.decode() for path, content in world.kept(ending.outputs.get("model", ())).items()}
            told[name] = [ending.reason, ending.message, files, world.log_of(job)]
        given = world.input("/opt/ml/input/data/train", {"a": b"precious"})
        job = world.script("open('/opt/ml/input/data/train/a', 'w')", name="reads", inputs=(given,))
        told["reads"] = [(await world.run(job)).exit_code, "Read-only file system" in world.log_of(job)]
        await world.runtime.forget(job.id)
        told["failures"] = world.runtime.failures()
        told["who"] = os.getuid()
    return told


print(json.dumps(asyncio.run(main(Path(sys.argv[1])))))
