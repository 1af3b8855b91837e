"""What AWS keeps for everybody in a bucket of its own: templates of projects, the code and data that they begin with.

It is there under AWS's names, so that AWS's own templates find what they look for, and under `penstock/`.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from penstock import templates
from penstock.templates import abalones
from penstock.wire.call import Call, Directory, Scope, ServiceError

HOME: Final = "us-east-1"  # the region that no LocationConstraint names
GIVER: Final = "000000000000"  # an account that nobody has a key of
AT_AWS: Final = {  # AWS's names of what repositories begin with, and ours
    "bootstrap/GitRepositorySeedCodeCheckinCodeBuildProject-v1.0.zip": "check-in",
    "bootstrap/GitRepositorySeedCodeCheckinCodeBuildProject-v1.1.zip": "check-in",
    "toolchain/model-building-workflow-v1.0.zip": "model-build",
    "toolchain/model-building-workflow-mm-clarify-v1.0.zip": "model-build",
    "toolchain/model-building-workflow-jenkins-v1.0.zip": "model-build-jenkins",
    "toolchain/mpg-deployment-config-jenkins-v1.0.zip": "model-deploy-jenkins",
    "toolchain/mpg-deployment-config-v1.0.zip": "model-deploy",
    "toolchain/mpg-deployment-config-v1.1.zip": "model-deploy",
    "toolchain/model-monitor-workflow-v1.0.zip": "model-monitor",
}


@dataclass(frozen=True, slots=True)
class Gift:
    key: str
    content: Callable[[], bytes]
    md5: str


async def give(directory: Directory, region: str) -> None:
    """Let the bucket hold what this version of Penstock has; nothing is written that is there."""
    scope = Scope(account=GIVER, region=region)
    bucket = templates.SEED_BUCKET.format(region=region)
    every = await asyncio.to_thread(lambda: list(_gifts()))
    try:
        await _make(directory, scope, bucket)
        for gift in every:
            await _put(directory, scope, {"Bucket": bucket, "Key": gift.key}, gift)
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


async def _put(directory: Directory, scope: Scope, at: dict[str, str], gift: Gift) -> None:
    try:
        known = await directory.answer(Call("s3", "HeadObject", at, scope))
        if known["ETag"].strip('"') == gift.md5:
            return
    except ServiceError as error:
        if error.status != 404:
            raise
    content = await asyncio.to_thread(gift.content)
    await directory.answer(Call("s3", "PutObject", {**at, "Body": content}, scope))


def _gifts() -> Iterator[Gift]:
    seeds = {name: templates.seed(name) for name in templates.SEEDS}
    for template in templates.TEMPLATES.values():
        yield _gift(templates.key(template.name), template.text().encode())
    for name, content in seeds.items():
        yield _gift(f"penstock/{name}.zip", content)
    for key, name in AT_AWS.items():
        yield _gift(key, seeds[name])
    yield Gift(abalones.KEY, abalones.table, abalones.MD5)


def _gift(key: str, content: bytes) -> Gift:
    return Gift(key, lambda: content, hashlib.md5(content, usedforsecurity=False).hexdigest())
