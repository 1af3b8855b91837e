"""The commit that code is at, in the words of an execution's description, where lineage finds it.

    CommitId=5f0c… Repository=https://example.org/wines.git      CommitId=5f0c…+changes

`+changes` says that the folder is not as it was committed. Nothing is told where git tells nothing.
"""

import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 10.0  # seconds for git to look


def commit_of(folder: Path) -> str:
    """The commit of the git checkout that a folder is part of, and where it comes from; else nothing."""
    if not _git(folder, "ls-files", "--", "."):  # a folder beside what the repository keeps, such as an ignored one
        return ""
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return ""
    changes = "+changes" if _git(folder, "status", "--porcelain", "--", ".") else ""
    repository = without_password(_git(folder, "config", "--get", "remote.origin.url") or "")
    return f"CommitId={commit}{changes}" + (f" Repository={repository}" if repository else "")


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
