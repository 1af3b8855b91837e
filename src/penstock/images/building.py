"""The program that carries out builds (`inside/penstock_build`), as the files that a folder needs to be started.

python3 FOLDER ORDER
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent / "inside" / "penstock_build"


@cache
def program() -> Mapping[str, bytes]:
    """Each file's content, by its path below the folder."""
    files = {f"{PACKAGE.name}/{path.name}": path.read_bytes() for path in sorted(PACKAGE.glob("*.py"))}
    return {**files, "__main__.py": files[f"{PACKAGE.name}/__main__.py"]}
