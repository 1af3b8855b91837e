"""Plans: an environment as this machine will have it, before anything is built."""

import hashlib
import json
import os
import site
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penstock.images.environments import BadEnvironment, Environment, locked
from penstock.runtimes.environments import interpreters

RECIPE: Final = 1  # changes when the same lock would be built into something else


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An environment, its interpreter, and, where Penstock builds it, from what.

    `folder` is None for what is there already; else `base` makes it, `lock` fills it, and it sees what `extends` has.
    """

    name: str
    python: Path
    folder: Path | None = None
    base: Path = Path()
    lock: str = ""
    extends: "Plan | None" = None

    @property
    def line(self) -> "tuple[Plan, ...]":
        """This one, and what it is built upon."""
        return (self, *(self.extends.line if self.extends is not None else ()))


def make(name: str, environments: Mapping[str, Environment], folder: Path) -> Plan:
    """The plan of an environment. Raises `BadEnvironment`."""
    if name not in environments:
        raise BadEnvironment(f"there is no environment '{name}'; there are: {', '.join(sorted(environments))}")
    environment = environments[name]
    name = environment.name  # that of the one which is meant
    if environment.absent:
        raise BadEnvironment(f"the environment '{name}': {environment.absent}")
    extends = make(environment.extends, environments, folder) if environment.extends else None
    base = interpreter(environment, environments, folder)
    if not environment.is_built:
        return Plan(name=name, python=base)
    lock = locked(environment)
    place = folder / f"{name}-{_digest(lock, base, extends)}"
    return Plan(name=name, python=place / "bin" / "python3", folder=place, base=base, lock=lock, extends=extends)


def interpreter(environment: Environment, environments: Mapping[str, Environment], folder: Path) -> Path:
    """The Python that an environment is, or is made by. Raises `BadEnvironment`."""
    if environment.extends:
        return make(environment.extends, environments, folder).python
    found = interpreters.find(environment.python)
    if found is None:
        raise BadEnvironment(
            f"the environment '{environment.name}' needs Python {environment.python}, and none was found"
        )
    return found


def _digest(lock: str, base: Path, extends: Plan | None) -> str:
    below = [_identity(base)] if extends is None else _contents(extends)
    told = [RECIPE, sorted(lock.splitlines()), below, sysconfig.get_platform()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _identity(python: Path) -> list[object]:
    """An interpreter for as long as it is not replaced by another one."""
    real = python.resolve()
    status = real.stat()
    return [str(real), status.st_size, int(status.st_mtime)]


def _contents(plan: Plan) -> list[object]:
    """What is in an environment that others extend: for one of ours its name says so."""
    if plan.folder is not None:
        return [plan.folder.name]
    folders = sites(plan)
    return [_identity(plan.python), folders, *sorted(name for folder in folders for name in _packages(folder))]


def _packages(folder: str) -> list[str]:
    if not Path(folder).is_dir():
        return []
    return [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]  # noqa: PTH208


def sites(plan: Plan) -> list[str]:
    """The folders that an environment's packages are in."""
    if plan.python == Path(sys.executable):
        return site.getsitepackages()
    prefix = plan.python.parent.parent
    return sorted(str(path) for path in prefix.glob("lib/python3.*/site-packages"))
