"""What the program of builds does: one session, phases and their failures, what is exported, masked and kept."""

import os
import signal
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from images.building.builds import DEADLINE, Done, Json, artifacts, build, command, environment, order, phase, told
from penstock_build.session import Session, Stopped

GOOD, BAD = "SUCCEEDED", "FAILED"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_commands_share_one_session(tmp_path: Path, shell: str) -> None:
    done = build(
        tmp_path,
        phase("install", "mkdir -p deep/er && cd deep/er", "export ONE=1; plain=2", "say() { echo said $1; }"),
        phase("build", "pwd", "echo $ONE $plain; say hello"),
        shell=shell,
    )

    assert done.status == 0
    assert done.output == [str(tmp_path / "src" / "deep" / "er"), "1 2", "said hello"]


def test_in_version_01_each_command_has_a_shell_of_its_own(tmp_path: Path) -> None:
    done = build(tmp_path, phase("build", "cd /; ONE=1; export ONE", "pwd; echo ${ONE-unset}"), keeps_session=False)

    assert done.output == [str(tmp_path / "src"), "unset"]


def test_a_command_that_ends_the_shell_leaves_its_variables_and_folder_to_the_next(tmp_path: Path) -> None:
    done = build(
        tmp_path,
        phase("build", "cd /; export ONE='a \"b\"'", "exit 4", after=("pwd; echo $ONE",)),
        phase("post_build", "echo $ONE"),
    )

    assert (
        done.message("BUILD") == "COMMAND_EXECUTION_ERROR: Error while executing command: exit 4. Reason: exit status 4"
    )
    assert done.output == ["/", 'a "b"', 'a "b"']


ALL = {"INSTALL": GOOD, "PRE_BUILD": GOOD, "BUILD": GOOD, "POST_BUILD": GOOD, "UPLOAD_ARTIFACTS": GOOD}
FAILURES: list[tuple[str, Json, Mapping[str, str], int]] = [
    ("nothing fails", {}, ALL, 0),
    ("install fails", {"install": {}}, {"INSTALL": BAD}, 1),
    ("pre_build fails", {"pre_build": {}}, {"INSTALL": GOOD, "PRE_BUILD": BAD}, 1),
    ("build fails, and post_build runs", {"build": {}}, {**ALL, "BUILD": BAD}, 1),
    ("post_build fails, and artifacts are kept", {"post_build": {}}, {**ALL, "POST_BUILD": BAD}, 1),
    ("install goes on", {"install": {"action": "CONTINUE"}}, {**ALL, "INSTALL": BAD}, 1),
    (
        "build aborts",
        {"build": {"action": "ABORT"}},
        {"INSTALL": GOOD, "PRE_BUILD": GOOD, "BUILD": BAD},
        1,
    ),
    ("build goes on", {"build": {"action": "CONTINUE"}}, {**ALL, "BUILD": BAD}, 1),
    ("post_build goes on", {"post_build": {"action": "CONTINUE"}}, {**ALL, "POST_BUILD": BAD}, 1),
    (
        "retries are used up",
        {"pre_build": {"action": "RETRY", "times": 2, "pattern": ".*"}},
        {"INSTALL": GOOD, "PRE_BUILD": BAD},
        1,
    ),
]


@pytest.mark.parametrize(
    ("failing", "phases", "status"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_what_follows_from_a_failure(
    tmp_path: Path, failing: Mapping[str, Json], phases: Mapping[str, str], status: int
) -> None:
    bad = ("false", "echo not reached")
    named = [
        phase(name, "true", *(bad if name in failing else ()), after=("echo finally",), **failing.get(name, {}))
        for name in ("install", "pre_build", "build", "post_build")
    ]  # fmt: skip

    done = build(tmp_path, *named)

    assert done.phases == {"DOWNLOAD_SOURCE": GOOD, **phases}
    assert done.status == status
    assert "not reached" not in done.log
    ran = sum(name != "UPLOAD_ARTIFACTS" for name in phases)
    again = sum(each.get("times", 0) for each in failing.values())
    assert done.output.count("finally") == ran + again


def test_a_phase_is_tried_again_while_its_output_fits_the_pattern(tmp_path: Path) -> None:
    flaky = "n=$(cat tries || echo 0); echo $((n + 1)) >tries; echo reset by peer; test $n = 1"

    good = build(tmp_path, phase("build", flaky, action="RETRY", times=3, pattern="reset by .*"))
    (tmp_path / "src" / "tries").unlink()
    bad = build(tmp_path, phase("build", flaky, action="RETRY", times=3, pattern="refused"))

    assert (good.phases["BUILD"], good.output.count("reset by peer")) == (GOOD, 2)
    assert (bad.phases["BUILD"], bad.output.count("reset by peer")) == (BAD, 1)


def test_a_failing_finally_fails_its_phase(tmp_path: Path) -> None:
    done = build(tmp_path, phase("pre_build", "true", after=("exit 9",)), phase("build", "echo not reached"))

    assert done.phases["PRE_BUILD"] == BAD
    assert "not reached" not in done.log


def test_commands_are_told_whether_the_build_is_succeeding(tmp_path: Path) -> None:
    say = "echo succeeding=$CODEBUILD_BUILD_SUCCEEDING"

    done = build(tmp_path, phase("install", say), phase("build", "false"), phase("post_build", say))

    assert done.output == ["succeeding=1", "succeeding=0"]


def test_variables_are_exported_as_they_are_at_the_end(tmp_path: Path) -> None:
    done = build(
        tmp_path,
        phase("build", "VERSION=1", "LINES='a\nb'"),
        phase("post_build", "VERSION=2"),
        exported=["VERSION", "LINES", "NEVER_SET"],
    )

    assert done.exported == {"VERSION": "2", "LINES": "a\nb"}


def test_secrets_are_masked_wherever_they_appear(tmp_path: Path) -> None:
    done = build(
        tmp_path,
        phase("build", "echo before-$TOKEN-after", "printf %s $TOKEN; sleep 0; echo", "echo s3cret1234 && false"),
        variables={"TOKEN": "s3cret1234"},
        secrets=["TOKEN"],
    )

    assert "s3cret1234" not in done.log
    assert "s3cret1234" not in str(done.told)
    assert done.output == ["before-***-after", "***", "***"]


def test_the_user_that_commands_run_as_must_be_there(tmp_path: Path) -> None:
    done = build(tmp_path, phase("build", "echo not reached", user="nobody-of-that-name"))

    assert done.message("BUILD") == "COMMAND_EXECUTION_ERROR: run-as: there is no user 'nobody-of-that-name' here"


def test_a_build_that_is_told_to_end_says_so(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(order(tmp_path, phase("build", "sleep 600 & sleep 600"))), env=environment(), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    while b"Running command sleep" not in process.stdout.readline():
        pass

    process.send_signal(signal.SIGTERM)
    status = process.wait(DEADLINE)
    process.stdout.close()

    assert status == 143
    assert told(tmp_path)["phases"][-1]["phaseStatus"] == "STOPPED"


@pytest.mark.parametrize("moment", ["before the shell is known", "before it has its order"])
def test_a_stop_while_the_shell_is_started_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    session = Session("sh", tmp_path, tmp_path, dict(os.environ), lambda _: None)
    opened, written = subprocess.Popen, Path.write_text

    def start(*words: Any, **how: Any) -> "subprocess.Popen[bytes]":
        process = opened(*words, **how)
        session.stop()
        return process

    def write(path: Path, text: str) -> int:
        if path.name == "command":
            session.stop()
            time.sleep(0.1)  # until the shell is gone, or the order finds it
        return written(path, text)

    if moment == "before the shell is known":
        monkeypatch.setattr(subprocess, "Popen", start)
    else:
        monkeypatch.setattr(Path, "write_text", write)
    with pytest.raises(Stopped):
        session.run("sleep 600")
    session.close()


def test_what_the_commands_leave_running_ends_with_the_build(tmp_path: Path) -> None:
    done = build(tmp_path, phase("build", "sleep 600 & echo $!"))

    until = time.monotonic() + DEADLINE
    while is_running(int(done.output[-1])):
        assert time.monotonic() < until


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


TREE = ("a.txt", "b.log", "dir/c.txt", "dir/deep/d.txt", "dir2/e.txt", ".hidden")


def collected(tmp_path: Path, wanted: Json) -> tuple[Done, list[str]]:
    """What is kept of a tree."""
    for name in TREE:
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    done = build(tmp_path, phase("build", "NAMES=b.log"), artifacts=[wanted])
    folder = tmp_path / "artifacts" / "primary"
    return done, sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (artifacts("**/*"), sorted(TREE)),
        (artifacts("*"), [".hidden", "a.txt", "b.log"]),
        (artifacts("dir/*"), ["dir/c.txt"]),
        (artifacts("dir/**/*"), ["dir/c.txt", "dir/deep/d.txt"]),
        (artifacts("./a.txt", "$NAMES"), ["a.txt", "b.log"]),
        (artifacts("**/*.txt", exclude=["dir/**/*"]), ["a.txt", "dir2/e.txt"]),
        (artifacts("**/*", base="dir"), ["c.txt", "deep/d.txt"]),
        (artifacts("**/*", base="dir*"), ["dir/c.txt", "dir/deep/d.txt", "dir2/e.txt"]),
        (artifacts("**/*", base="dir", flat=True), ["c.txt", "d.txt"]),
    ],
)
def test_which_files_are_kept(tmp_path: Path, wanted: Json, kept: list[str]) -> None:
    done, found = collected(tmp_path, wanted)

    assert found == kept
    assert done.phases["UPLOAD_ARTIFACTS"] == GOOD


def test_artifacts_that_are_not_there_fail_the_build(tmp_path: Path) -> None:
    done, found = collected(tmp_path, artifacts("*.jar"))

    assert done.message("UPLOAD_ARTIFACTS") == "CLIENT_ERROR: no matching artifact paths found"
    assert (done.status, found) == (1, [])


def test_an_archive_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    make = "mkdir -p d; echo x >d/x; ln -sf x d/link; echo '#!/bin/sh' >run; chmod 755 run; touch -d @$STAMP d/x"
    wanted = artifacts("**/*", packed=True, links=True, name="n-$STAMP-$(echo z)")
    sums = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        done = build(tmp_path / str(number), phase("build", make), artifacts=[wanted], variables={"STAMP": str(number)})
        (of,) = done.told["artifacts"]
        assert of["name"] == f"n-{number}-z"
        sums.append(of["sha256sum"])

    assert sums[0] == sums[1]
    with zipfile.ZipFile(tmp_path / "1" / "artifacts" / "primary" / "artifacts.zip") as archive:
        modes = {each.filename: oct(each.external_attr >> 16) for each in archive.infolist()}
    assert modes == {"d/link": "0o120777", "d/x": "0o100644", "run": "0o100755"}


def test_sources_are_unpacked_with_their_rights(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "source", "w") as archive:
        member = zipfile.ZipInfo("go.sh")
        member.external_attr = 0o100755 << 16
        archive.writestr(member, "#!/bin/sh\necho went\n")
    source = {"from": str(tmp_path / "source"), "folder": str(tmp_path / "src"), "is_archive": True}

    done = build(tmp_path, phase("build", "./go.sh"), sources=[source])

    assert done.output == ["went"]


def test_a_source_that_cannot_be_unpacked_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "source").write_text("no archive")
    source = {"from": str(tmp_path / "source"), "folder": str(tmp_path / "src"), "is_archive": True}

    done = build(tmp_path, phase("build", "echo not reached"), sources=[source])

    assert done.phases == {"DOWNLOAD_SOURCE": BAD}
    assert done.message("DOWNLOAD_SOURCE").startswith("CLIENT_ERROR: source cannot be unpacked")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run commands as somebody else")
def test_a_shell_that_cannot_start_as_somebody_else_fails_its_phase(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)  # whose files nobody else gets at

    done = build(tmp_path, phase("build", "echo not reached", user="nobody"), artifacts=[artifacts("$A/*", name="$A")])

    assert done.phases["BUILD"] == BAD
    assert "not reached" not in done.output
    assert done.phases["UPLOAD_ARTIFACTS"] == BAD


def test_a_shell_that_was_killed_in_between_fails_the_next_command(tmp_path: Path) -> None:
    killed = "kill -9 $$ & wait"  # a shell of its own kills the build's
    done = build(tmp_path, phase("build", killed), phase("post_build", "echo there again"))

    assert done.phases["BUILD"] == BAD
    assert done.output[-1:] == ["there again"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run commands as somebody else")
def test_a_phase_may_run_as_somebody_else_and_keeps_the_variables() -> None:
    phases = phase("install", "export ONE=1"), phase("build", "echo $(id -un) $ONE", user="nobody")
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are nobody's to look into
        Path(folder).chmod(0o755)
        done = build(Path(folder), *phases, variables={})

    assert done.output == ["nobody 1"]
