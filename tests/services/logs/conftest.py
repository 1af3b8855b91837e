"""Every test of Logs has a world of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.logs.worlds import NAMED, World, build


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """A world without any log group."""
    world = build(tmp_path)
    yield world
    world.database.close()


@pytest.fixture
def world(bare: World) -> World:
    """A world with a group and a stream: see `NAMED`."""

    async def make() -> None:
        await bare.ask("CreateLogGroup", logGroupName=NAMED["logGroupName"])
        await bare.ask("CreateLogStream", **NAMED)

    asyncio.run(make())
    return bare
