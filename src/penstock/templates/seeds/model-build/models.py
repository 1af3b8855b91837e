"""Which digit is on an image: a model that learns it, how good it is, what it answers when it is served."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from features import LABEL
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

from penstock.pipeline import Model, step


class Trained(NamedTuple):
    model: Model[SVC]
    accuracy: float


@dataclass
class Quality:
    accuracy: float
    f1: float


@step(cpu=1, memory="2GiB", timeout="30m")
def train(images: pd.DataFrame, cost: float = 1.0, width: float = 0.001) -> Trained:
    """A support vector machine, and how well such a machine does on parts of the data that it has not seen."""
    machine = SVC(C=cost, gamma=width)
    features = images.drop(columns=LABEL).to_numpy()
    accuracy = cross_val_score(machine, features, images[LABEL], cv=3).mean()
    return Trained(machine.fit(features, images[LABEL]), float(accuracy))


@step
def evaluate(model: SVC, images: pd.DataFrame) -> Quality:
    """How good the model is on images that it has not seen."""
    answers = model.predict(images.drop(columns=LABEL).to_numpy())
    return Quality(
        float(accuracy_score(images[LABEL], answers)), float(f1_score(images[LABEL], answers, average="macro"))
    )


def read(model: SVC, images: NDArray[Any]) -> list[int]:
    """What the served model answers: digits."""
    return [int(digit) for digit in model.predict(images)]
