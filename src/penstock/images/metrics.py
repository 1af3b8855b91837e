"""The metric definitions that SageMaker adds to jobs of its built-in XGBoost algorithm.

The patterns are AWS's: they look for `#011`, because AWS's log pipeline writes a TAB so, as those who scan jobs' logs
do before matching. The names are those that the algorithm itself accepts (`penstock_image` has its own
list, since it cannot import this one; a test holds them together).
"""

from dataclasses import dataclass
from typing import Final, Literal

from penstock.images.catalog import Image

MAXIMIZED: Final = (
    *("accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg"),
    *("precision", "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro"),
)
MINIMIZED: Final = (
    *(
        "aft-nloglik",
        "cox-nloglik",
        "error",
        "gamma-deviance",
        "gamma-nloglik",
        "interval-regression-accuracy",
    ),
    *("logloss", "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle"),
    "tweedie-nloglik",
)
NUMBER: Final = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    name: str
    regex: str
    direction: Literal["Maximize", "Minimize"]


def _definitions() -> tuple[MetricDefinition, ...]:
    better: dict[str, Literal["Maximize", "Minimize"]] = {
        **dict.fromkeys(MAXIMIZED, "Maximize"),
        **dict.fromkeys(MINIMIZED, "Minimize"),
    }
    return tuple(
        MetricDefinition(f"{part}:{name}", rf".*\[[0-9]+\].*#011{part}-{name}:{NUMBER}.*", direction)
        for part in ("train", "validation")
        for name, direction in better.items()
    )


XGBOOST: Final = _definitions()


def built_in(image: Image) -> tuple[MetricDefinition, ...]:
    """What SageMaker watches for in this image's own algorithm; nothing where it has none."""
    return XGBOOST if image.has_algorithm and image.framework == "xgboost" else ()
