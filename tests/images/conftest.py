"""A training job in a folder of its own."""

from pathlib import Path

import pytest

from images.jobs import TrainingJob


@pytest.fixture
def job(tmp_path: Path) -> TrainingJob:
    return TrainingJob(tmp_path / "ml")
