"""A registry for each test, its store in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sagemaker.registry.worlds import Registry


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    world = Registry.new(tmp_path)
    yield world
    world.database.close()
