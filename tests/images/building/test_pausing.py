"""A build that is debugged pauses where it fails, and at its breakpoints; a sandbox stays. Both have a door."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from images.building.builds import DEADLINE, Done, Json, build, command, environment, order, phase, told
from images.building.visits import Visitor


@contextlib.contextmanager
def going_on(root: Path, *phases: Json, **more: Json) -> Iterator["subprocess.Popen[str]"]:
    """A build that goes on while the block lasts."""
    words = command(order(root, *phases, **more))
    with subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def over(process: "subprocess.Popen[str]", root: Path) -> Done:
    log, _ = process.communicate(timeout=DEADLINE)
    return Done(process.returncode, log, told(root), root)


def test_a_build_that_fails_waits_with_its_folder_and_its_variables(tmp_path: Path) -> None:
    named = phase("build", "mkdir deep && cd deep", "export MINE=kept", "exit 3", "echo never", after=("echo finally",))
    with going_on(tmp_path, named, is_debugged=True) as process, Visitor(tmp_path) as visitor:
        visitor.send(b"s", b"33 111")
        visitor.types("echo $MINE in $(basename $PWD), $(stty size)\n")
        visitor.hears("kept in deep, 33 111")
        visitor.types("exit 7\n")
        status = visitor.ended()
        under_way = told(tmp_path)["phases"][-1]
        with Visitor(tmp_path) as other:
            other.types("codebuild-resume\n")
            done = over(process, tmp_path)

    assert status == 7
    assert (under_way["phaseType"], under_way["phaseStatus"]) == ("BUILD", "IN_PROGRESS")
    assert done.status == 1
    assert done.message("BUILD").endswith("exit 3. Reason: exit status 3")
    assert done.output[-2:] == ["Going on", "finally"]


def test_a_breakpoint_waits_and_a_phase_that_is_tried_again_does_not(tmp_path: Path) -> None:
    flaky = "n=$(cat tries || echo 0); echo $((n + 1)) >tries; test $n = 1"
    again = phase("install", flaky, action="RETRY", times=1, pattern=".*")
    named = [again, phase("build", "codebuild-breakpoint", "echo after")]
    with going_on(tmp_path, *named, is_debugged=True) as process, Visitor(tmp_path) as visitor:
        visitor.types("codebuild-resume\n")
        done = over(process, tmp_path)

    assert done.status == 0
    assert done.output[-2:] == ["Going on", "after"]
    assert done.log.count("Paused") == 1


def test_nothing_waits_in_a_build_that_is_not_debugged(tmp_path: Path) -> None:
    done = build(tmp_path, phase("build", "codebuild-breakpoint", "codebuild-resume || echo not paused"))

    assert done.status == 0
    assert done.output == [
        "codebuild-breakpoint is passed over: the build was not started with debugSessionEnabled",
        "codebuild-resume: the build is not paused",
        "not paused",
    ]


def test_a_shell_goes_with_its_visitor(tmp_path: Path) -> None:
    with going_on(tmp_path, is_sandbox=True) as process:
        with Visitor(tmp_path) as visitor:
            visitor.types("echo I am $$ >pid; echo $((6 * 7)) was written\n")
            visitor.hears("42 was written")
        shell = Path("/proc") / (tmp_path / "src" / "pid").read_text().split()[-1]
        until = time.monotonic() + DEADLINE
        while shell.exists():
            assert time.monotonic() < until, "the shell stays"
            time.sleep(0.01)
        process.terminate()
        done = over(process, tmp_path)

    assert done.phases == {"DOWNLOAD_SOURCE": "SUCCEEDED", "RUN_SANDBOX": "STOPPED"}
