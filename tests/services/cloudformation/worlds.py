"""A world with every room in it, on a folder: CloudFormation's resources are real ones."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from penstock.composition.rooms import Rooms
from penstock.composition.sources import MIGRATIONS
from penstock.store.migrate import migrate
from penstock.wire.call import Answer, Call, Scope

WHO = Scope(principal="arn:aws:iam::123456789012:user/me")
DEADLINE = 60.0


class World:
    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms

    async def ask(self, operation: str, *, service: str = "cloudformation", **request: Any) -> Answer:
        return await self.rooms.directory.answer(Call(service, operation, request, WHO))

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


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[World]:
    """The world, its engine at work."""
    migrate(folder / "penstock.db", MIGRATIONS)
    rooms = Rooms.build(folder, endpoint=lambda: "http://127.0.0.1:1")
    ready = asyncio.Event()
    working = asyncio.create_task(rooms.engine.work(ready.set))
    try:
        async with asyncio.timeout(DEADLINE):
            await ready.wait()
        yield World(rooms)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await rooms.sandbox.close()
        rooms.database.close()
