"""A world with images in it: a registry in memory, and somebody who keeps what addresses mean."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.engine.facts import RunId
from penstock.services.sagemaker import registry
from penstock.services.sagemaker.announcer import told
from penstock.services.sagemaker.announcing import Subject
from penstock.services.sagemaker.images.making import Unfit
from penstock.services.sagemaker.images.room import open_images
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError
from services import clockwork

ROLE = "arn:aws:iam::123456789012:role/Scientist"
WHO = Scope(principal=ROLE)
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:image"


@dataclass
class World(clockwork.World):
    """`pushed` are manifests by what BatchGetImage is asked; `kept` what was to be kept, `unfit` what cannot be."""

    leap: float = 1.0
    pushed: dict[tuple[str, str], str] = field(default_factory=dict)
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    unfit: frozenset[str] = frozenset()
    heard: list[Json] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.open.set()
        self.directory.provide("ecr", ["BatchGetImage"], self.get_images)
        open_images(
            engine=self.engine, directory=self.directory, keep=self.keep, clock=self.clock, chance=self.chance,
            announce=self.hear,
        )  # fmt: skip
        for service in registry.services(self.database, self.directory, self.clock):
            self.directory.register(service)

    async def get_images(self, _: Call, request: Json) -> Answer:
        repository = request["repositoryName"]
        if repository not in {name for name, _ in self.pushed}:
            raise ServiceError("It is not there.", code="RepositoryNotFoundException", status=400)
        (wanted,) = ((repository, *each.values()) for each in request["imageIds"])
        return {"images": [{"imageManifest": self.pushed[wanted]}] if wanted in self.pushed else []}

    async def keep(self, arn: str, address: str, manifest: str) -> str:
        await self.open.wait()
        self.kept.append((arn, address, manifest))
        if address in self.unfit:
            raise Unfit(f"{address}: there is no such thing")
        return f"{address.partition(':')[0]}@sha256:{len(manifest):064x}"

    def hear(self, _: Transaction, about: Subject, __: Document, described: Callable[[], Mapping[str, Json]]) -> None:
        self.heard.append({"detail-type": about.kind.detail_type, **told(about, described())})

    async def ask(self, operation: str, *, token: str = "", **request: Json) -> Mapping[str, Any]:
        return await self.directory.answer(Call("sagemaker", operation, request, WHO, token))

    async def image(self, name: str = "Ours", **more: Json) -> str:
        made = await self.ask("CreateImage", ImageName=name, RoleArn=ROLE, **more)
        return str(made["ImageArn"])

    async def version(self, base: str = "ours:1", **more: Json) -> Mapping[str, Any]:
        """A version, once it is made or has failed."""
        request = {"ImageName": "Ours", "BaseImage": base, "ClientToken": f"token-{len(self.kept)}", **more}
        made = await self.ask("CreateImageVersion", **request)
        await self.settle()
        number = int(made["ImageVersionArn"].rpartition("/")[2])
        return await self.ask("DescribeImageVersion", ImageName="Ours", Version=number)

    async def settle(self) -> None:
        """Let every version be made."""

        def runs(tx: Any) -> list[Any]:
            found: list[Any] = tx.rows("SELECT id FROM run WHERE id LIKE '%:image-version/%'")
            return found

        for (run,) in await self.database.read(runs):
            await self.engine.settled(RunId(run))
