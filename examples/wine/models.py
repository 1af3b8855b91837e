"""Which of three growers a wine is from: a forest that learns it, and how good it is."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import cross_val_score

from penstock.pipeline import Model, step

LABEL = "kind"


class Trained(NamedTuple):
    model: Model[RandomForestClassifier]
    accuracy: float


@dataclass
class Quality:
    accuracy: float
    f1: float


@step(cpu=2, memory="4GiB", timeout="30m")
def train(wines: pd.DataFrame, trees: int = 50, depth: int = 4) -> Trained:
    """A forest, and how well such a forest does on parts of the data that it has not seen."""
    forest = RandomForestClassifier(n_estimators=trees, max_depth=depth, random_state=0)
    features = wines.drop(columns=LABEL).to_numpy()
    accuracy = cross_val_score(forest, features, wines[LABEL], cv=3).mean()
    return Trained(forest.fit(features, wines[LABEL]), float(accuracy))


@step
def evaluate(model: RandomForestClassifier, wines: pd.DataFrame) -> Quality:
    """How good the forest is on wines that nobody has looked at."""
    answers = model.predict(wines.drop(columns=LABEL).to_numpy())
    return Quality(
        accuracy=float(accuracy_score(wines[LABEL], answers)), f1=float(f1_score(wines[LABEL], answers, average="macro"))
    )
