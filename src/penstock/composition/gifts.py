"""What AWS keeps for everybody in buckets of its own: what projects begin with, and what its examples learn from.

It is there under AWS's names, so that AWS's own templates and examples find what they look for; templates and seeds
also under `penstock/`. Those are there in the server's region when it starts, all else as soon as somebody looks.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from penstock import templates
from penstock.templates import abalones, samples
from penstock.wire.call import Call, Directory, Scope, ServiceError

HOME: Final = "us-east-1"  # the region that no LocationConstraint names
GIVER: Final = "000000000000"  # an account that nobody has a key of
REGION: Final = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
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


async def hand_out(directory: Directory, region: str) -> None:
    """Let everybody find what AWS keeps for them: seeds at once in this region, all else when they look there."""
    gifts = Gifts(directory)
    directory.precede("s3", gifts.look)
    await gifts.give(templates.SEED_BUCKET.format(region=region))


class Gifts:
    """What such a bucket holds is given once, before the first call about it is answered."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._given: set[str] = set()
        self._giving: dict[str, asyncio.Lock] = {}

    async def look(self, call: Call) -> None:
        """Wait until the bucket that a call is about has what it should, if it is one of these."""
        if call.scope.account == GIVER or call.operation == "CreateBucket":
            return
        copied, _, _ = str(call.request.get("CopySource", "")).lstrip("/").partition("/")
        for bucket in (str(call.request.get("Bucket", "")), copied):
            await self.give(bucket)

    async def give(self, bucket: str) -> None:
        if bucket in self._given or (what := held(bucket)) is None:
            return
        async with self._giving.setdefault(bucket, asyncio.Lock()):
            if bucket not in self._given:
                await give(self._directory, bucket, *what)
                self._given.add(bucket)


@dataclass(frozen=True, slots=True)
class Gift:
    key: str
    content: Callable[[], bytes]
    md5: str = ""  # what is there is left as it is where this is not known: it may be somebody's own


def held(bucket: str) -> "tuple[str, Callable[[], Iterator[Gift]]] | None":
    """The region of such a bucket, and what it holds; None of all others."""
    for pattern, gifts in BUCKETS.items():
        if found := re.fullmatch(pattern, bucket):
            return found.groupdict().get("region", HOME), gifts
    return None


FINE: Final = (  # somebody has a bucket of the name, or has removed it; there is no such region
    "BucketAlreadyExists", "NoSuchBucket", "InvalidLocationConstraint"
)  # fmt: skip


async def give(directory: Directory, bucket: str, region: str, gifts: Callable[[], Iterator[Gift]]) -> None:
    """Let the bucket hold what this version of Penstock has; nothing is written that is there."""
    scope = Scope(account=GIVER, region=region)
    every = await asyncio.to_thread(lambda: list(gifts()))
    try:
        await _make(directory, scope, bucket)
        for gift in every:
            await _put(directory, scope, {"Bucket": bucket, "Key": gift.key}, gift)
    except ServiceError as error:
        if error.code not in FINE:
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
        if known["ETag"].strip('"') == gift.md5 or not gift.md5:
            return
    except ServiceError as error:
        if error.status != 404:
            raise
    content = await asyncio.to_thread(gift.content)
    await directory.answer(Call("s3", "PutObject", {**at, "Body": content}, scope))


def _seeds() -> Iterator[Gift]:
    seeds = {name: templates.seed(name) for name in templates.SEEDS}
    for template in templates.TEMPLATES.values():
        yield _gift(templates.key(template.name), template.text().encode())
    for name, content in seeds.items():
        yield _gift(f"penstock/{name}.zip", content)
    for key, name in AT_AWS.items():
        yield _gift(key, seeds[name])
    yield Gift(abalones.KEY, abalones.table)
    yield Gift(abalones.BATCH_KEY, abalones.batch)


def _samples() -> Iterator[Gift]:
    return (Gift(key, content) for key, content in samples.TABLES.items())


def _gift(key: str, content: bytes) -> Gift:
    return Gift(key, lambda: content, hashlib.md5(content, usedforsecurity=False).hexdigest())


BUCKETS: Final = {
    templates.SEED_BUCKET.format(region=REGION): _seeds,
    samples.BUCKET: _samples,
    samples.REGIONAL_BUCKET.format(region=REGION): _samples,
}
