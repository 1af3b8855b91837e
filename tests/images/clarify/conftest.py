from pathlib import Path

import pytest

from images.clarify.jobs import Clarify, installed


@pytest.fixture
def clarify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clarify:
    return installed(tmp_path, monkeypatch)
