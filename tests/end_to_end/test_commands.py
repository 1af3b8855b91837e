"""The operator's commands on a real server, and the sentences of those that refuse."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.world import World, penstock, until
from penstock.watch.links import PLACE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield somebody.getsockname()[1]


def test_others_are_not_let_in_without_auth(tmp_path: Path) -> None:
    refused = penstock("up", "--data", str(tmp_path), "--host", "0.0.0.0", "--port", "0")

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: Penstock does not listen on 0.0.0.0 without --auth: ")


def test_a_folder_has_one_server(world: World) -> None:
    refused = world.penstock("up", "--port", "0")

    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: another Penstock runs on {world.server.data}; stop it, or choose another --data\n"
    )


def test_a_port_that_is_taken_is_named(tmp_path: Path, taken: int) -> None:
    refused = penstock("up", "--data", str(tmp_path), "--port", str(taken))

    assert refused.returncode == 1
    remedy = "choose another --port (0 is any free one)"
    assert refused.stderr == f"Error: cannot listen on 127.0.0.1:{taken}: Address already in use; {remedy}\n"


def test_watch_prints_where_the_page_is(world: World) -> None:
    printed = world.penstock("watch", "--region", "eu-west-1")

    assert printed.stdout == f"{world.place.endpoint}{PLACE}?region=eu-west-1\n"
    with urllib.request.urlopen(printed.stdout.strip(), timeout=60) as page:
        assert b"<title>Penstock</title>" in page.read()


def test_watch_says_where_nobody_answers(tmp_path: Path) -> None:
    refused = penstock("watch", "--data", str(tmp_path), "--endpoint", "http://127.0.0.1:9")

    assert refused.returncode == 1
    assert refused.stderr == "Error: no Penstock answers at http://127.0.0.1:9. Start one with `penstock up`.\n"


def test_the_access_log_is_on_standard_error(world: World) -> None:
    world.client("s3").list_buckets()

    told = "method=GET path=/ call=s3.ListBuckets status=200"
    until(lambda: told in (world.server.data / "server.log").read_text(), "the request is in the log")


def test_status_shows_what_runs_and_what_ran(world: World) -> None:
    world.job(world.process("for-status", "echo seen"))

    shown = world.penstock("status")
    told = json.loads(world.penstock("status", "--json").stdout)

    assert f"{world.place.endpoint} is up" in shown.stdout
    assert re.search(r"for-status\s+Completed", shown.stdout)
    assert "for-status" in [job["name"] for job in told["processing jobs"]]


def test_logs_shows_what_a_job_printed(world: World) -> None:
    world.job(world.process("for-logs", "echo one; echo two"))

    shown = world.penstock("logs", "for-logs")
    missing = world.penstock("logs", "no-such-job")

    assert shown.stdout == "one\ntwo\n"
    assert missing.returncode == 1
    assert "no log stream begins with 'no-such-job'" in missing.stderr


def test_env_is_what_a_shell_needs(world: World) -> None:
    printed = world.penstock("env").stdout

    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    done = subprocess.run(
        ["bash", "-c", f'{printed}\n"{sys.executable}" -c "{program}"'], capture_output=True, text=True, check=False
    )

    assert done.stdout == "123456789012\n", done.stderr
    assert json.loads(world.penstock("env", "--json").stdout)["AWS_ENDPOINT_URL"] == world.place.endpoint


def test_a_command_that_finds_no_server_says_how_to_start_one(tmp_path: Path) -> None:
    missing = penstock("status", "--data", str(tmp_path), "--endpoint", "http://127.0.0.1:1")

    assert missing.returncode == 1
    assert missing.stderr == "Error: no Penstock answers at http://127.0.0.1:1. Start one with `penstock up`.\n"


def test_a_command_that_cannot_be_run_is_named(world: World) -> None:
    missing = world.penstock("exec", "--", "no-such-command")

    assert missing.returncode == 1
    assert missing.stderr == "Error: cannot run 'no-such-command': No such file or directory\n"


def test_doctor_finds_this_machine_well(tmp_path: Path) -> None:
    told = penstock("doctor", "--data", str(tmp_path))

    wanting = [line for line in told.stdout.splitlines() if line.startswith("want")]
    assert wanting == []
    assert told.returncode == 0
    assert ("note an ordinary user" in told.stdout) == (os.geteuid() == 0)
    for looked_at in ("Python 3", "scikit-learn, pandas and xgboost", "namespaces for jobs", "git", "GiB free", "CPUs"):
        assert f"{looked_at}" in told.stdout


def test_the_page_of_what_is_answered_is_what_the_code_says() -> None:
    now = penstock("coverage", "--markdown").stdout

    assert (ROOT / "docs" / "coverage.md").read_text() == now, "docs/coverage.md is old: make docs"
    told = json.loads(penstock("coverage", "--json").stdout)
    assert "CreatePipeline" in told["sagemaker"]["answered"]
    assert "CreateCluster" in told["sagemaker"]["missing"]
