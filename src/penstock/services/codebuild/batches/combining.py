"""Combining: what the builds of a batch have left becomes one artifact. The activity `codebuild.combine`.

Each build's files are in a folder of its identifier: builds of a matrix leave files of the same names.
"""

import asyncio
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.services.codebuild.delivering import is_packed
from penstock.services.codebuild.listing import objects
from penstock.services.codebuild.model import Json, Plan
from penstock.services.codebuild.requests import artifact_key, promised
from penstock.store.blobs import Blob, Blobs
from penstock.wire.call import Call, Directory, Scope, ServiceError

PIECE: Final = 1 << 20


class Combining:
    def __init__(self, directory: Directory, kept: Blobs) -> None:
        self._directory = directory
        self._blobs = kept

    async def combine(self, task: Task) -> Json:
        """Answers the combined artifacts, or the problem with them."""
        plan = msgspec.convert(task.input["plan"], Plan)
        wanted = [each for each in plan.artifacts if each["type"] == "S3"]
        try:
            return {"artifacts": [await self._one(task.scope, plan, each, task.input["builds"]) for each in wanted]}
        except ServiceError as error:
            return {"artifacts": [], "problem": f"{error.code}: {error.message}"}

    async def _one(self, scope: Scope, plan: Plan, wanted: Json, builds: Mapping[str, Json]) -> Json:
        bucket, key = wanted["location"], artifact_key(wanted, plan.project, plan.id, "")
        left = {
            build: told["location"].partition(":::")[2].partition("/")[2]
            for build, every in builds.items()
            for told in every
            if told.get("artifactIdentifier", "") == wanted.get("artifactIdentifier", "") and told.get("location")
        }
        if is_packed(wanted):
            archives = {build: await self._get(scope, bucket, found) for build, found in left.items()}
            await self._put(scope, bucket, key, await asyncio.to_thread(packed, self._blobs, archives))
        else:
            for build, folder in left.items():
                for entry in await objects(self._directory, scope, bucket, f"{folder}/"):
                    found = entry["Key"]
                    name = f"{key}/{build}/{found.removeprefix(f'{folder}/')}"
                    await self._put(scope, bucket, name, await self._get(scope, bucket, found))
        return promised(wanted, plan.project, plan.id)

    async def _get(self, scope: Scope, bucket: str, key: str) -> Blob:
        answer = await self._directory.answer(Call("s3", "GetObject", {"Bucket": bucket, "Key": key}, scope))
        return await self._blobs.put(answer["Body"])

    async def _put(self, scope: Scope, bucket: str, key: str, content: Blob) -> None:
        await self._directory.answer(Call("s3", "PutObject", {"Bucket": bucket, "Key": key, "Body": content}, scope))


def packed(kept: Blobs, archives: Mapping[str, Blob]) -> Blob:
    """The members of several archives in one, the same for the same. Blocking."""
    handle, name = tempfile.mkstemp(dir=kept.incoming)
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        for build, archive in archives.items():
            with zipfile.ZipFile(archive.path) as part:
                for member in part.infolist():
                    new = zipfile.ZipInfo(f"{build}/{member.filename}")  # of 1980
                    new.compress_type, new.external_attr = zipfile.ZIP_DEFLATED, member.external_attr
                    with part.open(member) as source, whole.open(new, "w", force_zip64=True) as target:
                        shutil.copyfileobj(source, target, PIECE)
    return kept.adopt(Path(name))
