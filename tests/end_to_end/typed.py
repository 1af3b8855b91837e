"""`penstock` commands as forks of a Python that has imported it, and what pipelines of tests import.

The guides' commands are typed as they stand (`docs`).
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from end_to_end.forks import SCRIPTS, Forks

MODULES = ("penstock.cli.run", "pandas", "sklearn.ensemble", "sklearn.model_selection", "sklearn.metrics")


def typed(*words: str, variables: Mapping[str, str], folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """What a command says, with these variables and no others."""
    return forks().run(str(SCRIPTS / "command.py"), *words, variables=variables, folder=folder)


@cache
def forks() -> Forks:
    """It ends when this process does."""
    found = os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))
    return Forks(sys.executable, MODULES, {**os.environ, "PYTHONPATH": found, "AWS_DEFAULT_REGION": "us-east-1"})
