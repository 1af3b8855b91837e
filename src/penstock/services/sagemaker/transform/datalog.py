"""Data logs: what a job says of its objects, in a log stream beside the container's own.

2026-11-26T15:31:02.113:[sagemaker logs]: MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD
2026-11-26T15:31:02.480:[sagemaker logs]: bucket/data/a.csv: ClientError: 415
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from penstock.services.sagemaker.transform.model import Problem
from penstock.services.sagemaker.transform.order import Pace
from penstock.store.logfile import Record, encode


class DataLog:
    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    async def pace(self, pace: Pace) -> None:
        await self._say(
            f"MaxConcurrentTransforms={pace.concurrent}, MaxPayloadInMB={pace.megabytes}, BatchStrategy={pace.strategy}"
        )

    async def problem(self, name: str, problem: Problem) -> None:
        said = ("", "Message:", *problem.detail.splitlines()) if problem.detail else ()
        await self._say(*(f"{name}: {line}" for line in (problem.text, *said)))

    async def _say(self, *lines: str) -> None:
        await asyncio.to_thread(self._write, lines, self._clock())

    def _write(self, lines: Sequence[str], now: float) -> None:
        stamp = datetime.fromtimestamp(now, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        records = [Record(int(now * 1000), f"{stamp}:[sagemaker logs]: {line}") for line in lines]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(b"".join(map(encode, records)))
