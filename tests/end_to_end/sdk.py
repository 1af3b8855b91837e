"""Scripts that use a SageMaker SDK, each in a fork of a Python that has imported it."""

import json
import os
import signal
import subprocess
from pathlib import Path

from end_to_end.world import IMPATIENT, SCRIPTS, World


class Sdk:
    """Runs scripts one after the other, with the variables that `penstock exec` sets."""

    def __init__(self, world: World, folder: Path, python: Path | str, *modules: str) -> None:
        self._files = [folder / "output", folder / "errors"]
        self._world = world
        self._command = [str(python), str(SCRIPTS / "forking.py"), *modules]
        self._python: subprocess.Popen[str] | None = None

    def run(
        self, script: Path | str, *arguments: str, world: World | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A script of `scripts`, or by its path; with a server of its own where one is given."""
        words = [str(SCRIPTS / script), *arguments]
        files, variables = [str(each) for each in self._files], self._variables(world or self._world)
        request = json.dumps({"words": words, "folder": str(Path.cwd()), "files": files, "variables": variables})
        code = ""
        try:
            code = self._answer(request)
        finally:
            if not code:  # it took too long: the next script must not get its answer
                self.close()
        return subprocess.CompletedProcess(words, int(code), *(each.read_text() for each in self._files))

    def _variables(self, world: World) -> dict[str, str]:
        found = os.pathsep.join((world.environment["PYTHONPATH"], str(IMPATIENT)))
        return {**world.environment, "PYTHONPATH": found}

    def _answer(self, request: str) -> str:
        if self._python is None:
            self._python = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=self._variables(self._world), text=True, start_new_session=True,
            )  # fmt: skip
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        self._python.stdin.write(request + "\n")
        self._python.stdin.flush()
        return self._python.stdout.readline()

    def close(self) -> None:
        """End the script that runs, if one does, and the Python that forks."""
        if self._python is not None:
            os.killpg(self._python.pid, signal.SIGKILL)
            self._python.communicate()
            self._python = None
