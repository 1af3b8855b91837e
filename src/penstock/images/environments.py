"""Environments as mapping files describe them: which Python, what it extends, what is installed on top.

    [environments.sagemaker-sdk]
    extends = "installed"                      # see what that one has, and
    requirements = "locks/sagemaker-sdk.txt"   # these, exactly: every line pinned and hashed

Pure but for reading files: nothing here runs or builds (`penstock.runtimes.environments` does).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

Json = Any

KEYS: Final = frozenset({"summary", "distributions", "python", "requirements", "extends", "same_as", "absent"})
PIN: Final = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
CONTINUED: Final = re.compile(r"\\\r?\n")


class BadEnvironment(ValueError):
    """A description that cannot be meant, or a lock that is none. The sentence says which and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One `[environments.NAME]`.

    `distributions` are the packages that a framework's version is read from. `python` is a version (`3.10`) or the path
    of an interpreter; empty is Penstock's own. Without `requirements` nothing is built, and the interpreter used as it
    is. `same_as` is another one that is meant by this name. `absent` is a sentence where Penstock ships no such
    environment and a user's file may.
    """

    name: str
    summary: str
    distributions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    python: str = ""
    extends: str = ""
    requirements: Path | None = None
    same_as: str = ""
    absent: str = ""

    @classmethod
    def read(cls, name: str, document: Json, folder: Path) -> "Environment":
        """Paths are relative to the folder of the file that they are written in."""
        if strange := sorted(set(document) - KEYS):
            raise BadEnvironment(f"[environments.{name}] has the unknown key '{strange[0]}'")
        if document.get("extends") and document.get("python"):
            raise BadEnvironment(f"[environments.{name}] has the Python of what it extends: leave out 'python'")
        if document.get("extends") and not document.get("requirements"):
            raise BadEnvironment(f"[environments.{name}] extends another one by nothing: it lacks 'requirements'")
        if document.get("same_as") and set(document) != {"same_as"}:
            raise BadEnvironment(f"[environments.{name}] is the same as another one: leave out all but 'same_as'")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            raise BadEnvironment(f"'{name}' is no name for an environment: letters, digits, dots and dashes are")
        given = document.get("requirements")
        return cls(
            name=name,
            summary=str(document.get("summary", name)),
            distributions={each: tuple(names) for each, names in document.get("distributions", {}).items()},
            python=str(document.get("python", "")),
            extends=str(document.get("extends", "")),
            same_as=str(document.get("same_as", "")),
            absent=str(document.get("absent", "")),
            requirements=None if given is None else folder / Path(given).expanduser(),
        )

    @property
    def is_built(self) -> bool:
        """Whether Penstock makes it; else it is an interpreter that is there."""
        return self.requirements is not None


def lock_of(requirements: Path) -> Path:
    """Where the lock of what a user has written lies: the file itself where it is one, else beside it."""
    if requirements.suffix == ".txt" and not _loose(_lines(requirements)):
        return requirements
    return requirements.with_name(f"{requirements.name}.lock")


def locked(environment: Environment) -> str:
    """The text that uv is given: pinned, hashed, nothing else. Raises `BadEnvironment`."""
    assert environment.requirements is not None
    place = lock_of(environment.requirements)
    if place != environment.requirements and not place.exists():
        raise BadEnvironment(
            f"{environment.requirements} does not pin and hash every package, and only what is locked is downloaded; "
            f"lock it with: penstock env lock {environment.name}"
        )
    lines = _lines(place)
    if loose := _loose(lines):
        raise BadEnvironment(f"{place} is no lock: '{loose[0]}' is not of the form name==version --hash=sha256:…")
    return "".join(f"{line}\n" for line in lines)


def pins(lock: str) -> dict[str, str]:
    """The version of each package in a lock, by its normal name."""
    return {normal(found["name"]): found["version"] for line in lock.splitlines() if (found := PIN.match(line))}


def wishes(requirements: Path) -> list[str]:
    """What is to be locked: the lines of a requirements file, or a project's dependencies. Raises `BadEnvironment`."""
    if requirements.suffix != ".toml":
        return _lines(requirements)
    try:
        project = tomllib.loads(requirements.read_text()).get("project", {})
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise BadEnvironment(f"{requirements}: {problem}") from None
    if not project.get("dependencies"):
        raise BadEnvironment(f"{requirements} has no dependencies in [project]")
    return list(project["dependencies"])


def normal(name: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text()
    except OSError as problem:
        raise BadEnvironment(f"{path} cannot be read: {problem.strerror}") from None
    joined = CONTINUED.sub(" ", text)
    plain = (re.sub(r"(^|\s)#.*$", "", line) for line in joined.splitlines())
    return [" ".join(line.split()) for line in plain if line.strip()]


def is_lock(text: str) -> bool:
    """Whether every line of a text pins a package by version and content."""
    return not _loose(text.splitlines())


def _loose(lines: list[str]) -> list[str]:
    """The lines that do not pin a package by version and content."""
    return [line for line in lines if not PIN.match(line) or "--hash=sha256:" not in line]
