"""Where things are in a training job: `/opt/ml`, or the folder that `SAGEMAKER_BASE_DIR` names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Any


@dataclass(frozen=True)
class Folders:
    base: Path

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Folders":
        return cls(Path(variables.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def code(self) -> Path:
        return self.base / "code"

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def input(self) -> Path:
        return self.base / "input"

    @property
    def config(self) -> Path:
        return self.input / "config"

    @property
    def output(self) -> Path:
        return self.base / "output"

    @property
    def output_data(self) -> Path:
        return self.output / "data"

    @property
    def output_intermediate(self) -> Path:
        return self.output / "intermediate"

    @property
    def packages(self) -> Path:
        """What a job's own requirements are installed into; the shared environment never changes."""
        return self.base / ".packages"

    def channel(self, name: str) -> Path:
        return self.input / "data" / name

    def configuration(self, name: str) -> Json:
        """One of the platform's JSON files; those that a job has no use for may be absent."""
        path = self.config / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else {}
