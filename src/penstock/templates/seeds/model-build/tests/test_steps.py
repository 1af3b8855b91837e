"""Steps are functions: they are tested as such."""

import sys
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE))

from features import LABEL, Digits, prepare  # noqa: E402
from models import evaluate, read, train  # noqa: E402


@pytest.fixture(scope="module")
def digits() -> Digits:
    return prepare(HERE / "data" / "digits.csv", HERE / "labelled")


def test_every_digit_is_learned_and_tested_alike(digits: Digits) -> None:
    learned, tested = (table[LABEL].value_counts(normalize=True) for table in digits)
    assert sorted(learned.index) == list(range(10))
    assert (learned - tested).abs().max() < 0.01


def test_no_image_is_learned_and_tested(digits: Digits) -> None:
    assert len(digits.train.merge(digits.test)) == 0


def test_labelled_images_are_learned_from(tmp_path: Path) -> None:
    more = pd.read_csv(HERE / "data" / "digits.csv").head(200)
    more.iloc[:, :-1] = 16 - more.iloc[:, :-1]
    more.to_csv(tmp_path / "more.csv", index=False)

    with_more, without = prepare(HERE / "data" / "digits.csv", tmp_path), prepare(HERE / "data" / "digits.csv", HERE)

    assert len(with_more.train) > len(without.train)


def test_a_model_reads_digits(digits: Digits) -> None:
    trained = train(digits.train.head(400))

    assert evaluate(trained.model, digits.test).accuracy > 0.9
    pixels = digits.test.drop(columns=LABEL).to_numpy()
    assert read(trained.model, pixels[:2]) == list(trained.model.predict(pixels[:2]))
