"""Scripts, each in a fork of a Python that has imported what they need: that takes longer than most of them do."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

SCRIPTS = Path(__file__).parent / "scripts"


class Forks:
    """Runs scripts one after the other. `variables` are those of the Python that forks: each script has its own."""

    def __init__(self, python: Path | str, modules: Sequence[str], variables: Mapping[str, str]) -> None:
        self._command = [str(python), str(SCRIPTS / "forking.py"), *modules]
        self._variables = dict(variables)
        self._python: subprocess.Popen[str] | None = None
        self._one = Lock()

    def run(
        self, *words: str, variables: Mapping[str, str], folder: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A script with its arguments."""
        with tempfile.TemporaryDirectory() as place, self._one:
            files = [Path(place, "output"), Path(place, "errors")]
            told = {"files": [str(each) for each in files], "folder": str(folder or Path.cwd())}
            code = ""
            try:
                code = self._answer(json.dumps({"words": words, "variables": dict(variables), **told}))
            finally:
                if not code:  # it took too long: the next script must not get its answer
                    self.close()
            return subprocess.CompletedProcess(words, int(code), *(each.read_text() for each in files))

    def _answer(self, request: str) -> str:
        if self._python is None:
            self._python = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._variables, text=True,
                start_new_session=True,
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
