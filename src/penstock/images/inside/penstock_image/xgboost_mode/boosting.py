"""Boosting: the rounds of one model, what is told about each, and what is kept of it."""

import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xgboost
from xgboost.callback import EarlyStopping, TrainingCallback

from penstock_image.layout import Json
from penstock_image.xgboost_mode import metrics

MODEL = "xgboost-model"
CHECKPOINT = "xgboost-checkpoint"
CHECKPOINTS_KEPT = 5


@dataclass(frozen=True)
class Settings:
    """What a job is asked for: XGBoost's own parameters, and what steers the training around it."""

    parameters: dict[str, Json]
    rounds: int
    patience: int | None
    metrics: tuple[str, ...]  # in the order asked; empty: the objective's own
    watched: str | None  # the metric that early stopping looks at
    folds: int  # 0: no cross-validation
    repetitions: int
    keep_interrupted: bool

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> "Settings":
        rest = dict(values)
        tuned = rest.pop("_tuning_objective_metric", None)
        asked = list(rest.pop("eval_metric", ()))
        wanted = sorted({*asked, tuned.partition(":")[2]}) if tuned else asked
        for_xgboost = [name for name in wanted if name not in metrics.OWN]
        if for_xgboost:
            rest["eval_metric"] = for_xgboost
        if "updater" in rest:
            rest["updater"] = ",".join(rest["updater"])
        for name in ("csv_weights", "use_dask_gpu_training"):
            rest.pop(name, None)
        watched = tuned.partition(":")[2] if tuned else (asked[-1] if asked else None)
        return cls(
            rounds=rest.pop("num_round"),
            patience=rest.pop("early_stopping_rounds", None),
            folds=rest.pop("_kfold", 0),
            repetitions=rest.pop("_num_cv_round", 1),
            keep_interrupted=rest.pop("save_model_on_termination", "false") == "true",
            metrics=tuple(wanted),
            watched=watched,
            parameters=rest,
        )

    @property
    def objective(self) -> str:
        return str(self.parameters.get("objective", "reg:squarederror"))


class Monitor(TrainingCallback):
    """A line a round, in the form that the built-in metric definitions look for."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self._first = first

    def after_iteration(self, model: Json, epoch: int, evals_log: Json) -> bool:
        scores = [
            f"{part}-{name}:{_last(history):.5f}"
            for part, histories in evals_log.items()
            for name, history in histories.items()
        ]
        print("\t".join([f"[{self._first + epoch}]", *scores]), flush=True)
        return False


def _last(history: Json) -> float:
    return float(history[-1][0] if isinstance(history[-1], tuple) else history[-1])


class Checkpoints(TrainingCallback):
    """The model after each round in the checkpoint folder, the last few kept."""

    def __init__(self, folder: Path, first: int) -> None:
        super().__init__()
        self._folder = folder
        self._first = first
        folder.mkdir(parents=True, exist_ok=True)

    def after_iteration(self, model: Json, epoch: int, evals_log: Json) -> bool:
        number = self._first + epoch
        write(self._folder / f"{CHECKPOINT}.{number}", model.save_raw("ubj"))
        (self._folder / f"{CHECKPOINT}.{number - CHECKPOINTS_KEPT}").unlink(missing_ok=True)
        return False


class Interrupted(TrainingCallback):
    """The model so far in the model folder, so that a stopped job has one (`save_model_on_termination`)."""

    def __init__(self, path: Path, form: str) -> None:
        super().__init__()
        self._path = path
        self._form = form

    def after_iteration(self, model: Json, epoch: int, evals_log: Json) -> bool:
        save(model, self._path, self._form)
        return False


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: whoever looks sees no half of a file."""
    beside = path.with_name(f"{path.name}.sagemaker-ignore")
    beside.write_bytes(content)
    beside.replace(path)


def save(model: Json, path: Path, form: str) -> None:
    write(path, pickle.dumps(model) if form == "pickle" else bytes(model.save_raw("ubj")))


def boosted(
    settings: Settings,
    matrices: Mapping[str, Json],
    callbacks: list[TrainingCallback],
    *,
    model: Json = None,
    first: int = 0,
    results: Json = None,
    tells: bool = True,
) -> Json:
    """Train one model on `matrices["train"]`, with all of them watched; `tells` prints how they fare."""
    if tells:
        callbacks.insert(0, Monitor(first))
    if settings.patience:
        callbacks.append(
            EarlyStopping(
                rounds=settings.patience,
                metric_name=settings.watched,
                data_name="validation" if "validation" in matrices else "train",
                maximize=settings.watched.partition("@")[0] in metrics.MAXIMIZED if settings.watched else None,
                save_best=True,
            )
        )
    return xgboost.train(
        settings.parameters,
        matrices["train"],
        num_boost_round=max(settings.rounds - first, 0),
        evals=[(matrix, name) for name, matrix in matrices.items()],
        custom_metric=metrics.own_evaluation(settings.metrics, settings.objective),
        evals_result=results,
        verbose_eval=False,
        xgb_model=model,
        callbacks=callbacks,
    )


def resumed(folder: Path) -> tuple[Json, int]:
    """The newest checkpoint that can be read, and the number of the round after it."""
    found = folder.iterdir() if folder.is_dir() else ()
    numbers = sorted(int(match[1]) for path in found if (match := re.fullmatch(rf"{CHECKPOINT}\.(\d+)", path.name)))
    for number in reversed(numbers):
        path = folder / f"{CHECKPOINT}.{number}"
        try:
            model = xgboost.Booster(model_file=bytearray(path.read_bytes()))
        except xgboost.core.XGBoostError:
            print(f"The checkpoint {path} cannot be read; trying the one before", flush=True)
            continue
        print(f"Checkpoint loaded from {path}\nResuming from iteration {number + 1}", flush=True)
        return model, number + 1
    return None, 0
