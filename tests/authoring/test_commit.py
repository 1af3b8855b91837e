"""The commit that an execution is told to be of: what git says of the project's folder, and no more."""

import subprocess
from pathlib import Path

import pytest

from penstock.pipeline.commit import commit_of, without_password


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    done = subprocess.run(["git", "-C", folder, *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a project in a folder of its own, all of it committed."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "flow.py").write_text("one = 1\n")
    (tmp_path / "elsewhere.txt").write_text("else\n")
    (tmp_path / ".gitignore").write_text("ignored/\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    return project


def test_a_clean_checkout_is_told_with_its_commit_and_where_it_is_from(checkout: Path) -> None:
    git(checkout, "remote", "add", "origin", "https://ada:secret@example.org/project.git")

    assert commit_of(checkout) == (
        f"CommitId={git(checkout, 'rev-parse', 'HEAD')} Repository=https://example.org/project.git"
    )


@pytest.mark.parametrize("changed", ["flow.py", "new.py"])
def test_what_is_not_as_it_was_committed_is_told_with_changes(checkout: Path, changed: str) -> None:
    (checkout / changed).write_text("two = 2\n")

    assert commit_of(checkout) == f"CommitId={git(checkout, 'rev-parse', 'HEAD')}+changes"


def test_changes_beside_the_project_are_none_of_it(checkout: Path) -> None:
    (checkout.parent / "elsewhere.txt").write_text("changed\n")

    assert commit_of(checkout) == f"CommitId={git(checkout, 'rev-parse', 'HEAD')}"


def test_nothing_is_told_of_a_folder_that_no_commit_has(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ignored = checkout.parent / "ignored"
    ignored.mkdir()
    (ignored / "flow.py").write_text("one = 1\n")
    outside = tmp_path_factory.mktemp("outside")
    empty = tmp_path_factory.mktemp("empty")
    git(empty, "init", "--quiet")
    (empty / "flow.py").write_text("one = 1\n")
    git(empty, "add", ".")

    assert [commit_of(folder) for folder in (ignored, outside, empty)] == ["", "", ""]


def test_nothing_is_told_where_there_is_no_git(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert commit_of(checkout) == ""


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("git@example.org:team/project.git", "git@example.org:team/project.git"),
        ("https://token@example.org:8443/project", "https://example.org:8443/project"),
        ("/srv/git/my project", ""),
        ("", ""),
    ],
)
def test_addresses_are_told_without_passwords_and_in_one_word(url: str, told: str) -> None:
    assert without_password(url) == told


def test_in_a_build_the_commit_is_what_the_build_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEBUILD_SRC_DIR", str(tmp_path))
    monkeypatch.setenv("CODEBUILD_RESOLVED_SOURCE_VERSION", "5f0c" * 10)
    monkeypatch.setenv("CODEBUILD_SOURCE_REPO_URL", "https://ada:secret@example.org/project.git")
    project = tmp_path / "project"
    project.mkdir()

    assert commit_of(project) == f"CommitId={'5f0c' * 10} Repository=https://example.org/project.git"
    assert commit_of(tmp_path.parent) == ""  # no part of what is built


@pytest.mark.parametrize("version", ["", "arn:aws:s3:::bucket/key", "5f0c"])
def test_a_build_of_no_commit_tells_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("CODEBUILD_SRC_DIR", str(tmp_path))
    monkeypatch.setenv("CODEBUILD_RESOLVED_SOURCE_VERSION", version)

    assert commit_of(tmp_path) == ""
