"""A world for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sagemaker.lineage.worlds import Lineage


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Lineage]:
    world = Lineage.new(tmp_path)
    yield world
    world.database.close()
