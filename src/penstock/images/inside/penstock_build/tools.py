"""Commands that AWS's images have, and so a build's environment has them, too.

codebuild-hash-files PATTERN…       one SHA-256 of all files that the patterns mean, for the keys of caches
codebuild-glob-search PATTERN…      the names of the files that the patterns mean
codebuild-breakpoint                wait here for whoever debugs the build; codebuild-resume: go on
codebuild-tests-run --test-command COMMAND --files-search COMMAND [--sharding-strategy equal-distribution|stability]
"""

import argparse
import hashlib
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Callable, Mapping, Sequence

from penstock_build import pausing, seldom, selection

BREAKPOINT = "codebuild-breakpoint"
GIT_KEYS = "codebuild-git-credentials"
SHARD, SHARDS = "PENSTOCK_SHARD", "PENSTOCK_SHARDS"  # which part of the tests a build of a fanout has, of how many


def lay_out(folder: Path, program: Path) -> None:
    """A script for each command."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOOLS:
        script = folder / name
        words = shlex.join([sys.executable, str(program), name])
        script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        script.chmod(0o755)


def found(patterns: Sequence[str]) -> Mapping[str, Path]:
    return selection.select(Path.cwd(), patterns)


def hash_files(patterns: Sequence[str]) -> int:
    whole = hashlib.sha256()
    for name, path in found(patterns).items():
        whole.update(f"{name}\0{selection.digests(path)['sha256sum']}\n".encode())
    print(whole.hexdigest())
    return 0


def glob_search(patterns: Sequence[str]) -> int:
    for name in found(patterns):
        print(name)
    return 0


def tests_run(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("codebuild-tests-run")
    parser.add_argument("--test-command", required=True)
    parser.add_argument("--files-search", required=True)
    parser.add_argument("--sharding-strategy", choices=sorted(STRATEGIES), default="equal-distribution")
    asked = parser.parse_args(words)
    searched = subprocess.run(["sh", "-c", asked.files_search], stdout=subprocess.PIPE, check=False)
    if searched.returncode:
        return searched.returncode
    files = sorted({line.strip() for line in searched.stdout.decode().splitlines() if line.strip()})
    shard, shards = int(os.environ.get(SHARD, "0")), int(os.environ.get(SHARDS, "1"))
    mine = STRATEGIES[asked.sharding_strategy](files, shard, shards)
    print(f"{len(mine)} of {len(files)} test files are this build's (part {shard + 1} of {shards})", flush=True)
    if not mine:
        return 0
    command = asked.test_command
    if "CODEBUILD_CURRENT_SHARD_FILES" not in command:
        command = f"{command} {shlex.join(mine)}"
    environment = {**os.environ, "CODEBUILD_CURRENT_SHARD_FILES": "\n".join(mine)}
    return subprocess.run(["sh", "-c", command], env=environment, check=False).returncode


def in_chunks(files: Sequence[str], shard: int, shards: int) -> Sequence[str]:
    """Neighbours stay together; no part has more than one file more than another."""
    return files[len(files) * shard // shards : len(files) * (shard + 1) // shards]


def by_name(files: Sequence[str], shard: int, shards: int) -> Sequence[str]:
    """A file's part is its name's alone: what else is there does not matter."""
    return [file for file in files if int(hashlib.sha256(file.encode()).hexdigest(), 16) % shards == shard]


STRATEGIES: Mapping[str, Callable[[Sequence[str], int, int], Sequence[str]]] = {
    "equal-distribution": in_chunks,
    "stability": by_name,
}
TOOLS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "codebuild-hash-files": hash_files,
    "codebuild-glob-search": glob_search,
    "codebuild-tests-run": tests_run,
    BREAKPOINT: lambda _: pausing.pause(),
    GIT_KEYS: lambda words: int(seldom("gitkeys").answer(words)),
    "codebuild-resume": lambda _: pausing.resume(),
}
