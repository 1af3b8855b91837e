"""Projects of one file or several, written and drawn by a test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.pipeline import Pipeline
from penstock.pipeline.graph import Graph
from penstock.pipeline.project import load

Write = Callable[..., Path]
Draw = Callable[[Path], Graph]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the files of a project, and answers the first."""
    monkeypatch.chdir(tmp_path)

    def written(text: str, **others: str) -> Path:
        for name, content in others.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").write_text(content)
        (tmp_path / "flow.py").write_text(text)
        return tmp_path / "flow.py"

    return written


@pytest.fixture
def draw(tmp_path: Path) -> Iterator[Draw]:
    """Draws the last pipeline of a file; what was imported of the project is forgotten afterwards."""
    path = [*sys.path]

    def drawn(file: Path) -> Graph:
        found = [value for value in vars(load(file)).values() if isinstance(value, Pipeline)]
        return found[-1].graph()

    yield drawn
    sys.path[:] = path
    for name, module in [*sys.modules.items()]:
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
