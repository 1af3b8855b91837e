"""Interpreters: which Pythons this machine has. Found by looking at files; none is started for it."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

VERSION: Final = re.compile(r"3\.\d+")
USUAL: Final = ("/usr/local/bin", "/usr/bin")
KEPT_BY_TOOLS: Final = (
    "~/.pyenv/versions/{0}.*/bin",
    "~/.local/share/uv/python/cpython-{0}*/bin",
    "/opt/python/{0}*/bin",
)


def find(wanted: str) -> Path | None:
    """The interpreter of a version (`3.10`) or at a path; Penstock's own where nothing is wanted; None if none is."""
    if not wanted:
        return Path(sys.executable)
    if not VERSION.fullmatch(wanted):
        place = Path(wanted).expanduser()
        return place if os.access(place, os.X_OK) else None
    return next(_found(wanted), None)


def _found(version: str) -> Iterator[Path]:
    if version == ".".join(map(str, sys.version_info[:2])):
        yield Path(str(getattr(sys, "_base_executable", sys.executable)))
    for folder in _folders(version):
        place = folder / f"python{version}"
        if os.access(place, os.X_OK) and (place.resolve().parents[1] / "lib" / place.name / "os.py").exists():
            yield place.resolve()


def _folders(version: str) -> Iterator[Path]:
    for folder in (*os.environ.get("PATH", "").split(os.pathsep), *USUAL):
        yield Path(folder or ".")
    for pattern in KEPT_BY_TOOLS:
        place = Path(pattern.format(version)).expanduser()
        yield from sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))), reverse=True)
