"""Scripts that use a SageMaker SDK."""

import os
import subprocess
from pathlib import Path

from end_to_end.forks import SCRIPTS, Forks
from end_to_end.world import IMPATIENT, World


class Sdk:
    """Runs scripts one after the other, with the variables that `penstock exec` sets."""

    def __init__(self, world: World, python: Path | str, *modules: str) -> None:
        self._world = world
        self._forks = Forks(python, modules, variables_of(world))

    def run(
        self, script: Path | str, *arguments: str, world: World | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A script of `scripts`, or by its path; with a server of its own where one is given."""
        return self._forks.run(str(SCRIPTS / script), *arguments, variables=variables_of(world or self._world))

    def close(self) -> None:
        self._forks.close()


def variables_of(world: World) -> dict[str, str]:
    found = os.pathsep.join((world.environment["PYTHONPATH"], str(IMPATIENT)))
    return {**world.environment, "PYTHONPATH": found}
