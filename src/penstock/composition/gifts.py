"""What AWS keeps for everybody in buckets of its own: what projects begin with, and what its examples learn from.

It is there under AWS's names, so that AWS's own templates and examples find what they look for; templates and seeds
also under `penstock/`. Each object is made when somebody first asks for it or for a list that it is in, and a server
that nobody asks pays nothing for it.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from urllib.parse import unquote

from penstock import templates
from penstock.templates import abalones, samples
from penstock.wire.call import Call, Directory, Scope, ServiceError

HOME: Final = "us-east-1"  # the region that no LocationConstraint names
GIVER: Final = "000000000000"  # an account that nobody has a key of
REGION: Final = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
ABOUT_NO_KEY: Final = ("HeadBucket", "GetBucketLocation")
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


def hand_out(directory: Directory) -> None:
    """Let everybody find what AWS keeps for them, in every region."""
    directory.precede("s3", Gifts(directory).look)


class Gifts:
    """What somebody asks for is given once, before the first call about it is answered."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._given: set[tuple[str, str]] = set()
        self._giving: dict[str, asyncio.Lock] = {}

    async def look(self, call: Call) -> None:
        """Wait until what a call is about is there, if it is in one of these buckets."""
        if call.scope.account == GIVER or call.operation == "CreateBucket":
            return
        for bucket, is_meant in meant(call):
            if (shelf := held(bucket)) is not None:
                await self._give(bucket, shelf.region, [each for each in shelf.gifts if is_meant(each.key)])

    async def _give(self, bucket: str, region: str, gifts: "Iterable[Gift]") -> None:
        async with self._giving.setdefault(bucket, asyncio.Lock()):
            missing = [each for each in gifts if (bucket, each.key) not in self._given]
            if missing or (bucket, "") not in self._given:
                await give(self._directory, bucket, region, missing)
                self._given |= {(bucket, ""), *((bucket, each.key) for each in missing)}


def meant(call: Call) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """The buckets that a call is about, each with a test of the keys that it is about there."""
    request: Mapping[str, Any] = call.request
    if "Key" in request:
        yield request["Bucket"], request["Key"].__eq__
    elif call.operation in ABOUT_NO_KEY:
        yield request["Bucket"], "".__eq__
    else:
        prefix = request.get("Prefix") or ""
        yield request.get("Bucket", ""), lambda key: key.startswith(prefix)
    if copied := request.get("CopySource"):
        bucket, _, key = copied.lstrip("/").partition("/")
        yield bucket, unquote(key.partition("?")[0]).__eq__


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    key: str
    content: Callable[[], bytes]
    changes: bool = False  # with versions of Penstock; else what is there is left as it is: it may be somebody's own


@dataclass(frozen=True, slots=True)
class Shelf:
    region: str
    gifts: tuple[Gift, ...]


def held(bucket: str) -> Shelf | None:
    """The region of such a bucket, and what it holds; None of all others."""
    for pattern, gifts in BUCKETS.items():
        if found := pattern.fullmatch(bucket):
            return Shelf(found.groupdict().get("region", HOME), gifts())
    return None


FINE: Final = (  # somebody has a bucket of the name, or has removed it; there is no such region
    "BucketAlreadyExists", "NoSuchBucket", "InvalidLocationConstraint"
)  # fmt: skip


async def give(directory: Directory, bucket: str, region: str, gifts: Iterable[Gift]) -> None:
    """Let the bucket hold these as this version of Penstock has them; nothing is written that is there."""
    scope = Scope(account=GIVER, region=region)
    try:
        await _make(directory, scope, bucket)
        for gift in gifts:
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
    known = await _known(directory, scope, at)
    if known and not gift.changes:
        return
    content = await asyncio.to_thread(gift.content)
    if known != hashlib.md5(content, usedforsecurity=False).hexdigest():
        await directory.answer(Call("s3", "PutObject", {**at, "Body": content}, scope))


async def _known(directory: Directory, scope: Scope, at: dict[str, str]) -> str:
    """The MD5 of what is there; empty where nothing is."""
    try:
        found = await directory.answer(Call("s3", "HeadObject", at, scope))
    except ServiceError as error:
        if error.status != 404:
            raise
        return ""
    return str(found["ETag"]).strip('"')


@cache
def _seeds() -> tuple[Gift, ...]:
    seeds = {f"penstock/{name}.zip": name for name in templates.SEEDS} | AT_AWS
    return (
        *(Gift(key=templates.key(each.name), content=partial(_text, each), changes=True) for each in _TEMPLATES),
        *(Gift(key=key, content=partial(templates.seed, name), changes=True) for key, name in seeds.items()),
        Gift(key=abalones.KEY, content=abalones.table),
        Gift(key=abalones.BATCH_KEY, content=abalones.batch),
    )


def _text(template: templates.ProjectTemplate) -> bytes:
    return template.text().encode()


@cache
def _samples() -> tuple[Gift, ...]:
    return tuple(Gift(key=key, content=content) for key, content in samples.TABLES.items())


_TEMPLATES: Final = tuple(templates.TEMPLATES.values())
BUCKETS: Final = {
    re.compile(templates.SEED_BUCKET.format(region=REGION)): _seeds,
    re.compile(samples.BUCKET): _samples,
    re.compile(samples.REGIONAL_BUCKET.format(region=REGION)): _samples,
}
