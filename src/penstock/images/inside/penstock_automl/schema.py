"""The schema: what the exploration has found out, and every later job goes by."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Schema:
    """`columns` are all features, in the order of the data; `types` those that are of use. `labels` are sorted, and
    none for a regression. With `folds` there is no validation set: rows are answered by models that have not seen them.
    """

    target: str
    problem: str
    metric: str
    columns: list[str]
    types: dict[str, str]
    labels: list[str]
    weight: str = ""
    folds: int = 0

    @property
    def is_regression(self) -> bool:
        return self.problem == "Regression"

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Schema":
        return cls(**json.loads(path.read_text()))

    def truth(self, table: pd.DataFrame) -> np.ndarray:
        """What is to be predicted: values, or the places of labels."""
        if self.is_regression:
            values: np.ndarray = pd.to_numeric(table[self.target]).to_numpy(dtype=float)
            return values
        places = {label: place for place, label in enumerate(self.labels)}
        return np.array([places[label] for label in table[self.target]], dtype=int)

    def weights(self, table: pd.DataFrame) -> np.ndarray | None:
        return pd.to_numeric(table[self.weight]).to_numpy(dtype=float) if self.weight else None
