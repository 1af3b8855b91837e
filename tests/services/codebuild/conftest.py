from pathlib import Path

import pytest

from services.codebuild.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world of the test's own."""
    return World(tmp_path)
