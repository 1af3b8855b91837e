"""Runtime versions: what a build spec's `runtime-versions` picks of what is installed here.

A Python that is at hand gets an environment of its own, first on the path; where none is, the build keeps the Python
that it has and its log says so, since build specs name versions that AWS's images once had. Anything else that is not
here fails, as on AWS.
"""

import glob
import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, Mapping, Optional

PLACES = ("{home}/.pyenv/versions/3.*/bin", "{home}/.local/share/uv/python/cpython-3.*/bin", "/opt/python/3.*/bin")
USUAL = ("/usr/local/bin", "/usr/bin")
PYTHON = re.compile(r"python(3\.\d+)")
ANY = ("latest", "3", "3.x")
PROGRAMS = {
    "nodejs": "node", "java": "java", "golang": "go", "ruby": "ruby", "php": "php", "dotnet": "dotnet",
}  # fmt: skip
PROBES = {"nodejs": ("node", "--version")}  # whose version is looked at
LONGEST = 300.0  # seconds for making an environment
NO_MATTER = ("docker",)  # AWS's images take what they have, whatever is asked for


class Unknown(Exception):
    """A runtime that is not here, or not of that version, in AWS's words."""


class Versions:
    """`path` is where programs are looked for; `notes` are for the log."""

    def __init__(self, root: Path, path: str) -> None:
        self._root = root
        self._path = path
        self.notes: "list[str]" = []

    def pick(self, wanted: Mapping[str, str]) -> "dict[str, str]":
        """Variables that make it so. Raises `Unknown`."""
        here = ["python", *(name for name, program in PROGRAMS.items() if shutil.which(program, path=self._path))]
        variables: "dict[str, str]" = {}
        for name, told in wanted.items():
            version = os.path.expandvars(told)  # a build spec may name a variable
            if name in NO_MATTER:
                continue
            if name not in here:
                runtimes = ", ".join(sorted(here))
                raise Unknown(
                    f"Unknown runtime named '{name}'. This build image has the following runtimes: {runtimes}"
                )
            self.notes.append(f"Selecting '{name}' runtime version '{version}' based on manual selections...")
            if name == "python":
                variables = self._python(version)
            elif name in PROBES:
                self._check(name, version)
            else:
                self.notes.append(f"{name} is as it is installed here: {shutil.which(PROGRAMS[name], path=self._path)}")
        return variables

    def _python(self, wanted: str) -> "dict[str, str]":
        own = f"{sys.version_info[0]}.{sys.version_info[1]}"
        version = ".".join(wanted.split(".")[:2])
        if wanted in ANY or version == own:
            return {}
        at_hand = dict(pythons(self._path))
        if version not in at_hand:
            there = ", ".join(sorted({own, *at_hand}, key=lambda each: int(each[2:])))
            self.notes.append(f"Python {wanted} is not at hand, of {there}: this build has Python {own}")
            return {}
        folder = self._root / "python"
        made = subprocess.run(
            [at_hand[version], "-m", "venv", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LONGEST,
            check=False,
        )
        if made.returncode:
            said = made.stdout.decode(errors="replace").strip()
            self.notes.append(f"{at_hand[version]} makes no environment: this build has Python {own}. It says: {said}")
            return {}
        self.notes.append(f"Python {version} is {at_hand[version]}, in an environment of this build's own")
        return {"VIRTUAL_ENV": str(folder), "PATH": os.pathsep.join([str(folder / "bin"), self._path])}

    def _check(self, name: str, wanted: str) -> None:
        told = subprocess.run(
            PROBES[name], stdout=subprocess.PIPE, env={**os.environ, "PATH": self._path}, timeout=30.0, check=False
        )
        has = told.stdout.decode().strip().lstrip("v").split(".")[0]
        if wanted not in ("latest", has, f"{has}.x"):
            here = f"This build image has the following versions: {has}"
            raise Unknown(f"Unknown runtime version named '{wanted}' of {name}. {here}")


def pythons(path: str) -> "Iterator[tuple[str, str]]":
    """Versions of Python, and where they are: the first on the path wins."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    kept = (found for place in PLACES for found in sorted(glob.glob(place.format(home=home)), reverse=True))
    for folder in reversed([*path.split(os.pathsep), *USUAL, *kept]):
        for program in sorted(glob.glob(f"{folder}/python3.*")):
            version = version_of(program)
            if version is not None and os.access(program, os.X_OK):
                yield version, program


def version_of(program: str) -> Optional[str]:
    """A version for which the library is there as well: a mere link may lead nowhere."""
    found = PYTHON.fullmatch(os.path.basename(program))
    if found is None:
        return None
    library = Path(program).resolve().parents[1] / "lib" / os.path.basename(program) / "os.py"
    return found[1] if library.exists() else None
