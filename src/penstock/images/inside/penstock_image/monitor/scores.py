"""Scores: how good predictions are, by AWS's names for it. Pure.

`…_best_constant_classifier` are the scores of always saying the same: the positive class of two, of more classes the
most frequent. The standard deviation of a score is that over five samples of 80 % of the records; of fewer than 200
records it is not known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penstock_image.layout import Json

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Scores = dict[str, float]
ENOUGH = 200
SAMPLES, SHARE = 5, 0.8
MOST_POINTS = 1000  # of a curve
BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}


@dataclass(frozen=True)
class Answers:
    """What was predicted and what was true: numbers, or, of classes, their places among the `labels`."""

    truth: Array
    predicted: Array
    probability: Array | None = None
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.truth)

    def only(self, rows: Counts) -> "Answers":
        probability = None if self.probability is None else self.probability[rows]
        return Answers(self.truth[rows], self.predicted[rows], probability, self.labels)


def _per(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _f(precision: float, recall: float, beta: float) -> float:
    return _per((1 + beta**2) * precision * recall, beta**2 * precision + recall)


def regression(answers: Answers) -> Scores:
    apart = answers.predicted - answers.truth
    spread = float(((answers.truth - answers.truth.mean()) ** 2).sum())
    mse = float((apart**2).mean())
    r2 = 1 - float((apart**2).sum()) / spread if spread else float("nan")
    return {"mae": float(np.abs(apart).mean()), "mse": mse, "rmse": mse**0.5, "r2": r2}


def binary(answers: Answers) -> Scores:
    true, said = answers.truth == 1, answers.predicted == 1
    hits, positive, claimed, rows = float((true & said).sum()), float(true.sum()), float(said.sum()), len(answers)
    negative = rows - positive
    recall, precision = _per(hits, positive), _per(hits, claimed)
    rejected = _per(rows - positive - claimed + hits, negative)
    always, share = (1.0 if positive else 0.0), _per(positive, rows)
    scores = {
        "recall": recall,
        "precision": precision,
        "accuracy": float((true == said).mean()),
        "recall_best_constant_classifier": always,
        "precision_best_constant_classifier": share,
        "accuracy_best_constant_classifier": share,
        "true_positive_rate": recall,
        "true_negative_rate": rejected,
        "false_positive_rate": 1 - rejected if negative else 0.0,
        "false_negative_rate": 1 - recall if positive else 0.0,
    }
    if answers.probability is not None:
        scores |= _areas(answers)
    scores |= {name: _f(precision, recall, beta) for name, beta in BETAS.items()}
    return scores | {f"{name}_best_constant_classifier": _f(share, always, beta) for name, beta in BETAS.items()}


def multiclass(answers: Answers) -> Scores:
    matrix = confusion(answers)
    most = int(matrix.sum(axis=1).argmax())
    constant = np.zeros_like(matrix)
    constant[:, most] = matrix.sum(axis=1)
    best = {f"{name}_best_constant_classifier": score for name, score in _weighted(constant).items()}
    return {**_weighted(matrix), **best}


def _weighted(matrix: Counts) -> Scores:
    """Scores of each class, weighted by how often it is true."""
    right, true, said = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    recalls = [_per(*pair) for pair in zip(right, true, strict=True)]
    precisions = [_per(*pair) for pair in zip(right, said, strict=True)]

    def mean(values: list[float]) -> float:
        return float(np.average(values, weights=true))

    fs = {
        f"weighted_{name}": mean([_f(p, r, beta) for p, r in zip(precisions, recalls, strict=True)])
        for name, beta in BETAS.items()
    }
    accuracy = _per(right.sum(), matrix.sum())
    return {"accuracy": accuracy, "weighted_recall": mean(recalls), "weighted_precision": mean(precisions), **fs}


def confusion(answers: Answers) -> Counts:
    """How often a class (row) was taken for another (column)."""
    size = len(answers.labels)
    cells = answers.truth.astype(np.int64) * size + answers.predicted.astype(np.int64)
    return np.bincount(cells, minlength=size * size).reshape(size, size)


def confusion_written(answers: Answers) -> Json:
    matrix = confusion(answers)
    return {
        true: {said: int(matrix[row, column]) for column, said in enumerate(answers.labels)}
        for row, true in enumerate(answers.labels)
    }


def curves(answers: Answers) -> Json:
    """The curves of a binary classifier that tells probabilities, in 1,000 points at most."""
    hits, alarms, positive, negative = _steps(answers)
    roc = np.array([np.concatenate(([0.0], alarms / max(negative, 1), [1.0])),
                    np.concatenate(([0.0], hits / max(positive, 1), [1.0]))])  # fmt: skip
    precisions, recalls = hits / (hits + alarms), hits / max(positive, 1)
    curve = np.array([np.concatenate((precisions[:1], precisions)), np.concatenate(([0.0], recalls))])
    roc, curve = _thinned(roc), _thinned(curve)
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": roc[0].tolist(),
            "true_positive_rates": roc[1].tolist(),
        },
        "precision_recall_curve": {"precisions": curve[0].tolist(), "recalls": curve[1].tolist()},
    }


def _steps(answers: Answers) -> tuple[Array, Array, float, float]:
    """True and false alarms at each probability as the threshold, from the highest on; of how many each."""
    assert answers.probability is not None
    order = np.argsort(-answers.probability, kind="stable")
    true, probability = answers.truth[order] == 1, answers.probability[order]
    last = np.append(np.diff(probability) != 0, [True])
    hits, alarms = np.cumsum(true)[last].astype(float), np.cumsum(~true)[last].astype(float)
    return hits, alarms, float(true.sum()), float((~true).sum())


def _areas(answers: Answers) -> Scores:
    hits, alarms, positive, negative = _steps(answers)
    recalls, precisions = hits / max(positive, 1), hits / (hits + alarms)
    roc = np.trapezoid(np.concatenate(([0.0], recalls)), np.concatenate(([0.0], alarms / max(negative, 1))))
    prc = np.trapezoid(np.concatenate((precisions[:1], precisions)), np.concatenate(([0.0], recalls)))
    return {"auc": float(roc), "au_prc": float(prc)}


def _thinned(points: Array) -> Array:
    size = points.shape[1]
    return points if size <= MOST_POINTS else points[:, np.linspace(0, size - 1, MOST_POINTS).astype(int)]


def scored(answers: Answers, score: Callable[[Answers], Scores]) -> dict[str, Json]:
    """Each score with its standard deviation; what is no number is the text `NaN`, as AWS writes it."""
    values, spread = score(answers), _spread(answers, score)
    return {
        name: {"value": _number(value), "standard_deviation": _number(spread.get(name, float("nan")))}
        for name, value in values.items()
    }


def _spread(answers: Answers, score: Callable[[Answers], Scores]) -> Mapping[str, float]:
    rows = len(answers)
    if rows < ENOUGH:
        return {}
    chance = np.random.default_rng(0)  # the same records, the same digits
    samples = [
        score(answers.only(np.sort(chance.choice(rows, round(rows * SHARE), replace=False)))) for _ in range(SAMPLES)
    ]
    return {name: float(np.std([sample[name] for sample in samples])) for name in samples[0]}


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else "NaN"
