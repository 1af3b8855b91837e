"""The examples of docs/testing.md are run as they stand there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import penstock

SOURCE = Path(penstock.__file__).parents[1]
TEXT = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
FILES = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = re.findall(r"\$ penstock (.*)\n((?:(?!```|\$).*\n)*)", TEXT)
PLUGIN = ("-p", "no:penstock", "-p", "penstock.testing.plugin")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the page, where commands find the package that is tested here."""
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    for name, content in FILES:
        (tmp_path / name).write_text(content)
    return tmp_path


def python(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(("arguments", "printed"), COMMANDS)
def test_commands_print_what_the_page_says(folder: Path, arguments: str, printed: str) -> None:
    done = python(folder, "penstock", *shlex.split(arguments))

    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")


def test_the_tests_on_the_page_pass(folder: Path) -> None:
    tests = sum(content.count("def test_") for _, content in FILES)

    done = python(folder, "pytest", *PLUGIN, "-q", "-W", "error")

    assert done.returncode == 0, done.stdout
    assert f"{tests} passed" in done.stdout
