"""Every test of S3 has a world of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.composition.sources import MIGRATIONS
from penstock.store.postgres import PostgresDatabase
from postgres import Postgres
from services.s3.worlds import World, build


@pytest.fixture
def bare(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world without any bucket, on the database that the test wants."""
    database = None
    if getattr(request, "param", "SQLite") == "PostgreSQL":
        shared: Postgres = request.getfixturevalue("postgres")
        database = PostgresDatabase(shared.migrated(MIGRATIONS))
    world = build(tmp_path, database)
    yield world
    world.database.close()


@pytest.fixture
def world(bare: World) -> World:
    """A world with a bucket named `models`."""
    asyncio.run(bare.ask("CreateBucket", Bucket="models"))
    return bare
