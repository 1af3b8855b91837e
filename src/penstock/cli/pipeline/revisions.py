"""Revisions: the variables of a source that is the working directory. Its commit is told where git knows it."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

HERE: Final = "here"
COMMIT: Final = ("CommitId", "CommitMessage", "AuthorDate", "CommitterDate", "AuthorDisplayName", "AuthorEmail")
FORMAT: Final = "%H%x00%B%x00%aI%x00%cI%x00%an%x00%ae"
Given = Mapping[str, str]


def variables(provider: str, given: Given, folder: Path) -> dict[str, str]:
    """What a source action of a provider tells, by the names that it has on a server."""
    commit = commit_of(folder)
    told = OF.get(provider)
    return {**commit, **(told(given) if told is not None else {"VersionId": HERE, "BranchName": HERE})}


def commit_of(folder: Path) -> dict[str, str]:
    try:
        words = ["git", "-C", str(folder), "log", "-1", f"--format={FORMAT}"]
        said = subprocess.run(words, capture_output=True, check=True, text=True, errors="replace").stdout
    except (OSError, subprocess.CalledProcessError):
        return dict.fromkeys(COMMIT, HERE)
    return dict(zip(COMMIT, map(str.strip, said.split("\0")), strict=True))


OF: Final[Mapping[str, Callable[[Given], dict[str, str]]]] = {
    "CodeCommit": lambda given: {"RepositoryName": given["RepositoryName"], "BranchName": given["BranchName"]},
    "CodeStarSourceConnection": lambda given: {
        "ConnectionArn": given["ConnectionArn"],
        "FullRepositoryName": given["FullRepositoryId"],
        "BranchName": given["BranchName"],
    },
    "GitHub": lambda given: {
        "RepositoryName": given["Repo"],
        "BranchName": given["Branch"],
        "CommitUrl": HERE,
    },
    "S3": lambda given: {
        "BucketName": given["S3Bucket"],
        "ObjectKey": given["S3ObjectKey"],
        "VersionId": HERE,
        "ETag": HERE,
    },
    "ECR": lambda given: {
        "RepositoryName": given["RepositoryName"],
        "ImageTag": given.get("ImageTag", "latest"),
        **dict.fromkeys(("RegistryId", "ImageDigest", "ImageURI"), HERE),
    },
}
