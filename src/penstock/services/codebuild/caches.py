"""Caches: what builds keep for later ones, as archives in S3 or on this server.

    LOCATION/SHELF/PATHS/latest.tar             without a key: replaced by every build
    LOCATION/SHELF/PATHS/keys/KEY.tar           with one: never replaced

A shelf is a project's, or that of a `cacheNamespace` which projects share; InvalidateProjectCache gives a project
another one. PATHS is a digest of the build spec's paths. A build is brought all archives that its key could mean, since
only its own shell knows the key (bringing one is a link): see `penstock_build.caching`.
"""

import hashlib
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import quote, unquote

from penstock.languages.buildspec import Cache
from penstock.services.codebuild.listing import objects
from penstock.services.codebuild.model import CACHE, Cached, Json, Plan
from penstock.store import blobs, documents
from penstock.store.blobs import Blob, Blobs
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError

MOST: Final = 50  # archives that a build is brought, and that are kept of a project on this server
LATEST: Final = "latest.tar"
KEYS: Final = "keys/"


class Shelf(Protocol):
    """Where archives are, by name."""

    async def names(self, prefix: str) -> list[str]:
        """The newest first."""

    async def bring(self, name: str) -> Blob | None: ...

    async def keep(self, name: str, archive: Blob) -> None:
        """Raises `ServiceError`."""


def cache_of(plan: Plan) -> Mapping[str, Json]:
    found: Mapping[str, Json] = plan.build.get("cache", {"type": "NO_CACHE"})
    return found


def keeps_paths(plan: Plan) -> bool:
    """Whether the paths that a build spec names are kept."""
    cache = cache_of(plan)
    return cache["type"] == "S3" or (cache["type"] == "LOCAL" and "LOCAL_CUSTOM_CACHE" in cache.get("modes", ()))


def keeps_sources(plan: Plan) -> bool:
    cache = cache_of(plan)
    return cache["type"] == "LOCAL" and "LOCAL_SOURCE_CACHE" in cache.get("modes", ())


def place_of(plan: Plan, spec: Cache) -> str:
    """Where the archives of a build's paths are, below the cache's location."""
    shelf = cache_of(plan).get("cacheNamespace") or plan.project
    if plan.cache_epoch:
        shelf = f"{shelf}-{plan.cache_epoch}"
    return f"{shelf}/{hashlib.sha256(chr(0).join(spec.paths).encode()).hexdigest()[:16]}/"


def name_of(key: str) -> str:
    return f"{KEYS}{quote(key, safe='')}.tar" if key else LATEST


class Caches:
    def __init__(self, database: Database, directory: Directory, kept: Blobs) -> None:
        self._database = database
        self._directory = directory
        self._blobs = kept

    async def available(self, scope: Scope, plan: Plan, spec: Cache) -> tuple[Cached, ...]:
        """The archives that a build may restore, the newest first."""
        if not keeps_paths(plan) or not spec.paths or spec.action == "save":
            return ()
        shelf, place = self._shelf(scope, plan), place_of(plan, spec)
        names = await shelf.names(f"{place}{KEYS}") if spec.key else [f"{place}{LATEST}"]
        found = []
        for name in names[:MOST]:
            if (archive := await shelf.bring(name)) is not None:
                key = unquote(name.rpartition("/")[2].removesuffix(".tar")) if spec.key else ""
                found.append(Cached(key, archive.digest, archive.size))
        return tuple(found)

    async def keep(self, scope: Scope, plan: Plan, spec: Cache, key: str, archive: Blob) -> None:
        """Raises `ServiceError`."""
        await self._shelf(scope, plan).keep(place_of(plan, spec) + name_of(key), archive)

    def _shelf(self, scope: Scope, plan: Plan) -> Shelf:
        cache = cache_of(plan)
        if cache["type"] == "S3":
            return BucketShelf(self._directory, self._blobs, scope, cache["location"])
        return OwnShelf(self._database, self._blobs, scope, plan)


class BucketShelf:
    """A bucket, or a prefix in it."""

    def __init__(self, directory: Directory, kept: Blobs, scope: Scope, location: str) -> None:
        self._directory = directory
        self._blobs = kept
        self._scope = scope
        self._bucket, _, prefix = location.removeprefix("arn:aws:s3:::").partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    async def names(self, prefix: str) -> list[str]:
        found = await objects(self._directory, self._scope, self._bucket, self._prefix + prefix)
        found.sort(key=lambda each: each["LastModified"], reverse=True)
        return [each["Key"].removeprefix(self._prefix) for each in found]

    async def bring(self, name: str) -> Blob | None:
        try:
            answer = await self._ask("GetObject", {"Bucket": self._bucket, "Key": self._prefix + name})
        except ServiceError as error:
            if error.code == "NoSuchKey":
                return None
            raise
        return await self._blobs.put(answer["Body"])

    async def keep(self, name: str, archive: Blob) -> None:
        await self._ask("PutObject", {"Bucket": self._bucket, "Key": self._prefix + name, "Body": archive})

    async def _ask(self, operation: str, request: dict[str, Json]) -> Answer:
        return await self._directory.answer(Call("s3", operation, request, self._scope))


class OwnShelf:
    """Documents of this server, each holding its archive; the newest of a project are kept."""

    def __init__(self, database: Database, kept: Blobs, scope: Scope, plan: Plan) -> None:
        self._database = database
        self._blobs = kept
        self._scope = scope
        self._plan = plan

    async def names(self, prefix: str) -> list[str]:
        query = Query(kind=CACHE, scope=self._scope, name_prefix=prefix, order="modified_at", limit=MOST)
        page = await self._database.read(lambda tx: documents.page(tx, query))
        return [each.name for each in page.documents]

    async def bring(self, name: str) -> Blob | None:
        found = await self._database.read(lambda tx: documents.find(tx, self._scope, CACHE, name))
        return None if found is None else self._blobs.find(found.body["digest"])

    async def keep(self, name: str, archive: Blob) -> None:
        def put(tx: Transaction) -> None:
            old = documents.find(tx, self._scope, CACHE, name)
            if old is not None:
                remove(tx, old)
            made = Document(
                kind=CACHE, scope=self._scope, name=name, arn=self._scope.arn("codebuild", f"cache/{name}"),
                created_at=self._plan.created_at, modified_at=self._plan.created_at, parent=self._plan.project,
                body={"digest": archive.digest},
            )  # fmt: skip
            documents.insert(tx, made)
            blobs.hold_all(tx, [archive.digest], made.arn)
            for each in of_project(tx, self._scope, self._plan.project)[MOST:]:
                remove(tx, each)

        await self._database.write(put)


def of_project(tx: Transaction, scope: Scope, project: str) -> tuple[Document, ...]:
    """What is kept of a project on this server, the newest first."""
    query = Query(kind=CACHE, scope=scope, parent=project, order="modified_at", limit=2 * MOST)
    return documents.page(tx, query).documents


def remove(tx: Transaction, archive: Document) -> None:
    documents.remove(tx, archive.scope, CACHE, archive.name)
    blobs.release(tx, archive.arn)


def forget(tx: Transaction, scope: Scope, project: str) -> None:
    """Let go of all that is kept of a project on this server."""
    for each in of_project(tx, scope, project):
        remove(tx, each)
