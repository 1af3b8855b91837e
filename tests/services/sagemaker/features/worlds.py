"""A world with feature groups, S3, Glue and Athena in it, all real, on one folder; a clock that is moved by hand."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from engine.worlds import chances, working
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.services import glue, s3
from penstock.services.athena.room import open_athena
from penstock.services.sagemaker import registry
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.features.room import open_features
from penstock.services.sagemaker.features.shipping import Shipping
from penstock.store.blobs import Blobs
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Scope
from penstock.wire.validate import validate

Json = Any
DEADLINE = 60.0
ROLE = "arn:aws:iam::123456789012:role/service-role/Worker"
BEGAN = 1_700_000_000.0  # 2023-11-14T22:13:20Z
DATA = "s3://lake/store/123456789012/sagemaker/us-east-1/offline-store/orders-1700000000/data"
TABLE = "orders_1700000000"
FEATURES = {"id": "Integral", "name": "String", "price": "Fractional", "at": "Fractional"}


@cache
def empty_database() -> bytes:
    """A database file with every room's tables and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        migrate(path, MIGRATIONS)
        return path.read_bytes()


def group_request(name: str = "orders", **more: Json) -> dict[str, Json]:
    """A group with both stores, of records such as `record(1, 10.0)`; a member that is None is left out."""
    request = {
        "FeatureGroupName": name,
        "RecordIdentifierFeatureName": "id",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [{"FeatureName": each, "FeatureType": kind} for each, kind in FEATURES.items()],
        "OnlineStoreConfig": {"EnableOnlineStore": True},
        "OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": "s3://lake/store"}},
        "RoleArn": ROLE,
        **more,
    }
    return {member: value for member, value in request.items() if value is not None}


def record(identifier: Json, at: Json, **more: Json) -> list[dict[str, Json]]:
    """Feature values; lists are values of collections."""
    return [
        {"FeatureName": name, "ValueAsStringList" if isinstance(value, list) else "ValueAsString": text(value)}
        for name, value in {"id": identifier, "at": at, **more}.items()
    ]


def text(value: Json) -> Json:
    return [str(each) for each in value] if isinstance(value, list) else str(value)


@dataclass
class World:
    """What outlives a server: a folder, and the time."""

    folder: Path
    now: float = BEGAN
    announce: Announce = unheard
    lives: int = 0
    database_path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.database_path = self.folder / "world.db"
        if not self.database_path.exists():
            self.database_path.write_bytes(empty_database())
        self.blobs = Blobs(self.folder)

    def clock(self) -> float:
        return self.now

    @contextlib.asynccontextmanager
    async def open(self, database: SqliteDatabase | None = None) -> AsyncIterator["Client"]:
        """The engine at work until the block ends. Nothing is shipped by itself: see `Client.ship`."""
        self.lives += 1
        database = database or SqliteDatabase(self.database_path)
        directory, chance = Directory(validate), chances(self.lives)
        engine = Engine(database, directory, clock=self.clock, chance=chance)
        for service in (
            *s3.operations(database, self.blobs, self.clock, chance),
            *glue.services(database, self.clock),
            *registry.services(database, directory, self.clock),
        ):
            directory.register(service)
        rooms: dict[str, Any] = {
            "engine": engine, "directory": directory, "blobs": self.blobs, "clock": self.clock, "chance": chance,
        }  # fmt: skip
        shipping = open_features(**rooms, folder=self.folder / "offline", announce=self.announce)
        open_athena(**rooms, folder=self.folder / "queries", memory_mib=512)
        try:
            async with working(engine):
                yield Client(self, directory, database, shipping)
        finally:
            database.close()


@dataclass
class Client:
    """Asks as a customer does."""

    world: World
    directory: Directory
    database: SqliteDatabase
    shipping: Shipping

    async def __call__(self, operation: str, *, service: str = "sagemaker", token: str = "", **request: Json) -> Answer:
        return await self.directory.answer(Call(service, operation, request, Scope(), token))

    async def runtime(self, operation: str, group: str = "orders", **request: Json) -> Answer:
        named = {} if operation.startswith("Batch") else {"FeatureGroupName": group}
        return await self(operation, service="sagemaker-featurestore-runtime", **named, **request)

    async def put(
        self, identifier: Json, at: Json, *, group: str = "orders", target: Json = None, **more: Json
    ) -> None:
        targets = {"TargetStores": target} if target else {}
        await self.runtime("PutRecord", group, Record=record(identifier, at, **more), **targets)

    async def got(self, identifier: Json, *, group: str = "orders", **more: Json) -> dict[str, Json] | None:
        """The record of an identifier, by feature name; None if there is none."""
        answer = await self.runtime("GetRecord", group, RecordIdentifierValueAsString=str(identifier), **more)
        return values_in(answer["Record"]) if "Record" in answer else None

    async def group(self, name: str = "orders", **more: Json) -> Json:
        """Create a group and wait until it is settled; its description."""
        await self.bucket()
        await self("CreateFeatureGroup", token=f"create {name}", **group_request(name, **more))
        return await self.settled(name)

    async def bucket(self) -> None:
        """A bucket that is there."""
        await self("CreateBucket", service="s3", Bucket="lake")

    async def settled(self, name: str = "orders") -> Json:
        async with asyncio.timeout(DEADLINE):
            while True:
                found = await self("DescribeFeatureGroup", FeatureGroupName=name)
                updating = found.get("LastUpdateStatus", {}).get("Status") == "InProgress"
                if found["FeatureGroupStatus"] not in {"Creating", "Deleting"} and not updating:
                    return found
                await asyncio.sleep(0.005)

    async def ship(self) -> None:
        """Let everything that waits for others have waited long enough, and bring it to S3."""
        self.world.now += 60.0
        await self.shipping.ship_due()

    async def files(self, prefix: str = "store/") -> dict[str, bytes]:
        """Objects by key."""
        listed = await self("ListObjectsV2", service="s3", Bucket="lake", Prefix=prefix)
        return {each["Key"]: await self.content(each["Key"]) for each in listed.get("Contents", ())}

    async def content(self, key: str) -> bytes:
        answer = await self("GetObject", service="s3", Bucket="lake", Key=key)
        body: bytes = answer["Body"].read()
        return body

    async def offline(self) -> list[dict[str, Json]]:
        """Every record in the offline store, as an outsider reads the files."""
        found: list[dict[str, Json]] = []
        with duckdb.connect() as reading:
            for key in await self.files():
                head = await self("GetObject", service="s3", Bucket="lake", Key=key)
                rows = reading.execute("SELECT * FROM read_parquet(?)", [str(head["Body"].path)])
                names = [column[0] for column in rows.description or ()]
                found += [{"key": key} | dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        return found

    # -- Athena

    async def athena(self, operation: str, **request: Json) -> Answer:
        return await self(operation, service="athena", **request)

    async def start(self, query: str, *, token: str = "", **more: Json) -> str:
        given = {
            "QueryExecutionContext": {"Catalog": "AwsDataCatalog", "Database": "sagemaker_featurestore"},
            "ResultConfiguration": {"OutputLocation": "s3://lake/results/"},
            **more,
        }
        named = {"ClientRequestToken": token} if token else {}
        started = await self.athena("StartQueryExecution", QueryString=query, **named, **given)
        identifier: str = started["QueryExecutionId"]
        return identifier

    async def ended(self, query: str) -> Json:
        """A query execution once it has ended."""
        async with asyncio.timeout(DEADLINE):
            while True:
                found = (await self.athena("GetQueryExecution", QueryExecutionId=query))["QueryExecution"]
                if found["Status"]["State"] not in {"QUEUED", "RUNNING"}:
                    return found
                await asyncio.sleep(0.01)

    async def query(self, query: str, **more: Json) -> Json:
        return await self.ended(await self.start(query, **more))

    async def csv(self, query: str) -> str:
        """The result file of a query that succeeds."""
        execution = await self.query(query)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        place: str = execution["ResultConfiguration"]["OutputLocation"]
        return (await self.content(place.removeprefix("s3://lake/"))).decode()


def values_in(given: Json) -> dict[str, Json]:
    return {each["FeatureName"]: each.get("ValueAsString", each.get("ValueAsStringList")) for each in given}
