"""One world for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.apigateway.worlds import World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = build(tmp_path)
    yield found
    found.inner.database.close()
