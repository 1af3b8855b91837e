"""Pausing: a build that is debugged waits, and whoever looks finds its folder and its variables as they are.

codebuild-breakpoint    wait here (also done for a build whose command has failed)     codebuild-resume    go on
"""

import os
import time
from pathlib import Path

from penstock_build import seldom

PLACE = "PENSTOCK_DOOR"  # names the folder of the door, in a build that is debugged
RESUME = "resume"
LONGEST = 3600.0  # seconds of one pause
LOOK_EVERY = 0.2


def pause() -> int:
    """Wait until somebody resumes, or for an hour."""
    if PLACE not in os.environ:
        print("codebuild-breakpoint is passed over: the build was not started with debugSessionEnabled", flush=True)
        return 0
    place, until = Path(os.environ[PLACE]), time.monotonic() + LONGEST
    resumed = place / RESUME
    resumed.unlink(missing_ok=True)
    with seldom("door").Door(place, Path.cwd(), os.environ) as door:
        build = os.environ.get("CODEBUILD_BUILD_ID", "")
        print(f"Paused for an hour at most: `penstock build debug {build}` opens a shell here", flush=True)
        while not resumed.exists() and time.monotonic() < until:
            door.wait(LOOK_EVERY)
    resumed.unlink(missing_ok=True)
    print("Going on", flush=True)
    return 0


def resume() -> int:
    place = Path(os.environ.get(PLACE, "/nowhere"))
    if not (place / seldom("door").NAME).exists():
        print("codebuild-resume: the build is not paused", flush=True)
        return 1
    (place / RESUME).touch()
    return 0
