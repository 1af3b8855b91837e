"""The commit that code is at, in the words of an execution's description, where lineage finds it.

    CommitId=5f0c… Repository=https://example.org/wines.git      CommitId=5f0c…+changes

`+changes` says that the folder is not as it was committed. Where git tells nothing, a build of CodeBuild may know what
it builds; else nothing is told.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

COMMIT: Final = re.compile(r"[0-9a-f]{40}")
LONGEST: Final = 10.0  # seconds for git to look


def commit_of(folder: Path) -> str:
    """The commit of the git checkout that a folder is part of, and where it comes from; else nothing."""
    if not _git(folder, "ls-files", "--", "."):  # a folder beside what the repository keeps, such as an ignored one
        return _of_build(folder)
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return ""
    changes = "+changes" if _git(folder, "status", "--porcelain", "--", ".") else ""
    repository = without_password(_git(folder, "config", "--get", "remote.origin.url") or "")
    return f"CommitId={commit}{changes}" + (f" Repository={repository}" if repository else "")


def _of_build(folder: Path) -> str:
    """The commit that a build was given, for the folders of its source."""
    commit = os.environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION", "")
    source = os.environ.get("CODEBUILD_SRC_DIR", "")
    if not source or not COMMIT.fullmatch(commit) or not folder.resolve().is_relative_to(Path(source).resolve()):
        return ""
    repository = without_password(os.environ.get("CODEBUILD_SOURCE_REPO_URL", ""))
    return f"CommitId={commit}" + (f" Repository={repository}" if repository else "")


def without_password(url: str) -> str:
    """An address that may be shown; nothing where it cannot be told in one word."""
    if not url or any(character in url for character in " ,;"):
        return ""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.scheme in ("http", "https") else url


def _git(folder: Path, *arguments: str) -> str:
    """What git says; nothing where it refuses, or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            capture_output=True, text=True, errors="replace", timeout=LONGEST, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
