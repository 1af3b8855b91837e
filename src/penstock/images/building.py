"""The program that carries out builds (`inside/penstock_build`), as the files that a folder needs to be started.

python3 FOLDER ORDER
"""

import marshal
import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent / "inside" / "penstock_build"
UNCHECKED: Final = (0b01).to_bytes(4, "little")  # bytecode that goes by no source's time (PEP 552)


@cache
def program() -> Mapping[str, bytes]:
    """Each file's content, by its path below the folder; with bytecode, for a Python of this one's version."""
    files = {f"{PACKAGE.name}/{path.name}": path.read_bytes() for path in sorted(PACKAGE.glob("*.py"))}
    compiled = {
        f"{PACKAGE.name}/__pycache__/{Path(name).stem}.{sys.implementation.cache_tag}.pyc": bytecode(name, content)
        for name, content in files.items()
    }
    return {**files, **compiled, "__main__.py": files[f"{PACKAGE.name}/__main__.py"]}


def bytecode(name: str, source: bytes) -> bytes:
    code = compile(source, name, "exec", dont_inherit=True)
    return MAGIC_NUMBER + UNCHECKED + source_hash(source) + marshal.dumps(code)
