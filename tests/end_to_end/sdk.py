"""Scripts that use the SageMaker SDK 2, each in a fork of a Python that has imported it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from end_to_end.world import IMPATIENT, SCRIPTS, World


class Sdk:
    """Runs scripts one after the other, with the variables that `penstock exec` sets; `close` ends what still runs."""

    def __init__(self, world: World, folder: Path) -> None:
        self._files = [folder / "output", folder / "errors"]
        found = os.pathsep.join((world.environment["PYTHONPATH"], str(IMPATIENT)))
        self._python = subprocess.Popen(
            [sys.executable, str(SCRIPTS / "forking.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**world.environment, "PYTHONPATH": found}, start_new_session=True,
        )  # fmt: skip

    def run(self, script: Path | str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A script of `scripts`, or by its path."""
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        words = [str(SCRIPTS / script), *arguments]
        self._python.stdin.write(json.dumps({"words": words, "files": [str(each) for each in self._files]}) + "\n")
        self._python.stdin.flush()
        code = self._python.stdout.readline()
        assert code, "the Python that forks has ended"
        return subprocess.CompletedProcess(words, int(code), *(each.read_text() for each in self._files))

    def close(self) -> None:
        os.killpg(self._python.pid, signal.SIGKILL)
        self._python.communicate()
