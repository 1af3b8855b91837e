"""The program that carries out builds, as a build gets it."""

import subprocess
import sys
from pathlib import Path

from penstock.images.building import program


def test_a_build_compiles_nothing_where_its_python_is_the_servers(tmp_path: Path) -> None:
    for name, content in program().items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(
            b"raise SystemExit('compiled')" if name.startswith("penstock_build/") and name.endswith(".py") else content
        )

    done = subprocess.run(
        [sys.executable, tmp_path, "codebuild-glob-search"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_another_python_has_the_sources(tmp_path: Path) -> None:
    for name, content in program().items():
        if "__pycache__" not in name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)

    done = subprocess.run(
        [sys.executable, tmp_path, "codebuild-glob-search"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
