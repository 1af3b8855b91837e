"""Delivering: what a build leaves becomes objects. Doing it twice is harmless: the same content under the same keys."""

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from penstock.engine.jobs import Ending, File
from penstock.services.codebuild.model import Json, Plan
from penstock.services.codebuild.order import artifact_folder
from penstock.services.codebuild.requests import artifact_key, promised
from penstock.store.blobs import Blob, Blobs
from penstock.store.logfile import decode
from penstock.wire.call import Call, Directory, Scope, ServiceError

PACKED: Final = "artifacts.zip"


class Undelivered(Exception):
    """Something could not be put into S3."""


class Delivering:
    def __init__(self, directory: Directory, kept: Blobs) -> None:
        self._directory = directory
        self._blobs = kept

    async def artifacts(
        self, scope: Scope, plan: Plan, told: Sequence[Mapping[str, Json]], ending: Ending
    ) -> tuple[dict[str, Json], ...]:
        """Upload what was collected; what the build tells of it. Raises `Undelivered`."""
        named = {each["identifier"]: each for each in told}
        delivered = []
        for wanted in plan.artifacts:
            identifier = wanted.get("artifactIdentifier", "")
            if identifier in named and wanted["type"] == "S3":
                files = ending.outputs.get(artifact_folder(identifier), ())
                delivered.append(await self._one(scope, plan, wanted, named[identifier], files))
        return tuple(delivered)

    async def _one(
        self, scope: Scope, plan: Plan, wanted: Mapping[str, Json], told: Mapping[str, Json], files: tuple[File, ...]
    ) -> dict[str, Json]:
        bucket = wanted["location"]
        key = artifact_key(wanted, plan.project, plan.id, told["name"], prefix=told.get("prefix", ""))
        for file in files:
            blob = await asyncio.to_thread(self._blobs.find, file.digest)
            await self._put(
                scope, plan, bucket, key if file.path == PACKED and is_packed(wanted) else f"{key}/{file.path}", blob
            )
        sums = {name: told[name] for name in ("sha256sum", "md5sum") if name in told}
        return {**promised(wanted, plan.project, plan.id), "location": f"arn:aws:s3:::{bucket}/{key}", **sums}

    async def log(self, scope: Scope, plan: Plan, log: Path | None) -> None:
        """Make an object of the log, where the build wants one. Raises `Undelivered`."""
        if log is None or "s3LogsArn" not in plan.logs:
            return
        bucket, _, key = plan.logs["s3LogsArn"].removeprefix("arn:aws:s3:::").partition("/")
        content = await asyncio.to_thread(packed_log, log)
        await self._put(scope, plan, bucket, key, await self._blobs.put(content))

    async def _put(self, scope: Scope, plan: Plan, bucket: str, key: str, blob: Blob) -> None:
        request = {"Bucket": bucket, "Key": key, "Body": blob, "Metadata": {"codebuild-buildarn": plan.arn}}
        try:
            await self._directory.answer(Call("s3", "PutObject", request, scope))
        except ServiceError as error:
            raise Undelivered(f"{error.code}: {error.message} (s3://{bucket}/{key})") from None


def is_packed(artifacts: Mapping[str, Json]) -> bool:
    return bool(artifacts.get("packaging") == "ZIP")


def packed_log(log: Path) -> bytes:
    """A log's messages, a line each. Blocking."""
    if not log.exists():
        return gzip.compress(b"", mtime=0)
    with log.open("rb") as file:
        text = "".join(f"{decode(line).message}\n" for line in file if line.endswith(b"\n"))
    return gzip.compress(text.encode(errors="replace"), mtime=0)
