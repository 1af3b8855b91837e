"""uv is told what pip is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.runtimes.environments import installer
from runtimes.wheels import wheel

LISTED = """\
global.index-url='https://everyone.example/simple'
global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'
install.index-url='https://mine.example/simple'
install.trusted-host='mine.example'
list.format='columns'
:env:.find-links='/wheels /more'
:env:.timeout='7'
"""


def test_a_variable_goes_before_the_commands_section_and_that_before_the_global_one() -> None:
    settings = installer.read(LISTED + "global.timeout='60'\n")

    assert settings["index-url"] == "https://mine.example/simple"
    assert settings["timeout"] == "7"
    assert "format" not in settings


def test_pips_settings_are_told_in_uvs_words() -> None:
    told = installer.variables(installer.read(LISTED), {})

    assert told == {
        **installer.ALIKE,
        "UV_DEFAULT_INDEX": "https://mine.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "mine.example",
        "UV_HTTP_TIMEOUT": "7",
    }


def test_uvs_own_settings_go_before_pips() -> None:
    told = installer.variables(
        {"index-url": "https://pips.example/simple"}, {"UV_DEFAULT_INDEX": "https://uvs.example"}
    )

    assert told["UV_DEFAULT_INDEX"] == "https://uvs.example"


@pytest.mark.parametrize(("said", "is_asked"), [("1", False), ("true", False), ("0", True), ("false", True)])
def test_without_an_index_none_is_asked(said: str, *, is_asked: bool) -> None:
    assert ("--no-index" not in installer.command({"no-index": said}, ["brook"])) == is_asked


def test_what_pip_is_configured_with_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nextra-index-url =\n    https://one.example\n    https://two.example\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://mine.example/simple")

    settings = installer.pip_settings()

    assert settings["index-url"] == "https://mine.example/simple"
    assert settings["extra-index-url"].split() == ["https://one.example", "https://two.example"]


def test_as_a_program_it_installs_what_a_lock_names(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "lock.txt").write_text(wheel(tmp_path / "wheels", "brook"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "place")], check=True)
    python = str(tmp_path / "place" / "bin" / "python")

    subprocess.run(
        [sys.executable, "-P", installer.__file__, "--python", python, "--require-hashes", "-r", "lock.txt"],
        cwd=tmp_path, env={**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels")}, check=True,
    )  # fmt: skip

    done = subprocess.run(
        [python, "-c", "import brook; print(brook.VERSION)"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "1.0\n"
