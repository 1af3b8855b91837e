"""A venv of a job's own, laid over its image's environment: what a job installs is the job's, and goes with it.

Only for jobs that may install something (`may_install`): shell scripts, and Python that speaks of pip. It costs a few
small files, and sees all that the environment has.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from penstock.engine.jobs import Job
from penstock.runtimes.folder import JobFolder
from penstock.runtimes.sandbox.images import CODE, OWN, START, Image, is_code, is_script
from penstock.runtimes.sandbox.needs import content, input_places, modules, whereabouts

SPEAKS_OF_PIP: Final = re.compile(rb"\bpip3?\b")
BESIDE_CODE: Final = "/opt/ml/.packages"  # where `images/inside/penstock_image/packages.py` puts them
RECORD: Final = ".dist-info"
PIP: Final = '#!/bin/sh\nexec "${0%/*}/python3" -m pip "$@"\n'


class Below(NamedTuple):
    """What a venv says of the Python that it is laid over."""

    program: str
    library: str  # `python3.11`
    sites: str  # the line that shows its packages; empty where the interpreter shows them by itself


def may_install(folder: JobFolder, job: Job, command: tuple[str, ...]) -> bool:
    """Whether a job may install packages, by what it starts and what its scripts say."""
    if is_code(command):
        texts = (command[2].encode(), *(text for path, text in job.files.items() if path.endswith(".py")))
        tops = [place for number in range(len(job.inputs)) for place in input_places(folder, job, number)]
        return any(map(SPEAKS_OF_PIP.search, texts)) or any(map(speak_of_pip, tops))
    if not is_script(command):
        return True
    place = whereabouts(folder, job, os.path.join(job.working_folder or START, command[1]))  # noqa: PTH118 - inside the job
    return speak_of_pip(os.path.dirname(place) if place else folder.where(CODE))  # noqa: PTH120


def speak_of_pip(top: str) -> bool:
    """Whether any of the Python files under a folder does, or there are too many to look at."""
    found = modules(top)
    return found is None or any(SPEAKS_OF_PIP.search(content(path)) for path in found)


def folders(image: Image) -> tuple[str, str]:
    """What there must be below a job's folder."""
    own = f"tmp{OWN.removeprefix('/tmp')}"  # noqa: S108 - the job's
    return f"{own}/bin", f"{own}/lib/{below(image.python).library}/site-packages"


def lay(folder: JobFolder, image: Image) -> None:
    """Make it; its folders are there."""
    programs, packages = (f"{folder.path}/{each}" for each in folders(image))
    python = below(image.python)
    for name in ("python", "python3"):
        Path(programs, name).symlink_to(python.program)
    for name in ("pip", "pip3"):
        with open(f"{programs}/{name}", "w", opener=executable) as file:
            file.write(PIP)
    shows = "false" if python.sites else "true"
    text = f"home = {os.path.dirname(python.program)}\ninclude-system-site-packages = {shows}\n"  # noqa: PTH120
    if python.sites:
        Path(packages, "_penstock_image.pth").write_text(python.sites)
    Path(programs).with_name("pyvenv.cfg").write_text(text)


def is_laid(folder: JobFolder) -> bool:
    return os.path.exists(f"{folder.path}/tmp{OWN.removeprefix('/tmp')}/pyvenv.cfg")  # noqa: PTH110, S108 - the job's


def installed(folder: JobFolder) -> tuple[str, ...]:
    """The packages that a job has installed for itself, there or beside its code: `name==version`."""
    places = [folder.where(BESIDE_CODE)]
    if is_laid(folder):
        places += map(str, Path(f"{folder.path}/tmp{OWN.removeprefix('/tmp')}/lib").glob("*/site-packages"))  # noqa: S108
    return tuple(sorted(_package(name) for place in places for name in _records(place)))


def _records(place: str) -> list[str]:
    """The records of packages in a folder; as a rule there is none."""
    try:
        return [name for name in os.listdir(place) if name.endswith(RECORD)]  # noqa: PTH208
    except OSError:
        return []


def _package(record: str) -> str:
    name, _, version = record.removesuffix(RECORD).partition("-")
    return f"{name.replace('_', '-').lower()}=={version}"


def executable(path: str, flags: int) -> int:
    return os.open(path, flags, 0o755)


@lru_cache(maxsize=64)
def below(python: Path) -> Below:
    """The real interpreter behind one, and how its packages are shown."""
    real = python.resolve()
    library = next(real.parents[1].glob("lib/python3.*/os.py")).parent.name
    if not (python.parents[1] / "pyvenv.cfg").exists():
        return Below(str(real), library, "")
    packages = python.parents[1] / "lib" / library / "site-packages"
    return Below(str(real), library, f"import site; site.addsitedir({str(packages)!r})\n")
