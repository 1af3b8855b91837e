"""Environments that stay for the next tests, and those that tests use only where somebody has built them."""

import os
import tempfile
from pathlib import Path

from penstock.composition.images import catalog_of, environments_of
from penstock.images.environments import BadEnvironment


def shelf() -> Path:
    """Where servers of tests have their environments."""
    told = os.environ.get("PENSTOCK_ENVIRONMENTS")
    return Path(told) if told else Path(tempfile.gettempdir()) / f"penstock-environments-{os.getuid()}"


def python_of(data: Path, name: str) -> Path | None:
    """The interpreter of an environment, as a data folder's mapping files describe it; None if it is not built."""
    environments = environments_of(data, shelf(), catalog_of(data))
    try:
        plan = environments.plan(name)
    except BadEnvironment:
        return None
    return plan.python if environments.is_ready(plan) else None
