"""The sandbox without the rights of root: most people are not root, and root in a container is not what it seems."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
AS_IN_A_CONTAINER = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
SCRIPT = Path(__file__).parent / "rights.py"
RESIDENTS = Path(__file__).parent / "residents_rights.py"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may use, not under /tmp."""
    path = Path(tempfile.mkdtemp(dir="/var/tmp"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def python_for(who: list[str]) -> str:
    """An interpreter that they may run (a home of root's may not be entered by others)."""
    for python in (sys.executable, "/usr/bin/python3"):
        argv = [
            *who,
            python,
            "-c",
            "import msgspec, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)",
        ]
        if subprocess.run(argv, env=ENVIRONMENT, capture_output=True, check=False, cwd="/").returncode == 0:
            return python
    pytest.skip("no interpreter here may be run by an ordinary user")


def run(who: list[str], folder: Path, script: Path = SCRIPT) -> dict[str, Any]:
    argv = [*who, python_for(who), str(script), str(folder)]
    done = subprocess.run(argv, env=ENVIRONMENT, capture_output=True, text=True, check=False, cwd="/", timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("who", [AS_NOBODY, AS_IN_A_CONTAINER], ids=["an ordinary user", "root in a container"])
def test_a_sandbox_needs_no_rights(who: list[str], folder: Path) -> None:
    told = run(who if os.getuid() == 0 else [], folder)

    user = told["who"]
    assert told["check"] == []
    assert told["failures"] == []
    for name in ("cold", "warm"):
        seen = f"{user} 2 ['code', 'data', 'model'] 127.0.0.1\nFalse"
        assert told[name] == ["exited", "", {"m": "kept"}, seen]
    assert told["reads"] == [1, True]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can take the right to make namespaces away")
def test_where_there_are_no_namespaces_the_error_says_what_would_do(folder: Path) -> None:
    told = run(WITHOUT_RIGHTS, folder)  # not even the right to be mapped to themselves

    reason, message, *_ = told["cold"]
    assert reason == "unstartable"
    assert "namespaces" in message
    assert "container runtime" in message
    assert told["check"] == [message]


@pytest.mark.parametrize("who", [AS_NOBODY, AS_IN_A_CONTAINER], ids=["an ordinary user", "root in a container"])
def test_residents_need_no_rights(who: list[str], folder: Path) -> None:
    told = run(who if os.getuid() == 0 else [], folder, RESIDENTS)

    assert (told["way"], told["message"], told["ended"]) == ("answered", "", "timed-out")
    assert told["answer"] == [told["who"], ["handler.py"], 1, False, "Read-only file system"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can take the right to make namespaces away")
def test_where_there_are_no_namespaces_a_resident_is_refused_with_what_would_do(folder: Path) -> None:
    told = run(WITHOUT_RIGHTS, folder, RESIDENTS)

    assert told["way"] == "unstartable"
    assert "namespaces" in told["message"]
