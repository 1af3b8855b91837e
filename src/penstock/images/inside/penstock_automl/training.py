"""Training: a candidate, and what it answers to rows that it has not seen. The metrics go to the log.

Such answers are of the validation set, or, where rows are few, of each fold by a model of the others; the candidate is
then fitted to all rows. They stay with the model (`unseen.npy`), for mixing and reports.
"""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline

from penstock_automl import SEED, archive, estimators, mixing, table
from penstock_automl.estimators import Model
from penstock_automl.schema import Schema
from penstock_automl.scoring import scored
from penstock_image.failure import ClientError


def train(base: Path) -> None:
    """Write a model, and say what it is worth. Raises `ClientError`."""
    data = base / "input/data/train"
    schema, rows = Schema.read(data / "schema.json"), table.kept(data / "train.csv")
    held = rows if schema.folds else table.kept(data / "validation.csv")
    truth, weights = schema.truth(held), schema.weights(held)
    values = json.loads((base / "input/config/hyperparameters.json").read_text())
    if values["algorithm"] == "ensemble":
        model, answers = mixing.mixed(base / "input/data", schema, truth, weights)
    elif values["algorithm"] in estimators.ALGORITHMS:
        model, answers = candidate(schema, values, rows, held)
    else:
        raise ClientError(f"the hyperparameter algorithm is '{values['algorithm']}', which this image does not have")
    for name, value in scored(schema.problem, truth, answers, weights).items():
        print(f"validation:{name}={value!r}", flush=True)
    archive.save(model, answers, base / "model")


def candidate(schema: Schema, values: dict[str, str], rows: pd.DataFrame, held: pd.DataFrame) -> tuple[Model, Any]:
    """One pipeline, and its answers to rows that it has not seen."""

    def fitted(learnt: pd.DataFrame) -> Pipeline:
        part = estimators.pipeline(
            values["algorithm"], values, schema.types, is_regression=schema.is_regression, seed=SEED
        )
        weights = schema.weights(learnt)
        given = {} if weights is None else {f"{part.steps[-1][0]}__sample_weight": weights}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # whether more steps would pay, the search finds out
            return part.fit(learnt[list(schema.types)], schema.truth(learnt), **given)

    answers = across(schema, rows, fitted) if schema.folds else None
    whole = fitted(rows)
    if answers is None:
        answers = estimators.answers(whole, held)
    return Model(schema.columns, schema.labels, [whole]), answers


def across(schema: Schema, rows: pd.DataFrame, fitted: Any) -> Any:
    """Each row's answer by a pipeline that was fitted without its fold."""
    truth = schema.truth(rows)
    kind = KFold if schema.is_regression else StratifiedKFold
    answers = np.zeros(len(rows) if schema.is_regression else (len(rows), len(schema.labels)))
    for learnt, left in kind(schema.folds, shuffle=True, random_state=SEED).split(rows, truth):
        answers[left] = estimators.answers(fitted(rows.iloc[learnt]), rows.iloc[left])
    return answers
