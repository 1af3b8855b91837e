"""Reuse: a job's folder is used again where nobody can tell it from one that was just laid out."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.runtimes.folder import JobFolder, fill
from penstock.runtimes.sandbox import reuse
from penstock.runtimes.sandbox.blanks import Layout

OWN = ["job.json.new", "ending.new", "claim.new", "job.log", "hosts"]
LAYOUT = Layout.of(["ml/output", "tmp/home"], ["ml/config/a.json", *OWN])


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """The folder of a job that has ended."""
    place = tmp_path / "job"
    LAYOUT.make(str(place))
    for before, after in (("job.json.new", "job.json"), ("ending.new", "ending.json"), ("claim.new", "claim")):
        (place / before).rename(place / after)
    for path in place.rglob("*"):
        if path.is_file():
            path.write_text("of this job")
    (tmp_path / "stream.log").hardlink_to(place / "job.log")
    return place


def seen(place: Path) -> list[tuple[str, int, bytes]]:
    """All that a job could see in its folder, save the clock, and what is written over before it looks."""
    return sorted((str(path.relative_to(place)), path.lstat().st_mode, told_by(path)) for path in place.rglob("*"))


def told_by(path: Path) -> bytes:
    """What a file says before the next job's has been written over it: one of the layout's nothing that is heeded."""
    is_written_over = path.name in {Path(name).name for name in LAYOUT.files} - {"claim.new", "job.log"}
    return path.read_bytes().strip() if path.is_file() and not is_written_over else b""


def fresh(place: Path) -> list[tuple[str, int, bytes]]:
    LAYOUT.make(str(place))
    return seen(place)


def test_a_used_folder_becomes_what_it_was_and_the_log_stays(used: Path, tmp_path: Path) -> None:
    away = reuse.look_over(LAYOUT, str(used))
    assert away == []

    reuse.renew(str(used), away)

    assert seen(used) == fresh(tmp_path / "fresh")
    assert (tmp_path / "stream.log").read_text() == "of this job"


def test_small_files_that_the_job_or_its_inputs_have_left_are_taken_away(used: Path, tmp_path: Path) -> None:
    (used / "ml" / "output" / "message").write_text("secret")
    (used / "tmp" / ".hidden").symlink_to("/etc/passwd")
    (used / "stop").touch()

    away = reuse.look_over(LAYOUT, str(used))
    assert away is not None
    reuse.renew(str(used), away)

    assert seen(used) == fresh(tmp_path / "fresh")


def replace_a_folder_by_a_link(job: Path) -> None:
    (job / "ml" / "output").rename(job / "ml" / "away")
    (job / "ml" / "output").symlink_to("away")


def replace_a_file_by_a_pipe(job: Path) -> None:
    (job / "ml" / "config" / "a.json").unlink()
    os.mkfifo(job / "ml" / "config" / "a.json", 0o644)


def make_many_files(job: Path) -> None:
    for number in range(reuse.MOST_LEFT + 1):
        (job / "tmp" / str(number)).touch()


CHANGES: dict[str, Callable[[Path], object]] = {
    "a folder more": lambda job: (job / "ml" / "mine").mkdir(),
    "a folder less": lambda job: (job / "ml" / "output").rmdir(),
    "a folder replaced by a link": replace_a_folder_by_a_link,
    "other rights for a folder": lambda job: (job / "ml").chmod(0o777),
    "other rights for a file": lambda job: (job / "hosts").chmod(0o600),
    "a file less": lambda job: (job / "ml" / "config" / "a.json").unlink(),
    "a file replaced by a pipe": replace_a_file_by_a_pipe,
    "a file with a second name": lambda job: (job / "tmp" / "second").hardlink_to(job / "hosts"),
    "attributes": lambda job: os.setxattr(job / "ml", "user.mine", b"x"),
    "a large file": lambda job: (job / "ml" / "output" / "model").write_bytes(os.urandom(reuse.LARGEST + 4096)),
    "many files": make_many_files,
    "an ending still to be written": lambda job: (job / "ending.json").rename(job / "ending.new"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_was_changed_is_not_for_reuse(used: Path, change: str) -> None:
    CHANGES[change](used)

    assert reuse.look_over(LAYOUT, str(used)) is None


@pytest.mark.parametrize("before", [b"", b"shorter", b"as long as it is", b"longer than what comes after it"])
def test_a_file_is_filled_with_what_it_is_to_hold_and_no_more(tmp_path: Path, before: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(before)

    fill(str(file), b"as long as it is")

    assert file.read_bytes() == b"as long as it is"


def test_the_claim_of_a_folder_that_is_used_again_is_nobodys(used: Path) -> None:
    (used / "claim").write_text("17 4711 a-boot")

    reuse.renew(str(used), [])
    (used / "claim.new").rename(used / "claim")

    assert (JobFolder.at(used).claim() or (1,))[0] == 0
