"""From measured wines to what models learn from, and are tested with."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sklearn.model_selection import train_test_split

from penstock.pipeline import step

LABEL = "kind"


class Wines(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame
    unlabelled: Path


@step
def prepare(raw: Path, test_share: float = 0.3) -> Wines:
    """Share the wines out, every kind alike; what is tested, also as rows that say nothing of the kind."""
    wines = pd.read_csv(raw)
    train, test = train_test_split(wines, test_size=test_share, random_state=0, stratify=wines[LABEL])
    unlabelled = Path("unlabelled.csv")
    test.drop(columns=LABEL).to_csv(unlabelled, index=False, header=False)
    return Wines(train.reset_index(drop=True), test.reset_index(drop=True), unlabelled)
