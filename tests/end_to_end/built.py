"""Environments that stay for the next tests: scripts/environments builds some, servers others when a job needs them."""

import os
from pathlib import Path
from typing import Final

from building import VENV, await_built
from penstock.composition.images import catalog_of, environments_of
from penstock.images.environments import BadEnvironment

SPARK: Final = VENV / "spark" / "bin" / "python3"
IMAGES: Final = Path(__file__).parent / "environments" / "images.toml"  # says that PyTorch is the one for CPUs


def shelf() -> Path:
    """Where servers of tests have their environments."""
    told = os.environ.get("PENSTOCK_ENVIRONMENTS")
    return Path(told) if told else VENV / "environments"


def python_of(data: Path, name: str) -> Path | None:
    """The interpreter of an environment, as a data folder's mapping files describe it; None if it is not built."""
    await_built()
    environments = environments_of(data, shelf(), catalog_of(data))
    try:
        plan = environments.plan(name)
    except BadEnvironment:
        return None
    return plan.python if environments.is_ready(plan) else None
