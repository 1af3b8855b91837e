"""From measured wines to what models learn from, and are tested with."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sklearn.model_selection import train_test_split

from penstock.pipeline import step


class Wines(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame


@step
def prepare(raw: Path, test_share: float = 0.3) -> Wines:
    """Share the wines out, every kind alike."""
    wines = pd.read_csv(raw)
    train, test = train_test_split(wines, test_size=test_share, random_state=0, stratify=wines["kind"])
    return Wines(train.reset_index(drop=True), test.reset_index(drop=True))
