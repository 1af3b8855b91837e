"""The packages that a job's own code asks for, installed beside the shared environment, never into it.

pip first says what is missing, with what the environment already has taken into account; exactly that goes into a
folder of the job which comes before the environment on the script's path. Nothing missing: nothing installed. Where an
environment that is built already on top of the job's own has all of it (`extension`), that one's packages will do.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from penstock_image.failure import InstallRequirementsError
from penstock_image.layout import Folders, Json

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
# Building a package with the tools at hand, where there are any, needs no network.
BUILDING = ("--no-build-isolation",) if importlib.util.find_spec("setuptools") else ()
NAMED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")  # what a line of requirements asks for
WHOLE = "penstock.json"  # the mark of an environment that is built
# What nobody imports need not be compiled: a model server must answer soon.
QUICKLY = ("--no-deps", "--ignore-installed", "--no-warn-script-location", "--no-compile")
# pip's `--target` would leave out the libraries that a wheel brings beside its packages (MPICH's).
PREFIX = ".prefix"
SITES = ("lib*/python*/*-packages", "local/lib*/python*/*-packages")  # Debian's Python has the latter
TOLD = 40  # lines of pip's output that a failure repeats


def install(folders: Folders) -> bool:
    """Install what `requirements.txt` and `setup.py` in the code folder ask for; true if that was anything."""
    requirements = folders.code / "requirements.txt"
    wanted = ["-r", str(requirements)] if requirements.exists() else []
    if (folders.code / "setup.py").exists():
        wanted.append(".")
    if not wanted:
        return False
    # pip says nothing meanwhile, which may take minutes where packages ask for many others.
    print("Finding out which packages the code asks for and the environment has not", flush=True)
    missing = _missing(folders, wanted)
    if not missing:
        return False
    pins = folders.packages / "resolved.txt"
    pins.write_text("\n".join([*_index_options(requirements), *missing]) + "\n")
    prefix = folders.packages / PREFIX
    _pip(folders, "install", *BUILDING, "--prefix", str(prefix), *QUICKLY, "-r", str(pins))
    for site in [place for kind in SITES for place in prefix.glob(kind)]:
        for entry in [*site.iterdir()]:
            entry.rename(folders.packages / entry.name)
    return True


def finding(folders: Folders, before: Mapping[str, str]) -> dict[str, str]:
    """The variables by which the programs and the shared libraries of what was installed are found."""
    found = {}
    for prefix in (folders.packages / PREFIX, folders.packages / PREFIX / "local"):
        programs, libraries = prefix / "bin", prefix / "lib"
        if programs.is_dir():
            found["PATH"] = os.pathsep.join([str(programs), before.get("PATH", os.defpath)])
        if any(libraries.glob("*.so*")):
            others = before.get("LD_LIBRARY_PATH")
            found["LD_LIBRARY_PATH"] = os.pathsep.join([str(libraries), *([others] if others else [])])
    return found


def extension(folders: Folders, extensions: Sequence[Path]) -> Path | None:
    """The packages of a built environment that answer `requirements.txt` whole, where the job's own does not."""
    requirements = folders.code / "requirements.txt"
    if not requirements.exists() or (folders.code / "setup.py").exists():
        return None
    named = {normal(found[1]) for line in requirements.read_text().splitlines() if (found := NAMED.match(line))}
    likely = [place for place in _sites(extensions) if named & _distributions(place)]
    if not likely or _has_all(requirements, None):
        return None
    return next((place for place in likely if _has_all(requirements, place)), None)


def normal(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _sites(environments: Sequence[Path]) -> Iterator[Path]:
    """Where the packages are of those environments that are built."""
    for folder in environments:
        if (folder / WHOLE).exists():
            yield from folder.glob("lib/python3.*/site-packages")


def _distributions(place: Path) -> set[str]:
    return {normal(record.name.split("-")[0]) for record in place.glob("*.dist-info")}


def _has_all(requirements: Path, place: Path | None) -> bool:
    """Whether this Python, with the packages of a place before its own, lacks nothing; no index is asked."""
    path = os.pathsep.join([*([str(place)] if place else []), os.environ.get("PYTHONPATH", "")])
    words = [*PIP, "install", "--dry-run", "--quiet", "--no-index", "--report", "-", "-r", str(requirements)]
    asked = subprocess.run(words, env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=False)
    return asked.returncode == 0 and not json.loads(asked.stdout)["install"]


def _missing(folders: Folders, wanted: list[str]) -> list[str]:
    """What the environment lacks, as exact requirements."""
    folders.packages.mkdir(parents=True, exist_ok=True)
    report = folders.packages / "report.json"
    _pip(folders, "install", "--dry-run", "--quiet", *BUILDING, "--report", str(report), *wanted)
    return [_exactly(item) for item in json.loads(report.read_text())["install"]]


def _exactly(item: Json) -> str:
    """One entry of pip's report: by name and version, or by its own address where it was named by one."""
    if item["is_direct"]:
        return str(item["download_info"]["url"])
    return f"{item['metadata']['name']}=={item['metadata']['version']}"


def _index_options(requirements: Path) -> list[str]:
    """Lines like `--extra-index-url …` hold for the second call, too."""
    if not requirements.exists():
        return []
    lines = (line.strip() for line in requirements.read_text().splitlines())
    return [line for line in lines if line.startswith("--")]


def _pip(folders: Folders, *arguments: str) -> None:
    """Run pip, its output going to the job's log as it comes."""
    words = [*PIP, *arguments]
    last: deque[str] = deque(maxlen=TOLD)
    with subprocess.Popen(
        words, cwd=folders.code, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last.append(line)
    if pip.returncode:
        raise InstallRequirementsError(" ".join(words), pip.returncode, "".join(last))
