"""`penstock` commands, each in a fork of a Python that has imported it, and what pipelines of tests import: that takes
longer than most commands do. The guides' commands are typed as they stand (`docs`)."""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock

SCRIPTS = Path(__file__).parent / "scripts"
MODULES = ("penstock.cli.run", "pandas", "sklearn.ensemble", "sklearn.model_selection", "sklearn.metrics")
ONE = Lock()  # the Python that forks waits for each


def typed(*words: str, folder: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What a command says in a folder, with these variables and no others."""
    with tempfile.TemporaryDirectory() as place, ONE:
        files = [Path(place, "output"), Path(place, "errors")]
        command = [str(SCRIPTS / "command.py"), *words]
        request = {
            "words": command, "folder": str(folder), "files": [str(each) for each in files], "variables": variables,
        }  # fmt: skip
        python = mother()
        assert python.stdin is not None
        assert python.stdout is not None
        python.stdin.write(json.dumps(request) + "\n")
        python.stdin.flush()
        code = int(python.stdout.readline())
        return subprocess.CompletedProcess(command, code, *(each.read_text() for each in files))


@cache
def mother() -> "subprocess.Popen[str]":
    """It ends when this process does."""
    found = os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))
    return subprocess.Popen(
        [sys.executable, str(SCRIPTS / "forking.py"), *MODULES], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": found, "AWS_DEFAULT_REGION": "us-east-1"}, text=True, start_new_session=True,
    )  # fmt: skip
