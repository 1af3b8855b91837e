"""Estimators: what hyperparameters make, and a model, which is one or several of them and knows what it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from xgboost import XGBClassifier, XGBRegressor

from penstock_automl.columns import preprocessing

Json = Any
Values = Mapping[str, str]
SERIAL = {"n_jobs": 1}  # a candidate's processors are few, and threads would have their sums in another order


@dataclass
class Model:
    """One or several fitted pipelines, by their weights. `labels` are none for a regression."""

    columns: list[str]
    labels: list[str]
    parts: Sequence[Pipeline]
    weights: Sequence[float] = (1.0,)

    def answers(self, table: pd.DataFrame) -> np.ndarray:
        """Values, or for each row the probability of each label."""
        found = [weight * answers(part, table) for part, weight in zip(self.parts, self.weights, strict=True)]
        total: np.ndarray = np.sum(found, axis=0)
        return total


def answers(part: Pipeline, table: pd.DataFrame) -> np.ndarray:
    if not hasattr(part, "predict_proba"):
        return np.asarray(part.predict(table), dtype=np.float64)
    found = np.asarray(part.predict_proba(table), dtype=np.float64)
    whole: np.ndarray = found / found.sum(axis=1, keepdims=True)  # XGBoost's have half the digits
    return whole


def pipeline(algorithm: str, values: Values, types: Mapping[str, str], *, is_regression: bool, seed: int) -> Pipeline:
    """Preprocessing and an estimator, to be fitted."""
    return make_pipeline(preprocessing(types), ALGORITHMS[algorithm](values, is_regression, seed))


def xgboost(values: Values, is_regression: bool, seed: int) -> Any:
    kind = XGBRegressor if is_regression else XGBClassifier
    return kind(
        n_estimators=int(values["num_round"]), max_depth=int(values["max_depth"]), learning_rate=float(values["eta"]),
        subsample=float(values["subsample"]), colsample_bytree=float(values["colsample_bytree"]),
        min_child_weight=float(values["min_child_weight"]), tree_method="hist", random_state=seed, **SERIAL,
    )  # fmt: skip


def linear(values: Values, is_regression: bool, seed: int) -> Any:
    strength, mix = float(values["alpha"]), float(values["l1_ratio"])
    if is_regression:
        return ElasticNet(alpha=strength, l1_ratio=mix, max_iter=2_000, random_state=seed)
    return LogisticRegression(C=1 / strength, l1_ratio=mix, solver="saga", max_iter=500, random_state=seed)


def forest(classifier: type, regressor: type) -> Any:
    def made(values: Values, is_regression: bool, seed: int) -> Any:
        return (regressor if is_regression else classifier)(
            n_estimators=int(values["n_estimators"]), max_features=float(values["max_features"]),
            min_samples_leaf=int(values["min_samples_leaf"]), random_state=seed, **SERIAL,
        )  # fmt: skip

    return made


def mlp(values: Values, is_regression: bool, seed: int) -> Any:
    kind = MLPRegressor if is_regression else MLPClassifier
    return kind(
        hidden_layer_sizes=(int(values["hidden"]),), alpha=float(values["alpha"]), max_iter=300, random_state=seed,
        learning_rate_init=float(values["learning_rate"]), early_stopping=True,
    )  # fmt: skip


ALGORITHMS = {
    "xgboost": xgboost,
    "linear-learner": linear,
    "randomforest": forest(RandomForestClassifier, RandomForestRegressor),
    "extra-trees": forest(ExtraTreesClassifier, ExtraTreesRegressor),
    "mlp": mlp,
}
