"""Needs: whether a script may want what a warm environment has imported.

A guess from the text of the script and its neighbours, that costs time when wrong and nothing else: a job that imports
nothing heavy is forked from a process without it.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Final

from penstock.engine.jobs import Job
from penstock.runtimes.sandbox.folder import JobFolder, OutOfPlace
from penstock.runtimes.sandbox.images import Image

MOST: Final = 64  # files, and folders, looked at; a job with more than that is taken to need everything


def needs_preload(folder: JobFolder, job: Job, image: Image, script: str) -> bool:
    """Whether the script, or any beside it, names something that is preloaded. True where it is not clear."""
    if not image.preload:
        return False
    place = whereabouts(folder, job, os.path.join(job.working_folder, script))  # noqa: PTH118 - a path inside the job
    if place is None:
        return True  # the image's own entry point, that runs who knows what
    found = modules(place.parent)
    return found is None or any(mention(image.preload).search(path.read_bytes()) for path in found)


@cache
def mention(modules: tuple[str, ...]) -> re.Pattern[bytes]:
    """What finds the name of any of the packages that these modules are in."""
    names = sorted({name.partition(".")[0] for name in modules})
    return re.compile(rb"\b(" + "|".join(map(re.escape, names)).encode() + rb")\b")


def whereabouts(folder: JobFolder, job: Job, path: str) -> Path | None:
    """The file that a path inside the job is, were it read now."""
    candidates = [
        folder.path / "inputs" / str(number) / os.path.relpath(path, each.folder)
        for number, each in enumerate(job.inputs)
        if Path(path).is_relative_to(each.folder)
    ]
    try:
        candidates.append(folder.place(path))
    except OutOfPlace:
        return None
    return next((each for each in candidates if each.is_file()), None)


def modules(top: Path) -> list[Path] | None:
    """The Python files under a folder; None if there is too much to look at."""
    found: list[Path] = []
    for number, (place, _, files) in enumerate(os.walk(top)):
        found += [Path(place, name) for name in files if name.endswith(".py")]
        if number >= MOST or len(found) > MOST:
            return None
    return found
