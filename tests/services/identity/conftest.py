from collections.abc import Iterator
from pathlib import Path

import pytest

from services.identity.world import World, identity_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An installation that checks no signatures."""
    with identity_world(tmp_path) as opened:
        yield opened


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[World]:
    """An installation that checks every signature."""
    with identity_world(tmp_path, auth=True) as opened:
        yield opened
