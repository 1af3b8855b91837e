"""Every test of S3 has a world of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.s3.worlds import World, build


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """A world without any bucket."""
    world = build(tmp_path)
    yield world
    world.database.close()


@pytest.fixture
def world(bare: World) -> World:
    """A world with a bucket named `models`."""
    asyncio.run(bare.ask("CreateBucket", Bucket="models"))
    return bare
