"""Builds by the very program that runs in jobs, in a folder of a test's own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSIDE = Path(__file__).parents[3] / "src" / "penstock" / "images" / "inside"
DEADLINE = 60.0
Json = Any


@dataclass(frozen=True)
class Done:
    """What a build has come to."""

    status: int
    log: str
    told: Mapping[str, Json]
    root: Path

    @property
    def phases(self) -> dict[str, str]:
        return {phase["phaseType"]: phase["phaseStatus"] for phase in self.told["phases"]}

    @property
    def output(self) -> list[str]:
        """The lines of the commands' own."""
        return [line for line in self.log.splitlines() if not line.startswith("[Container]")]

    def message(self, phase: str) -> str:
        contexts = next(each["contexts"] for each in self.told["phases"] if each["phaseType"] == phase)
        return "; ".join(f"{each['statusCode']}: {each['message']}" for each in contexts if any(each.values()))

    @property
    def exported(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in self.told["exported"]}


def phase(name: str, *commands: str, after: tuple[str, ...] = (), **more: Json) -> Json:
    return {"name": name, "commands": commands, "finally": after, "user": "", **more}


def artifacts(*files: str, **more: Json) -> Json:
    wanted = {
        "identifier": "", "name": "", "base": "", "exclude": [], "flat": False, "links": False, "packed": False,
        "prefix": "",
    }  # fmt: skip
    return {**wanted, "files": files, **more}


def order(root: Path, *phases: Json, **more: Json) -> Path:
    """An order's file."""
    wanted = {
        "root": str(root), "folder": str(root / "src"), "shell": "sh", "keeps_session": True, "secrets": [],
        "notes": [], "sources": [], "phases": phases, "exported": [], "reports": [], "artifacts": [], "undefined": [],
        "cache": None, "is_debugged": False, "is_sandbox": False, "versions": {}, **more,
    }  # fmt: skip
    (root / "order.json").write_text(json.dumps(wanted))
    return root / "order.json"


def command(file: Path) -> list[str]:
    return [sys.executable, "-m", "penstock_build", str(file)]


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(INSIDE), **more}


def build(root: Path, *phases: Json, variables: Mapping[str, str] | None = None, **more: Json) -> Done:
    """Have a build carried out."""
    ended = subprocess.run(
        command(order(root, *phases, **more)), env=environment(**(variables or {})), capture_output=True, text=True,
        timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert not ended.stderr, ended.stderr
    return Done(ended.returncode, ended.stdout, told(root), root)


def told(root: Path) -> Json:
    return json.loads((root / "told" / "build.json").read_text())
