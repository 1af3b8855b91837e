"""Environments that tests use where somebody has built them: PENSTOCK_ENVIRONMENTS names the folder."""

import os
from pathlib import Path

from penstock.composition.images import catalog_of, environments_of
from penstock.images.environments import BadEnvironment


def python_of(data: Path, name: str) -> Path | None:
    """The interpreter of an environment, as a data folder's mapping files describe it; None if it is not built."""
    elsewhere = os.environ.get("PENSTOCK_ENVIRONMENTS")
    environments = environments_of(data, Path(elsewhere) if elsewhere else None, catalog_of(data))
    try:
        plan = environments.plan(name)
    except BadEnvironment:
        return None
    return plan.python if environments.is_ready(plan) else None
