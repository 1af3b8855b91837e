"""What a job costs beside its bare process: `python benchmarks/jobs.py [rounds]`.

Prints medians in milliseconds, all measured in one run: the bare process (spawned and waited for), the same as a cold
job, as a warm job (no heavy import in it), and as a warm job that uses numpy and pandas.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from penstock.engine.jobs import Job, JobId
from penstock.runtimes.sandbox import Image, Sandbox
from penstock.store.blobs import Blobs

SCRIPT = "/opt/ml/code/script.py"
PLAIN = b"print('done')\n"
HEAVY = b"import numpy, pandas\nprint('done')\n"


def start_and_wait(script: Path) -> None:
    argv = [sys.executable, str(script)]
    silence = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    os.waitpid(os.posix_spawn(argv[0], argv, os.environ, file_actions=silence), 0)


async def median(rounds: int, once: Callable[[int], Awaitable[None]]) -> float:
    await once(-1)
    await asyncio.sleep(0.3)  # the spares are made again
    costs = []
    for number in range(rounds):
        began = time.perf_counter()
        await once(number)
        costs.append(time.perf_counter() - began)
        await asyncio.sleep(0.03)
    return statistics.median(costs) * 1000


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp", ignore_cleanup_errors=True) as name:
        root = Path(name)
        image = Image(python=Path(sys.executable), preload=("numpy", "pandas"))
        sandbox = Sandbox(root / "runtimes", blobs=Blobs(root), resolve=lambda _: image, clock=time.time)
        script = root / "script.py"

        def bare(source: bytes) -> Callable[[int], Awaitable[None]]:
            async def once(_: int) -> None:
                script.write_bytes(source)
                start_and_wait(script)

            return once

        def job(kind: str, source: bytes, *, warm: bool) -> Callable[[int], Awaitable[None]]:
            async def once(number: int) -> None:
                identity = JobId(f"{kind}-{number}")
                files = {SCRIPT: source}
                job = Job(id=identity, image="it", command=("python3", SCRIPT), files=files, warm=warm)
                ending = await sandbox.run(job, lambda _: None)
                assert ending.is_success, ending

            return once

        try:
            rows = {
                "bare process": bare(PLAIN),
                "cold job": job("cold", PLAIN, warm=False),
                "warm job": job("warm", PLAIN, warm=True),
                "bare process, numpy and pandas": bare(HEAVY),
                "warm job, numpy and pandas": job("heavy", HEAVY, warm=True),
            }
            for title, once in rows.items():
                print(f"{title:32} {await median(rounds, once):8.2f} ms")
        finally:
            await sandbox.close(kill=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
