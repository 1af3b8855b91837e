"""`penstock build`: a build spec in a working directory, without a server."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from penstock.cli.build import command

SPEC = """\
version: 0.2
env:
  variables: {GREETING: hello}
  secrets-manager: {TOKEN: db}
  exported-variables: [SAID]
phases:
  build:
    commands:
      - mkdir -p out
      - echo $GREETING $TOKEN >out/said
      - export SAID=$GREETING
artifacts:
  files: ['**/*']
  base-directory: out
  secondary-artifacts: {spec: {files: buildspec.yml}}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "buildspec.yml").write_text(SPEC)
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def test_a_build_spec_runs_where_it_is(source: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = run(source, "--env", "TOKEN=tok3n", "--env", "GREETING=hi", "--artifacts", tmp_path / "kept", "--json")

    assert done.exit_code == 0
    assert (source / "out" / "said").read_text() == "hi tok3n\n"
    assert (tmp_path / "kept" / "said").read_text() == "hi tok3n\n"
    assert (tmp_path / "kept" / "spec" / "buildspec.yml").read_text() == SPEC
    told = json.loads(done.stdout)
    assert told["exported"] == [{"name": "SAID", "value": "hi"}]
    assert {each["phaseStatus"] for each in told["phases"]} == {"SUCCEEDED"}
    assert "Entering phase BUILD" in capfd.readouterr().err


def test_a_failed_build_is_told_by_the_exit_code(source: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (source / "ci.yml").write_text("version: 0.2\nphases: {build: {commands: [exit 3]}}")

    done = run(source, "--buildspec", "ci.yml")

    assert done.exit_code == 1
    assert "Phase complete: BUILD State: FAILED" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "TOKEN: kept on a server, which this command does not ask; give them with --env"),
        (("--env", "TOKEN"), "--env TOKEN: a variable is NAME=VALUE"),
        (("--buildspec", "none.yml"), "none.yml cannot be read: No such file or directory"),
        (("--buildspec", "bad.yml"), "bad.yml: version must be 0.1 or 0.2, and is '9' at line 1"),
    ],
)
def test_what_cannot_be_run_says_why(source: Path, words: tuple[str, ...], said: str) -> None:
    (source / "bad.yml").write_text("version: 9")

    done = run(source, *words)

    assert done.exit_code == 2
    assert said in done.stderr
