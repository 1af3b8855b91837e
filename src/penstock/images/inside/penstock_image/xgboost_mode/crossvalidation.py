"""Cross-validation (`_kfold`): a model for each fold, and what those that had not seen a row predicted for it.

The rows of `train` and `validation` are divided together, classes evenly where there are classes. The division comes
from `seed` (0 if not given), so that the same job gives the same folds; AWS's container divides by chance.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from penstock_image.layout import Folders, Json
from penstock_image.xgboost_mode.boosting import MODEL, Settings, boosted, save
from penstock_image.xgboost_mode.data import Table, joined
from penstock_image.xgboost_mode.metrics import classes

PREDICTIONS = "predictions.csv"


def run(settings: Settings, tables: Mapping[str, Table], folders: Folders, form: str) -> None:
    """Train every fold of every repetition; models, metrics and predictions are written as AWS's container does."""
    narrow = list(tables.values())
    width = max(table.columns for table in narrow)
    whole = joined([table.widened(width) for table in narrow])
    matrix = whole.matrix()
    print(
        f"Run {settings.repetitions}-round of {settings.folds}-fold cross validation with {whole.rows} rows", flush=True
    )
    histories: list[Json] = []
    predictions: list[Json] = [np.zeros(0)] * settings.repetitions
    for number, (seen, unseen) in enumerate(_folds(settings, whole)):
        matrices = {"train": matrix.slice(seen), "validation": matrix.slice(unseen)}
        history: dict[str, Any] = {}
        print(f"Train cross validation fold {number % settings.folds + 1}", flush=True)
        model = boosted(settings, matrices, [], results=history)
        save(model, folders.model / f"{MODEL}-{number}", form)
        histories.append(history)
        _record(predictions, number // settings.folds, unseen, model.predict(matrices["validation"]), whole.rows)
        if (number + 1) % settings.folds == 0:
            print(f"The metrics of round {(number + 1) // settings.folds} cross validation", flush=True)
            _tell(settings.rounds, histories[-settings.folds :])
    if settings.repetitions > 1:
        print(f"The overall metrics of {settings.repetitions}-round cross validation", flush=True)
        _tell(settings.rounds, histories)
    folders.output_data.mkdir(parents=True, exist_ok=True)
    columns = _columns(settings, whole.label, np.stack(predictions))
    np.savetxt(folders.output_data / PREDICTIONS, columns, delimiter=",", fmt="%f")


def _folds(settings: Settings, whole: Table) -> Json:
    kind = RepeatedStratifiedKFold if _has_classes(settings) else RepeatedKFold
    division = kind(
        n_splits=settings.folds, n_repeats=settings.repetitions, random_state=settings.parameters.get("seed", 0)
    )
    return division.split(np.zeros(whole.rows), whole.label)


def _has_classes(settings: Settings) -> bool:
    return settings.objective.startswith(("binary:", "multi:"))


def _record(predictions: list[Json], repetition: int, rows: Json, predicted: Json, total: int) -> None:
    if predictions[repetition].shape[0] != total:
        predictions[repetition] = np.zeros((total, *predicted.shape[1:]))
    predictions[repetition][rows] = predicted


def _tell(rounds: int, histories: list[Json]) -> None:
    """The mean of each metric's last value over the folds, as one line."""
    scores = [
        f"{part}-{metric}:{np.mean([history[part][metric][-1] for history in histories]):.5f}"
        for metric in histories[0]["train"]
        for part in ("train", "validation")
    ]
    print("\t".join([f"[{rounds}]", *scores]), flush=True)


def _columns(settings: Settings, truth: Json, predictions: Json) -> Json:
    """Truth and mean prediction; with classes: truth, mean probability of what was said, and what was said most."""
    if not _has_classes(settings):
        return np.column_stack([truth, predictions.mean(axis=0)])
    said = np.stack([classes(one, settings.objective) for one in predictions])
    likely = predictions.max(axis=-1) if predictions.ndim > 2 else predictions
    return np.column_stack([truth, likely.mean(axis=0), [_most_often(row) for row in said.T]])


def _most_often(row: Json) -> float:
    values, counts = np.unique(row, return_counts=True)
    return float(values[np.argmax(counts)])
