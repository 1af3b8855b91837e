"""Needs: whether a script may want what a warm environment has imported.

A guess from the text of the script and its neighbours, that costs time when wrong and nothing else: a job that imports
nothing heavy is forked from a process without it. Each warm job waits for the guess, so paths are strings here.
"""

import os
import re
from functools import cache
from typing import Final

from penstock.engine.jobs import Job
from penstock.runtimes.folder import JobFolder, OutOfPlace
from penstock.runtimes.sandbox.images import START, Image

MOST: Final = 64  # files, and folders, looked at; a job with more than that is taken to need everything


def needs_preload(folder: JobFolder, job: Job, image: Image, script: str) -> bool:
    """Whether the script, or any beside it, names something that is preloaded. True where it is not clear."""
    if not image.preload:
        return False
    place = whereabouts(folder, job, os.path.join(job.working_folder or START, script))  # noqa: PTH118 - inside the job
    if place is None:
        return True  # the image's own entry point, that runs who knows what
    return names_any(image.preload, modules(os.path.dirname(place)))  # noqa: PTH120


def names_any(preload: tuple[str, ...], files: list[str] | None) -> bool:
    """Whether one of the files names a module of these; true where there are too many to look at."""
    return files is None or any(mention(preload).search(content(path)) for path in files)


@cache
def mention(modules: tuple[str, ...]) -> re.Pattern[bytes]:
    """What finds the name of any of the packages that these modules are in."""
    names = sorted({name.partition(".")[0] for name in modules})
    return re.compile(rb"\b(" + "|".join(map(re.escape, names)).encode() + rb")\b")


def whereabouts(folder: JobFolder, job: Job, path: str) -> str | None:
    """The file that a path inside the job is, were it read now."""
    normal = os.path.normpath(path)
    for number, each in enumerate(job.inputs):
        above = each.folder.rstrip("/") + "/"
        linked = f"{folder.path}/inputs/{number}/{normal[len(above) :]}"
        if normal.startswith(above) and os.path.isfile(linked):  # noqa: PTH113
            return linked
    try:
        place = folder.where(normal)
    except OutOfPlace:
        return None
    return place if os.path.isfile(place) else None  # noqa: PTH113


def input_places(folder: JobFolder, job: Job, number: int) -> tuple[str, str]:
    """Where an input's files are, before the job starts: links, or copies in their place."""
    return f"{folder.path}/inputs/{number}", folder.where(job.inputs[number].folder)


def modules(top: str) -> list[str] | None:
    """The Python files under a folder; None if there is too much to look at."""
    found: list[str] = []
    for number, (place, _, files) in enumerate(os.walk(top)):
        found += [f"{place}/{name}" for name in files if name.endswith(".py")]
        if number >= MOST or len(found) > MOST:
            return None
    return found


def content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return file.read()
