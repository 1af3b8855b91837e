"""From scanned digits to what a model learns from and what it is tested with."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sklearn.model_selection import train_test_split

from penstock.pipeline import step

LABEL = "digit"


class Digits(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame


@step
def prepare(scanned: Path, labelled: Path, test_share: float = 0.25) -> Digits:
    """Share the images out, every digit alike: those of the repository, and those that people have labelled since."""
    tables = [pd.read_csv(scanned), *(pd.read_csv(file) for file in sorted(labelled.rglob("*.csv")))]
    images = pd.concat([table for table in tables if len(table)], ignore_index=True).drop_duplicates()
    train, test = train_test_split(images, test_size=test_share, random_state=0, stratify=images[LABEL])
    return Digits(train.reset_index(drop=True), test.reset_index(drop=True))


@step
def monitored(images: pd.DataFrame) -> Path:
    """What a served model's answers and questions are compared with later: the answer, then the pixels."""
    table = images[[LABEL, *images.columns.drop(LABEL)]]
    file = Path("monitored.csv")
    table.to_csv(file, index=False)
    return file
