"""A world with Service Catalog and S3 in it, and a stand-in for CloudFormation."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services import s3
from penstock.services.servicecatalog import open_servicecatalog
from penstock.store.blobs import Blobs
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, Directory, Json, Scope
from penstock.wire.validate import validate
from services.clockwork import at_work
from services.stacks import Stacks

WHO = Scope(principal="arn:aws:iam::123456789012:user/me")
DEADLINE = 30.0
URL = "https://s3.us-east-1.amazonaws.com/templates/bucket.yaml"
TEMPLATE = """\
Parameters:
  Name: {Type: String, AllowedPattern: "[a-z]+", MinLength: 3, ConstraintDescription: in small letters}
  Size: {Type: Number, Default: 3, AllowedValues: [3, 5], Description: how large, NoEcho: true}
Resources:
  Bucket: {Type: "AWS::S3::Bucket"}
Outputs:
  Url: {Value: !Ref Bucket, Description: where}
"""


@dataclass
class World:
    database: SqliteDatabase
    folder: Path
    stacks: Stacks = field(default_factory=Stacks)
    life: int = 1
    now: float = 1_900_000_000.0

    def __post_init__(self) -> None:
        numbers = count(1)
        self.directory = Directory(validate)
        self.tokens = count(1)
        self.engine = Engine(
            self.database, self.directory, clock=self.clock, chance=lambda: f"{self.life:08x}{next(numbers):024x}"
        )
        open_servicecatalog(engine=self.engine, directory=self.directory, clock=self.clock)
        for service in s3.operations(self.database, Blobs(self.folder), self.clock, lambda: f"{next(numbers):032x}"):
            self.directory.register(service)
        self.stacks.enter(self.directory)

    def clock(self) -> float:
        self.now += 0.001
        return self.now

    async def ask(self, operation: str, **request: Json) -> Mapping[str, Any]:
        """What Service Catalog answers."""
        return await self.directory.answer(Call("servicecatalog", operation, request, WHO))

    async def s3(self, operation: str, **request: Json) -> Mapping[str, Any]:
        return await self.directory.answer(Call("s3", operation, request, WHO))

    def token(self) -> str:
        return f"token-{next(self.tokens)}"

    async def template(self, text: str = TEMPLATE) -> None:
        """At `URL`."""
        await self.s3("CreateBucket", Bucket="templates")
        await self.s3("PutObject", Bucket="templates", Key="bucket.yaml", Body=text.encode())

    async def product(self, name: str = "Bucket", **more: Json) -> Json:
        """A product with one version; what CreateProduct answers."""
        version = {"Name": "v1", "Info": {"LoadTemplateFromURL": URL}}
        return await self.ask(
            "CreateProduct", Name=name, Owner="Data", ProductType="CLOUD_FORMATION_TEMPLATE",
            ProvisioningArtifactParameters=version, IdempotencyToken=self.token(), **more,
        )  # fmt: skip

    async def portfolio(self, name: str = "Everything", **more: Json) -> str:
        request = {"DisplayName": name, "ProviderName": "IT", "IdempotencyToken": self.token(), **more}
        id_: str = (await self.ask("CreatePortfolio", **request))["PortfolioDetail"]["Id"]
        return id_

    async def offered(self) -> tuple[str, str, str]:
        """A product in a portfolio: the ids of both, and of its version."""
        await self.template()
        made, portfolio = await self.product(), await self.portfolio()
        product = made["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
        await self.ask("AssociateProductWithPortfolio", ProductId=product, PortfolioId=portfolio)
        return product, portfolio, made["ProvisioningArtifactDetail"]["Id"]

    async def constrain(self, product: str, portfolio: str, kind: str, parameters: str) -> Json:
        return await self.ask(
            "CreateConstraint", ProductId=product, PortfolioId=portfolio, Type=kind, Parameters=parameters,
            IdempotencyToken=self.token(),
        )  # fmt: skip

    async def settled(self, answer: Mapping[str, Json]) -> Json:
        """What DescribeRecord tells of a record when it is over."""
        record = answer["RecordDetail"]
        arn = (
            f"{WHO.arn('servicecatalog', 'stack')}/{record['ProvisionedProductName']}/{record['ProvisionedProductId']}"
        )
        await self.engine.settled(RunId(f"{arn}/{record['RecordId']}"))
        return await self.ask("DescribeRecord", Id=record["RecordId"])

    async def launched(self, product: str, artifact: str, name: str = "mine", **more: Json) -> Json:
        """Provision, and wait for the record."""
        request = {"ProductId": product, "ProvisioningArtifactId": artifact, "ProvisionedProductName": name}
        return await self.settled(await self.ask("ProvisionProduct", ProvisionToken=self.token(), **request, **more))


W = TypeVar("W", bound=World)


def tests_of(kind: type[W]) -> Callable[[Callable[[W], Awaitable[None]]], Callable[[Path], Awaitable[None]]]:
    """What makes tests of new worlds of a kind, at work."""

    def in_a_world(test: Callable[[W], Awaitable[None]]) -> Callable[[Path], Awaitable[None]]:
        async def run(tmp_path: Path) -> None:
            migrate(tmp_path / "world.db", MIGRATIONS)
            world = kind(SqliteDatabase(tmp_path / "world.db"), tmp_path)
            async with asyncio.timeout(DEADLINE), at_work(world):
                await test(world)

        run.__name__ = run.__qualname__ = test.__name__
        return run

    return in_a_world


in_a_world = tests_of(World)
