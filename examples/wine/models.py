"""Which of three growers a wine is from: a forest that learns it, how good it is, what it answers."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pandas as pd
from features import LABEL
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import cross_val_score

from penstock.pipeline import Model, step

GROWERS = ("Anselmo", "Bianca", "Carlo")


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
    """How good the forest is on wines that it has not seen."""
    answers = model.predict(wines.drop(columns=LABEL).to_numpy())
    accuracy = accuracy_score(wines[LABEL], answers)
    return Quality(float(accuracy), float(f1_score(wines[LABEL], answers, average="macro")))


def grower(model: RandomForestClassifier, rows: NDArray[Any]) -> list[str]:
    """What the served model answers: names."""
    return [GROWERS[kind] for kind in model.predict(rows)]


@step
def count(answers: Path) -> dict[str, int]:
    """How many wines of the batch are whose."""
    names = [name for file in answers.glob("*.out") for name in file.read_text().split()]
    return {name: names.count(name) for name in GROWERS}


@step(cache=False)
def taste(endpoint: str, wines: pd.DataFrame) -> str:
    """Ask the endpoint about one wine, as its customers will."""
    row = ",".join(map(str, wines.drop(columns=LABEL).iloc[0]))
    runtime = boto3.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Accept="application/json", Body=row)
    (name,) = json.loads(answer["Body"].read())
    return str(name)
