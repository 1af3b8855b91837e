"""The hyperparameters of AWS's built-in XGBoost: a table of what each may be.

`Hyperparameter eta: 2.0 is not in [0, 1]` is how a broken rule is told.
"""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from penstock_image.failure import UserError
from penstock_image.layout import Json
from penstock_image.xgboost_mode.metrics import MAXIMIZED, MINIMIZED


@dataclass(frozen=True)
class Interval:
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self) -> str:
        left = "(" if self.low_open or self.low == -math.inf else "["
        right = ")" if self.high_open or self.high == math.inf else "]"
        high = "+inf" if self.high == math.inf else self.high
        return f"{left}{self.low}, {high}{right}"


@dataclass(frozen=True)
class Rule:
    """How a hyperparameter's text is read, and which values it may have."""

    read: Callable[[str], Json]
    holds: Callable[[Json], bool]
    allowed: str


def integer(within: Interval) -> Rule:
    return Rule(int, within.__contains__, str(within))


def real(within: Interval) -> Rule:
    return Rule(float, within.__contains__, str(within))


def one_of(*choices: str) -> Rule:
    return Rule(str, choices.__contains__, str(list(choices)))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def some_of(*choices: str) -> Rule:
    return Rule(_words, lambda words: all(word in choices for word in words), str(list(choices)))


def _literal(text: str) -> Json:
    try:
        return ast.literal_eval(text)
    except SyntaxError as problem:
        raise ValueError(text) from problem


def _is_metric(name: str) -> bool:
    if "<function" in name:
        raise UserError(f"User defined evaluation metric {name} is not supported yet.")
    metric, at, threshold = name.partition("@")
    if not at:
        return name in METRICS
    if metric not in THRESHOLDED:
        raise UserError(
            f"Metric '{name}' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError as problem:
        raise UserError(f"Threshold value 't' in '{metric}@t' expects float input.") from problem
    return True


METRICS = (*MAXIMIZED, *MINIMIZED)
THRESHOLDED = ("error", "ndcg", "map")
POSITIVE = Interval(0, low_open=True)
NOT_NEGATIVE = Interval(0)
SHARE = Interval(0, 1)
SOME_SHARE = Interval(0, 1, low_open=True)
AT_LEAST_1 = Interval(1)
BIT = Interval(0, 1)

OBJECTIVES = (
    *("aft_loss_distribution", "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson"),
    *("multi:softmax", "multi:softprob", "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear"),
    *("reg:squarederror", "reg:logistic", "reg:gamma", "reg:pseudohubererror", "reg:squaredlogerror"),
    *("reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox"),
)
UPDATERS = (
    *("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker"),
    *("grow_skmaker", "sync", "refresh", "prune", "shotgun", "coord_descent"),
)

RULES: Mapping[str, Rule] = {
    "num_round": integer(AT_LEAST_1),
    "csv_weights": integer(BIT),
    "early_stopping_rounds": integer(AT_LEAST_1),
    "booster": one_of("gbtree", "gblinear", "dart"),
    "verbosity": integer(Interval(0, 3)),
    "nthread": integer(AT_LEAST_1),
    "eta": real(SHARE),
    "gamma": real(NOT_NEGATIVE),
    "max_depth": integer(NOT_NEGATIVE),
    "min_child_weight": real(NOT_NEGATIVE),
    "max_delta_step": real(NOT_NEGATIVE),
    "subsample": real(SOME_SHARE),
    "sampling_method": one_of("uniform", "gradient_based"),
    "colsample_bytree": real(SOME_SHARE),
    "colsample_bylevel": real(SOME_SHARE),
    "colsample_bynode": real(SOME_SHARE),
    "lambda": real(NOT_NEGATIVE),
    "alpha": real(NOT_NEGATIVE),
    "tree_method": one_of("auto", "exact", "approx", "hist", "gpu_hist"),
    "sketch_eps": real(Interval(0, 1, low_open=True, high_open=True)),
    "scale_pos_weight": real(POSITIVE),
    "updater": some_of(*UPDATERS),
    "dsplit": one_of("row", "col"),
    "refresh_leaf": integer(BIT),
    "process_type": one_of("default", "update"),
    "grow_policy": one_of("depthwise", "lossguide"),
    "max_leaves": integer(NOT_NEGATIVE),
    "max_bin": integer(NOT_NEGATIVE),
    "predictor": one_of("auto", "cpu_predictor", "gpu_predictor"),
    "monotone_constraints": Rule(_literal, lambda signs: all(sign in (-1, 0, 1) for sign in signs), str([-1, 0, 1])),
    "interaction_constraints": Rule(
        _literal, lambda groups: all(column >= 0 for group in groups for column in group), str(NOT_NEGATIVE)
    ),
    "sample_type": one_of("uniform", "weighted"),
    "normalize_type": one_of("tree", "forest"),
    "rate_drop": real(SHARE),
    "one_drop": integer(BIT),
    "skip_drop": real(SHARE),
    "lambda_bias": real(SHARE),
    "tweedie_variance_power": real(Interval(1, 2, low_open=True, high_open=True)),
    "objective": one_of(*OBJECTIVES),
    "num_class": integer(Interval(2)),
    "base_score": real(NOT_NEGATIVE),
    "_kfold": integer(Interval(2)),
    "_num_cv_round": integer(AT_LEAST_1),
    "_tuning_objective_metric": one_of(*(f"{part}:{metric}" for part in ("validation", "train") for metric in METRICS)),
    "eval_metric": Rule(_words, lambda names: all(_is_metric(name) for name in names), str(list(METRICS))),
    "seed": integer(Interval(-(2**31), 2**31 - 1, low_open=True, high_open=True)),
    "num_parallel_tree": integer(AT_LEAST_1),
    "save_model_on_termination": one_of("true", "false"),
    "aft_loss_distribution": one_of("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": real(POSITIVE),
    "single_precision_histogram": one_of("true", "false"),
    "deterministic_histogram": one_of("true", "false"),
    "use_dask_gpu_training": one_of("true", "false"),
}
OLD_RULES: Mapping[str, Rule] = {**RULES, "silent": integer(BIT)}
"""Up to 1.0-1 the container takes `silent`, which XGBoost has no use for any more (and says so)."""
