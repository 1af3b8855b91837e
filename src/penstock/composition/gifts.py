"""What AWS keeps for everybody in a bucket of its own: the templates of projects, and the code that they begin with.

It is there under AWS's names, so that AWS's own templates find what they look for, and under `penstock/`.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from typing import Final

from penstock import templates
from penstock.wire.call import Call, Directory, Scope, ServiceError

HOME: Final = "us-east-1"  # the region that no LocationConstraint names
GIVER: Final = "000000000000"  # an account that nobody has a key of
AT_AWS: Final = {  # AWS's names of what repositories begin with, and ours
    "bootstrap/GitRepositorySeedCodeCheckinCodeBuildProject-v1.0.zip": "check-in",
    "bootstrap/GitRepositorySeedCodeCheckinCodeBuildProject-v1.1.zip": "check-in",
    "toolchain/model-building-workflow-v1.0.zip": "model-build",
    "toolchain/model-building-workflow-mm-clarify-v1.0.zip": "model-build",
    "toolchain/mpg-deployment-config-v1.0.zip": "model-deploy",
    "toolchain/mpg-deployment-config-v1.1.zip": "model-deploy",
    "toolchain/model-monitor-workflow-v1.0.zip": "model-monitor",
}


async def give(directory: Directory, region: str) -> None:
    """Let the bucket hold what this version of Penstock has; nothing is written that is there."""
    scope = Scope(account=GIVER, region=region)
    bucket = templates.SEED_BUCKET.format(region=region)
    every = await asyncio.to_thread(lambda: list(_gifts()))
    try:
        await _make(directory, scope, bucket)
        for key, content in every:
            await _put(directory, scope, {"Bucket": bucket, "Key": key}, content)
    except ServiceError as error:
        if error.code not in ("BucketAlreadyExists", "NoSuchBucket"):  # somebody has one of the name, or has removed it
            raise


async def _make(directory: Directory, scope: Scope, bucket: str) -> None:
    """The bucket, unless it is there from the last time: everywhere but in the first region, S3 says so."""
    place = {} if scope.region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": scope.region}}
    try:
        await directory.answer(Call("s3", "CreateBucket", {"Bucket": bucket, **place}, scope))
    except ServiceError as error:
        if error.code != "BucketAlreadyOwnedByYou":
            raise


async def _put(directory: Directory, scope: Scope, at: dict[str, str], content: bytes) -> None:
    try:
        known = await directory.answer(Call("s3", "HeadObject", at, scope))
        if known["ETag"].strip('"') == hashlib.md5(content, usedforsecurity=False).hexdigest():
            return
    except ServiceError as error:
        if error.status != 404:
            raise
    await directory.answer(Call("s3", "PutObject", {**at, "Body": content}, scope))


def _gifts() -> Iterator[tuple[str, bytes]]:
    seeds = {name: templates.seed(name) for name in templates.SEEDS}
    for template in templates.TEMPLATES.values():
        yield templates.key(template.name), template.text().encode()
    for name, content in seeds.items():
        yield f"penstock/{name}.zip", content
    for key, name in AT_AWS.items():
        yield key, seeds[name]
