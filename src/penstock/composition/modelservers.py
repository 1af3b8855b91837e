"""Who keeps model servers."""

import os
import sys
from pathlib import Path

from penstock.composition.sources import OUR_FILES
from penstock.engine.residents import Setting
from penstock.images import catalog, clients
from penstock.runtimes.residents import Language, Nurseries, Nursery


def nursery_variables() -> dict[str, str]:
    """What nurseries start with."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONPATH": str(clients.SHIM)}


def model_servers(data: Path, log: Path) -> Nurseries:
    """What keeps the model servers of endpoints: forks of a process that knows how AWS's framework images serve."""
    serve_script, program_script = catalog.INSIDE / "serve.py", catalog.INSIDE / "serve_program.py"

    def nursery(preload: tuple[str, ...]) -> Nursery:
        return Nursery(
            module=serve_script,
            languages={
                "python": Language(command=(sys.executable, str(serve_script)), name="the model server"),
                "program": Language(command=(sys.executable, str(program_script)), name="what starts serve programs"),
            },
            variables=nursery_variables(),
            hidden=[data],
            visible=OUR_FILES,
            log=log,
            preload=preload,
        )

    return Nurseries(nursery, code_of)


def code_of(setting: Setting) -> list[Path]:
    """Where a model server's own code may be: beside the model, or brought for it."""
    folder = setting.folders.get("/opt/ml")
    return [] if folder is None else [folder / "model" / "code", folder / "code"]
