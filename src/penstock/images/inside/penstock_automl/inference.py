"""The handler of a model: CSV lines of features in, what `SAGEMAKER_INFERENCE_OUTPUT` names of each prediction out.

predicted_label   the most probable label, or the value          probability    that label's; of two: the second's
probabilities     of each label, in the order of `labels`        labels         all of them
"""

import csv
import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from penstock_automl.estimators import Model

KEYS = ("predicted_label", "probability", "probabilities", "labels")
MISSING = ("", "?", "NA", "N/A", "NaN", "nan", "null", "None")


def model_fn(folder: str) -> Model:
    model: Model = pickle.loads((Path(folder) / "model.pkl").read_bytes())  # noqa: S301 - of this very archive
    return model


def input_fn(content: bytes, content_type: str) -> list[list[str]]:
    if content_type.partition(";")[0].strip() != "text/csv":
        raise ValueError(f"this model takes text/csv, not {content_type}")
    text = content.decode() if isinstance(content, bytes) else content
    return [row for row in csv.reader(io.StringIO(text)) if row]


def predict_fn(rows: list[list[str]], model: Model) -> list[list[Any]]:
    if rows and rows[0] == model.columns:  # a header
        rows = rows[1:]
    for row in rows:
        if len(row) != len(model.columns):
            raise ValueError(
                f"a row has {len(row)} values, and the model has {len(model.columns)} columns: "
                + ", ".join(model.columns)
            )
    if not rows:
        return []
    wanted = os.environ.get("SAGEMAKER_INFERENCE_OUTPUT") or "predicted_label"
    table = pd.DataFrame(rows, columns=model.columns, dtype=object)
    found = model.answers(table.mask(table.isin(MISSING)))
    return [[told(key.strip(), answer, model.labels) for key in wanted.split(",")] for answer in found]


def told(key: str, answer: Any, labels: list[str]) -> Any:
    """One thing about a prediction."""
    if key not in KEYS or (not labels and key != "predicted_label"):
        raise ValueError(f"SAGEMAKER_INFERENCE_OUTPUT names {key}, which this model does not tell")
    if not labels:
        return float(answer)
    best = int(np.argmax(answer))
    tell: dict[str, Callable[[], Any]] = {
        "predicted_label": lambda: labels[best],
        "probability": lambda: float(answer[1] if len(labels) == 2 else answer[best]),
        "probabilities": lambda: json.dumps([float(each) for each in answer]),
        "labels": lambda: json.dumps(labels),
    }
    return tell[key]()


def output_fn(prediction: list[list[Any]], accept: str) -> tuple[str, str]:
    if accept.partition(";")[0].strip() == "application/json":
        keys = (os.environ.get("SAGEMAKER_INFERENCE_OUTPUT") or "predicted_label").split(",")
        return json.dumps({"predictions": [dict(zip(keys, row, strict=True)) for row in prediction]}), accept
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(prediction)
    return written.getvalue(), "text/csv"
