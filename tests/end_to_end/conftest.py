"""Servers: one for all tests that leave it unharmed, and fresh ones for those that do not."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.world import World
from penstock.cli.story.server import Server


def running(data: Path) -> Iterator[World]:
    world = World(Server(data)).start()
    try:
        yield world
    finally:
        world.close()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A server for everybody."""
    folder = Path(tempfile.mkdtemp(prefix="penstock-ends-"))
    yield from running(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A server that the test may kill."""
    yield from running(tmp_path / "data")
