"""The metrics: XGBoost's own by name, and those that AWS's container computes itself.

The container's own are computed from predicted classes (or values, for `mse` and `r2`) with scikit-learn.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from sklearn import metrics as sk

from penstock_image.layout import Json

MAXIMIZED = (
    *("accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg"),
    *("precision", "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro"),
)
MINIMIZED = (
    *("aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy"),
    *("logloss", "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle"),
    "tweedie-nloglik",
)

Score = Callable[[Json, Json], float]
OF_CLASSES: dict[str, Score] = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1": partial(sk.f1_score, average="macro"),
    "f1_binary": partial(sk.f1_score, average="binary"),
    "f1_macro": partial(sk.f1_score, average="macro"),
    "precision": partial(sk.precision_score, average="binary", zero_division=0),
    "precision_macro": partial(sk.precision_score, average="macro", zero_division=0),
    "precision_micro": partial(sk.precision_score, average="micro", zero_division=0),
    "recall": partial(sk.recall_score, average="binary"),
    "recall_macro": partial(sk.recall_score, average="macro"),
    "recall_micro": partial(sk.recall_score, average="micro"),
}
OF_VALUES: dict[str, Score] = {"mse": sk.mean_squared_error, "r2": sk.r2_score}
OWN = frozenset({*OF_CLASSES, *OF_VALUES})

Evaluation = Callable[[Json, Json], list[tuple[str, float]]]


def own_evaluation(names: Sequence[str], objective: str) -> Evaluation | None:
    """What XGBoost calls after each round for the container's own metrics; none if there are none."""
    wanted = [name for name in names if name in OWN]
    if not wanted:
        return None

    def evaluate(predicted: Json, data: Json) -> list[tuple[str, float]]:
        labels = data.get_label()
        found = classes(predicted, objective)
        return [
            (name, OF_CLASSES[name](labels, found) if name in OF_CLASSES else OF_VALUES[name](labels, predicted))
            for name in wanted
        ]

    return evaluate


def classes(predicted: Json, objective: str) -> Json:
    """Predicted classes from what the objective predicts: probabilities, a margin, or classes already."""
    if predicted.ndim > 1:
        return np.argmax(predicted, axis=-1)
    if objective == "multi:softmax":
        return predicted
    return np.where(predicted > (0.0 if objective == "binary:logitraw" else 0.5), 1.0, 0.0)
