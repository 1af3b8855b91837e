from pathlib import Path

import pytest

from images.monitor.analysis import Analysis


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    return Analysis(tmp_path)
