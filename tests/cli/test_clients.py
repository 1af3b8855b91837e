"""With which keys commands ask a server, and how patiently."""

import json
from pathlib import Path

import pytest

from penstock.cli.clients import GIVEN, PATIENCE, client
from penstock.cli.place import KEYS_FILE, find
from penstock.images.clients import job_variables

HERE = "http://127.0.0.1:4599"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*GIVEN, PATIENCE, "AWS_RETRY_MODE"):
        monkeypatch.delenv(name, raising=False)


def shown(data: Path) -> tuple[str, str]:
    """The keys of a client of the server at `HERE`."""
    found = client(find(data, HERE), "sts")._request_signer._credentials
    return found.access_key, found.secret_key


def test_the_data_folders_keys_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    (tmp_path / KEYS_FILE).write_text(json.dumps({"access_key": "AKIAROOT", "secret_key": "root"}))

    assert shown(tmp_path) == ("AKIAROOT", "root")


def test_a_build_shows_the_keys_that_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIABUILD")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "build")

    assert shown(tmp_path) == ("ASIABUILD", "build")


def test_where_nobody_gave_any_any_will_do(tmp_path: Path) -> None:
    assert shown(tmp_path) == ("penstock", "penstock")


@pytest.mark.parametrize(("attempts", "mode"), [(3, "standard"), (8, "legacy")])
def test_who_bridges_a_restart_waits_longer_between_attempts(attempts: int, mode: str, tmp_path: Path) -> None:
    found = client(find(tmp_path, HERE), "sts", attempts=attempts).meta.config.retries

    assert found == {"total_max_attempts": attempts + 1, "mode": mode}


def test_in_a_build_a_command_is_as_patient_as_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = job_variables(HERE, "us-east-1", f"{HERE}/keys", "ticket")
    for name in (PATIENCE, "AWS_RETRY_MODE"):
        monkeypatch.setenv(name, told[name])

    found = client(find(tmp_path, HERE), "sts").meta.config.retries

    assert found == {"total_max_attempts": 7, "mode": "legacy"}
