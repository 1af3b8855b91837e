"""Build specs as AWS's reference writes them: from the text to the files that are kept and the phases that fail."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from penstock.cli.build import command

TREE = (
    "my-build1/my-file-1.txt", "my-build2/my-file-2.txt", "my-build2/my-subdirectory/my-file-3.txt", "appspec.yml",
    "target/app.jar", "target/lib/x.jar",
)  # fmt: skip
BUILT = "version: 0.2\nphases: {build: {commands: ['true']}}\n"
KEPT: list[tuple[str, str, set[str]]] = [
    (
        "base directories by a wildcard, their paths kept",
        "artifacts: {files: ['**/*'], base-directory: 'my-build*', discard-paths: no}",
        set(TREE[:3]),
    ),
    (
        "the same without paths",
        "artifacts: {files: ['**/*'], base-directory: 'my-build*', discard-paths: yes}",
        {"my-file-1.txt", "my-file-2.txt", "my-file-3.txt"},
    ),
    (
        "a wildcard for a folder of the base directory",
        "artifacts: {files: ['*/my-file-3.txt'], base-directory: my-build2}",
        {"my-subdirectory/my-file-3.txt"},
    ),
    ("one file, no list", "artifacts: {files: target/app.jar}", {"target/app.jar"}),
    (
        "exclude-paths is looked for below the base directory",
        "artifacts: {files: ['**/*'], base-directory: target, exclude-paths: lib/**/*}",
        {"app.jar"},
    ),
    (
        "secondary artifacts have settings of their own",
        "artifacts: {files: [appspec.yml], secondary-artifacts: {one: {files: ['**/*'], base-directory: target, "
        "discard-paths: yes}, two: {files: target/lib/*}}}",
        {"appspec.yml", "one/app.jar", "one/x.jar", "two/target/lib/x.jar"},
    ),
    ("secondary ones only", "artifacts: {secondary-artifacts: {one: {files: appspec.yml}}}", {"one/appspec.yml"}),
]
GOOD, BAD = "SUCCEEDED", "FAILED"
FIRST = {"INSTALL": GOOD, "PRE_BUILD": GOOD}
LAST = {"POST_BUILD": GOOD, "UPLOAD_ARTIFACTS": GOOD}
PHASES: list[tuple[str, str, Mapping[str, str]]] = [
    ("a failing install ends it", "install: {commands: ['false'], finally: [echo said]}", {"INSTALL": BAD}),
    (
        "post_build follows a failing build",
        "build: {commands: ['false']}\n  post_build: {commands: ['test $CODEBUILD_BUILD_SUCCEEDING = 0 && echo said']}",
        {**FIRST, "BUILD": BAD, **LAST},
    ),
    ("on-failure: ABORT", "build: {on-failure: ABORT, commands: ['false'], finally: [echo said]}",
     {**FIRST, "BUILD": BAD}),
    (
        "on-failure: CONTINUE",
        "install: {on-failure: CONTINUE, commands: ['false']}\n  build: {commands: [echo said]}",
        {**FIRST, "INSTALL": BAD, "BUILD": GOOD, **LAST},
    ),
    (
        "on-failure: RETRY-n-regex",
        "build: {on-failure: 'RETRY-3-.*reset.*', commands: ['echo reset; echo >>n; test $(wc -l <n) = 2', echo said]}",
        {**FIRST, "BUILD": GOOD, **LAST},
    ),
    ("a failing finally", "build: {commands: [echo said], finally: ['false']}", {**FIRST, "BUILD": BAD, **LAST}),
    (
        "nothing to keep",
        "build: {commands: [echo said]}\nartifacts: {files: none.jar}",
        {**FIRST, "BUILD": GOOD, **LAST, "UPLOAD_ARTIFACTS": BAD},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("artifacts", "kept"), [each[1:] for each in KEPT], ids=[each[0] for each in KEPT])
def test_which_files_a_build_spec_keeps(tmp_path: Path, artifacts: str, kept: set[str]) -> None:
    for name in TREE:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "source" / "buildspec.yml").write_text(BUILT + artifacts)
    out = tmp_path / "out"

    done = CliRunner().invoke(command, [str(tmp_path / "source"), "--artifacts", str(out)])

    assert done.exit_code == 0
    assert {os.path.relpath(path, out) for path in out.rglob("*") if path.is_file()} == kept


@pytest.mark.parametrize(("phases", "ended"), [each[1:] for each in PHASES], ids=[each[0] for each in PHASES])
def test_how_the_phases_of_a_build_spec_end(
    tmp_path: Path, phases: str, ended: Mapping[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "buildspec.yml").write_text(f"version: 0.2\nphases:\n  {phases}\n")

    done = CliRunner().invoke(command, [str(tmp_path), "--json", "--artifacts", str(tmp_path / "out")])

    told = {each["phaseType"]: each["phaseStatus"] for each in json.loads(done.stdout)["phases"]}
    assert told == {"DOWNLOAD_SOURCE": GOOD, **ended}
    assert done.exit_code == (1 if BAD in ended.values() else 0)
    assert "\nsaid\n" in capfd.readouterr().err
