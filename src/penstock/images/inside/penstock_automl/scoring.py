"""Scores: the metrics of AutoML's model, of answers whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import metrics

Score = Callable[[Any, Any, Any], float]  # truth, answers, weights


def of_labels(score: Callable[..., float], **options: Any) -> Score:
    """A score of the most probable labels."""
    return lambda truth, answers, weights: float(
        score(truth, np.argmax(answers, axis=1), sample_weight=weights, **options)
    )


def of_values(score: Callable[..., float]) -> Score:
    return lambda truth, answers, weights: float(score(truth, answers, sample_weight=weights))


def log_loss(truth: Any, answers: Any, weights: Any) -> float:
    return float(metrics.log_loss(truth, answers, sample_weight=weights, labels=range(answers.shape[1])))


def area(truth: Any, answers: Any, weights: Any) -> float:
    return float(metrics.roc_auc_score(truth, answers[:, 1], sample_weight=weights))


MACRO = {"average": "macro", "zero_division": 0.0}
COMMON: dict[str, Score] = {
    "Accuracy": of_labels(metrics.accuracy_score),
    "BalancedAccuracy": of_labels(metrics.balanced_accuracy_score),
    "LogLoss": log_loss,
}
SCORES: dict[str, dict[str, Score]] = {
    "Regression": {
        "MSE": of_values(metrics.mean_squared_error),
        "RMSE": of_values(metrics.root_mean_squared_error),
        "MAE": of_values(metrics.mean_absolute_error),
        "R2": of_values(metrics.r2_score),
    },
    "BinaryClassification": {
        **COMMON,
        "AUC": area,
        "F1": of_labels(metrics.f1_score, zero_division=0.0),
        "Precision": of_labels(metrics.precision_score, zero_division=0.0),
        "Recall": of_labels(metrics.recall_score, zero_division=0.0),
    },
    "MulticlassClassification": {
        **COMMON,
        "F1macro": of_labels(metrics.f1_score, **MACRO),
        "PrecisionMacro": of_labels(metrics.precision_score, **MACRO),
        "RecallMacro": of_labels(metrics.recall_score, **MACRO),
    },
}
LESS_IS_BETTER = frozenset({"MSE", "RMSE", "MAE", "LogLoss"})


def scored(problem: str, truth: Any, answers: Any, weights: Any) -> dict[str, float]:
    """Every metric of a problem that these answers have."""
    found = {name: score(truth, answers, weights) for name, score in SCORES[problem].items()}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def objective(problem: str, metric: str, truth: Any, answers: Any, weights: Any) -> float:
    """A metric, greater for the better."""
    value = SCORES[problem][metric](truth, answers, weights)
    return -value if metric in LESS_IS_BETTER else value
