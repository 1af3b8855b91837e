"""A training job for tests: `/opt/ml` in a temporary folder, and `train` run in it for real."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penstock.images.catalog import INSIDE, Catalog

WARM = """
import os, sys
import numpy.random
sys.path.insert(0, os.environ["INSIDE"])
from penstock_image.train import main
pid = os.fork()
if pid == 0:
    os._exit(main([]))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
COLD = [sys.executable, str(INSIDE / "train.py")]
SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
XGBOOST_PICKLED = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.0-1-cpu-py3"


@dataclass(frozen=True)
class Ended:
    exit_code: int
    output: str
    errors: str
    failure: str


@dataclass
class TrainingJob:
    base: Path
    image: str = SKLEARN
    hyperparameters: dict[str, str] = field(default_factory=dict)
    channels: dict[str, dict[str, str]] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=lambda: {"current_host": "algo-1", "hosts": ["algo-1"]})
    variables: dict[str, str] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> Path:
        return self.base / "model"

    def channel(self, name: str, files: Mapping[str, str], content_type: str | None = None) -> None:
        for path, content in files.items():
            target = self.base / "input" / "data" / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        self.channels[name] = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}
        if content_type:
            self.channels[name]["ContentType"] = content_type

    def script(self, text: str, name: str = "train.py", **others: str) -> None:
        """The customer's code, where the platform would have put it, and told about as the SDK does."""
        code = self.base / "code"
        code.mkdir(parents=True, exist_ok=True)
        for path, content in {name: text, **others}.items():
            (code / path).write_text(content)
        self.hyperparameters["sagemaker_program"] = json.dumps(name)

    def prepare(self) -> dict[str, str]:
        """Write what the platform writes; answer the job's environment."""
        for folder in ("model", "output/data", "input/config", "input/data"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        for name, content in (
            ("hyperparameters", self.hyperparameters),
            ("inputdataconfig", self.channels),
            ("resourceconfig", self.resources),
            ("checkpointconfig", self.checkpoints),
        ):
            (self.base / "input" / "config" / f"{name}.json").write_text(json.dumps(content))
        return {
            "PATH": os.environ["PATH"],
            "SAGEMAKER_BASE_DIR": str(self.base),
            **Catalog().resolve(self.image).variables,
            **self.variables,
        }

    def run(self, *, warm: bool = False) -> Ended:
        command = [sys.executable, "-c", WARM] if warm else COLD
        environment = self.prepare() | ({"INSIDE": str(INSIDE)} if warm else {})
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        failure = self.base / "output" / "failure"
        return Ended(done.returncode, done.stdout, done.stderr, failure.read_text() if failure.exists() else "")
