"""With which keys commands ask a server."""

import json
from pathlib import Path

import pytest

from penstock.cli.clients import GIVEN, client
from penstock.cli.place import KEYS_FILE, find

HERE = "http://127.0.0.1:4599"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
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
