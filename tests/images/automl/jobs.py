"""The jobs of an AutoML job, in this process: a table in, what each job leaves."""

import json
import random
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock_automl import exploring, reports, training
from penstock_automl.schema import Schema

Json = Any
XGBOOST = {
    "algorithm": "xgboost", "num_round": "20", "max_depth": "3", "eta": "0.3", "subsample": "0.8",
    "colsample_bytree": "0.8", "min_child_weight": "1",
}  # fmt: skip
LINEAR = {"algorithm": "linear-learner", "alpha": "0.01", "l1_ratio": "0.5"}
FOREST = {"algorithm": "randomforest", "n_estimators": "20", "max_features": "0.5", "min_samples_leaf": "1"}
TREES = {**FOREST, "algorithm": "extra-trees"}
MLP = {"algorithm": "mlp", "hidden": "8", "alpha": "0.001", "learning_rate": "0.05"}


@dataclass
class Jobs:
    """Each job has a folder of its own below `root`."""

    root: Path

    def explore(self, text: str, files: Mapping[str, bytes] = {}, *, target: str = "y", **asked: str) -> Json:
        """Explore a table, and other files by their channel."""
        base = self.root / "explore"
        given = {"training": text.encode(), **files}
        for channel, content in given.items():
            (base / "input" / channel).mkdir(parents=True)
            (base / "input" / channel / "part").write_bytes(content)
        variables = {"target": target, "job": "a-job", "ensembling": "xgboost", **asked}
        return exploring.explore(base, {f"automl_{name}": value for name, value in variables.items()})

    @property
    def data(self) -> Path:
        return self.root / "explore" / "output" / "data"

    @property
    def schema(self) -> Schema:
        return Schema.read(self.data / "schema.json")

    def train(self, name: str, values: dict[str, str], *candidates: Path) -> Path:
        """The folder of a model."""
        base = self.root / name
        shutil.copytree(self.data, base / "input/data/train")
        (base / "input/config").mkdir(parents=True)
        (base / "input/config/hyperparameters.json").write_text(json.dumps(values))
        for place, folder in enumerate(candidates):
            pack(folder, base / f"input/data/candidate-{place}")
        training.train(base)
        return base / "model"

    def report(self, model: Path) -> Path:
        """The folder of both reports on a model."""
        base = self.root / "report"
        shutil.copytree(self.data, base / "input/data")
        pack(model, base / "input/model")
        reports.explain(base)
        reports.assess(base)
        return base / "output"


def pack(model: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(model, arcname=".")


def people(count: int = 60, target: str = "label") -> str:
    """A table with a column of every type; `y` follows from age and job."""
    dice = random.Random(1)
    lines = ["id,age,job,joined,about,same,y"]
    for number in range(count):
        age, job = dice.randint(18, 70), dice.choice(["cook", "smith", "clerk"])
        y = age / 10 + (3 if job == "cook" else 0) + dice.random()
        is_old = "old" if y > 6 else "young"
        words = dice.choice(["likes good food and wine", "has nothing at all to say"])
        shown = "" if number % 9 == 0 else age
        told = {"label": is_old, "value": round(y, 3), "three": min(int(y // 3), 2)}[target]
        lines.append(f"u{number},{shown},{job},20{dice.randint(10, 24)}-03-1{dice.randint(0, 9)},{words},1,{told}")
    return "\n".join(lines) + "\n"
