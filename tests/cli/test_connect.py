"""`penstock connect`: which folder it writes to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from penstock.cli import connect
from penstock.cli.place import DATA, SERVER_FILE

ARN = "arn:aws:codeconnections:us-east-1:123456789012:connection/1"
HERE = "http://127.0.0.1:4599"
Said = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's own data folder, of a server at `HERE`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (DATA, "PENSTOCK_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / ".penstock"
    folder.mkdir()
    (folder / SERVER_FILE).write_text(json.dumps({"endpoint": HERE}))
    return folder


@pytest.fixture
def say(home: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    def arn(*_: Any) -> str:
        return ARN

    monkeypatch.setattr(connect, "connection", arn)
    return lambda *words: CliRunner().invoke(connect.command, ["host", "--url", "https://git.example", *words])


@pytest.mark.parametrize("words", [(), ("--endpoint", HERE), ("--endpoint", f"{HERE}/")])
def test_the_users_own_folder_is_written_to_where_its_server_is_asked(say: Said, home: Path, words: Any) -> None:
    said = say(*words)

    assert (said.exit_code, said.output) == (0, f"{ARN}\n")
    assert (home / "connections" / "host.toml").read_text() == 'url = "https://git.example"\nuser = "x-access-token"\n'


def test_another_servers_folder_must_be_said(say: Said, home: Path, tmp_path: Path) -> None:
    elsewhere = ("--endpoint", "http://127.0.0.1:4600")

    refused = say(*elsewhere)
    said = say(*elsewhere, "--data", str(tmp_path / "other"))

    assert refused.exit_code == 1
    assert (
        f"the server at http://127.0.0.1:4600 does not run on {home}; say its data folder with --data" in refused.output
    )
    assert not (home / "connections").exists()
    assert said.exit_code == 0
    assert (tmp_path / "other" / "connections" / "host.toml").exists()


def test_a_folder_that_no_server_has_run_on_is_not_guessed(say: Said, home: Path) -> None:
    (home / SERVER_FILE).unlink()

    refused = say()

    assert (refused.exit_code, (home / "connections").exists()) == (1, False)


def test_the_folder_of_the_environment_counts_as_said(
    say: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA, str(tmp_path / "other"))

    assert say().exit_code == 0
    assert (tmp_path / "other" / "connections" / "host.toml").exists()
