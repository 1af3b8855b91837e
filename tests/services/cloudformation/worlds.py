"""Worlds with CloudFormation in them: one with buckets and roles only, which can be stopped; one with every room."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from migrated import migrate
from penstock.composition.rooms import Rooms
from penstock.composition.sources import MIGRATIONS
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services import identity, s3
from penstock.services.cloudformation import accepting, open_cloudformation
from penstock.store.blobs import Blobs
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Scope
from penstock.wire.validate import validate
from services.clockwork import at_work

WHO = Scope(principal="arn:aws:iam::123456789012:user/me")
DEADLINE = 60.0


class Customer:
    """Who asks for stacks, of whatever world has the directory."""

    directory: Directory

    async def ask(self, operation: str, *, service: str = "cloudformation", **request: Any) -> Answer:
        return await self.directory.answer(Call(service, operation, request, WHO))

    async def create(self, name: str, template: Any, **more: Any) -> Any:
        await self.ask("CreateStack", StackName=name, TemplateBody=json.dumps(template), **more)
        return await self.settled(name)

    async def update(self, name: str, template: Any, **more: Any) -> Any:
        await self.ask("UpdateStack", StackName=name, TemplateBody=json.dumps(template), **more)
        return await self.settled(name)

    async def delete(self, name: str, **more: Any) -> Any:
        stack_id = (await self.stack(name))["StackId"]
        await self.ask("DeleteStack", StackName=name, **more)
        return await self.settled(stack_id)

    async def stack(self, name: str) -> Any:
        return (await self.ask("DescribeStacks", StackName=name))["Stacks"][0]

    async def settled(self, name: str) -> Any:
        """A stack once nothing is under way in it."""
        async with asyncio.timeout(DEADLINE):
            while True:
                stack = await self.stack(name)
                if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                    return stack
                await asyncio.sleep(0.005)

    async def resources(self, name: str) -> list[Any]:
        return list((await self.ask("DescribeStackResources", StackName=name))["StackResources"])

    async def until_there(self, name: str, logical_id: str) -> str:
        """The physical id of a resource, once there is one."""
        async with asyncio.timeout(DEADLINE):
            while True:
                told = await self.resources(name)
                found = (each["PhysicalResourceId"] for each in told if each["LogicalResourceId"] == logical_id)
                if physical_id := next(found, ""):
                    return str(physical_id)
                await asyncio.sleep(0.005)

    async def events(self, name: str) -> list[tuple[str, str, str]]:
        """Logical id, status and reason, the oldest first."""
        told = (await self.ask("DescribeStackEvents", StackName=name))["StackEvents"]
        return [
            (each["LogicalResourceId"], each["ResourceStatus"], each.get("ResourceStatusReason", ""))
            for each in reversed(told)
        ]

    async def buckets(self) -> list[str]:
        return [each["Name"] for each in (await self.ask("ListBuckets", service="s3"))["Buckets"]]


@dataclass
class World(Customer):
    database: SqliteDatabase
    folder: Path
    life: int = 1
    now: float = 1_900_000_000.0
    without_effect: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        numbers = count(1)
        self.directory = Directory(validate)
        chance = lambda: f"{self.life:08x}{next(numbers):024x}"  # noqa: E731
        self.engine = Engine(self.database, self.directory, clock=self.clock, chance=chance)
        self.notices = Notices(self.database, self.directory)
        open_cloudformation(
            engine=self.engine,
            directory=self.directory,
            deliveries=Deliveries(self.engine, self.directory),
            notices=self.notices,
            endpoint=lambda: "http://127.0.0.1:1",
            clock=self.clock,
            chance=chance,
            accepted=accepting(self.without_effect),
        )
        for service in (
            *s3.operations(self.database, Blobs(self.folder), self.clock, chance),
            identity.Roles(self.database, self.clock, chance),
            identity.RoleGrants(self.database, self.clock),
            identity.Sts(self.database, self.clock, chance, identity.StoredKeys(self.database, self.clock)),
        ):
            self.directory.register(service)

    def clock(self) -> float:
        self.now += 0.001
        return self.now


@asynccontextmanager
async def opened(folder: Path, *without_effect: str) -> AsyncIterator[World]:
    """The world, its engine at work; it accepts types without effect."""
    path = folder / "penstock.db"
    migrate(path, MIGRATIONS)
    async with at_work(World(SqliteDatabase(path), folder, without_effect=without_effect)) as world:
        yield world


class Everything(Customer):
    """A world with every room in it: resources are real ones."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.directory = rooms.directory


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[Everything]:
    """Every room, the engine at work, and git."""
    migrate(folder / "penstock.db", MIGRATIONS)
    rooms = Rooms.build(folder, endpoint=lambda: "http://127.0.0.1:1")
    ready = asyncio.Event()
    at_work = [asyncio.create_task(rooms.engine.work(ready.set)), asyncio.create_task(rooms.codecommit.begin())]
    try:
        async with asyncio.timeout(DEADLINE):
            await ready.wait()
        yield Everything(rooms)
    finally:
        for each in at_work:
            each.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        rooms.codecommit.close()
        await rooms.sandbox.close()
        rooms.database.close()
