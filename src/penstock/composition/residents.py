"""Who keeps the environments of functions."""

import resource
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from penstock.composition.modelservers import nursery_variables
from penstock.composition.sources import OUR_FILES, SOURCE, clock
from penstock.runtimes.environments import Modules, Unbuildable
from penstock.runtimes.residents import Language, Nursery
from penstock.services.lambda_ import NoSdk, SdkOf

LEAST_ENVIRONMENTS: Final = 32  # of functions at once, warm ones included; more where there is memory for them
ENVIRONMENT_MIB: Final = 64
ENVIRONMENT_HANDLES: Final = 2
OTHER_HANDLES: Final = 400  # for connections, files and jobs


def environments_here(memory_mib: int) -> int:
    """How many environments of functions there may be at once: for more there is no memory, or no handles are left."""
    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(LEAST_ENVIRONMENTS, min(memory_mib // ENVIRONMENT_MIB, (handles - OTHER_HANDLES) // ENVIRONMENT_HANDLES))


def nursery(data: Path) -> Nursery:
    """What keeps the environments of Lambda functions: Python's are forks, Node.js's need node on this machine."""
    inside = SOURCE / "images" / "functions"
    version = ".".join(map(str, sys.version_info[:2]))
    languages = {"python": Language(command=(sys.executable, str(inside / "bootstrap.py")), name=f"Python {version}")}
    if node := shutil.which("node"):
        languages["node"] = Language(command=(node, str(inside / "bootstrap.js")), name=node)
    return Nursery(
        module=inside / "bootstrap.py",
        languages=languages,
        variables=nursery_variables(),
        hidden=[data],
        visible=(*OUR_FILES, *([Path(node)] if node else [])),
        log=data / "sandbox" / "nursery.log",
        folders={"/var/lang": interpreters(data / "sandbox" / "lang", {"python": sys.executable, "node": node})},
    )


def interpreters(folder: Path, named: Mapping[str, str | None]) -> Path:
    """Programs by the names that Lambda's have: scripts of layers begin with `#!/var/lang/bin/python`."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    for name, program in named.items():
        if program is not None:
            script = folder / "bin" / name
            script.write_text(f'#!/bin/sh\nexec {shlex.quote(program)} "$@"\n')
            script.chmod(0o755)
    return folder


def sdk_of(data: Path, elsewhere: Path | None) -> SdkOf:
    """AWS's SDK for Node.js's functions, installed where environments are."""
    modules = Modules(elsewhere or data / "environments", SOURCE / "images" / "functions" / "modules", clock)

    async def sdk() -> Path:
        try:
            return await modules.furnish()
        except Unbuildable as problem:
            raise NoSdk(str(problem)) from None

    return sdk
