"""A training job of the built-in XGBoost: check, read, train, write the model."""

import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import xgboost
from xgboost.callback import TrainingCallback

from penstock_image.failure import AlgorithmError, UserError
from penstock_image.layout import Folders
from penstock_image.xgboost_mode import crossvalidation, data, together
from penstock_image.xgboost_mode.boosting import MODEL, Checkpoints, Interrupted, Settings, boosted, resumed, save
from penstock_image.xgboost_mode.hyperparameters import validated

ALONE = "algo-1"
CHANNELS = ("train", "validation", "code")
CUSTOMERS_FAULT = (
    "label must be in",  # … [0, 1], [0, num_class): how it goes on depends on objective and version
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "the dataset only contains pos or neg samples",
    "base_score must be in (0,1)",
    "label must be nonnegative",
    "label must be non-negative",
    "Parameter reg_lambda should be greater equal to 0",
    "valid values are",
    "Label contains NaN",
)


def train(folders: Folders, variables: Mapping[str, str]) -> None:
    """Train as AWS's image of that version does. Raises `UserError` or `AlgorithmError`."""
    signal.signal(signal.SIGTERM, _leave)
    values = validated(folders.configuration("hyperparameters"), variables.get("PENSTOCK_ALGORITHM_VERSION", ""))
    settings = Settings.of(values)
    hosts = folders.configuration("resourceconfig").get("hosts", [ALONE])
    tables = _tables(folders, weighted=bool(values.get("csv_weights")), alone=len(hosts) == 1)
    form = variables.get("PENSTOCK_MODEL_FORMAT", "save_model")
    folders.model.mkdir(parents=True, exist_ok=True)

    def train_part(is_master: bool) -> None:
        _train_one(settings, tables, folders, form, is_master=is_master)

    try:
        if len(hosts) > 1:
            _check_folds(settings, hosts)
            current = folders.configuration("resourceconfig")["current_host"]
            together.train_together(hosts, current, variables, train_part, has_data=bool(tables))
        elif settings.folds:
            crossvalidation.run(settings, tables, folders, form)
        else:
            train_part(True)
    except (xgboost.core.XGBoostError, ValueError) as problem:
        raise _blamed(str(problem)) from problem


def _leave(_: int, __: FrameType | None) -> NoReturn:
    print("Stopped while training.", flush=True)
    sys.exit(0)


def _check_folds(settings: Settings, hosts: Sequence[str]) -> None:
    if settings.folds:
        raise UserError(f"_kfold divides the rows of one host, and the job has {len(hosts)}; set InstanceCount to 1")


def _tables(folders: Folders, *, weighted: bool, alone: bool) -> dict[str, data.Table]:
    """The channels' data, the training data first; none where one host of several has no training data."""
    channels = folders.configuration("inputdataconfig")
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    if strange := next((name for name in channels if name not in CHANNELS), None):
        raise UserError(f"Extraneous channel found: {strange}")
    tables: dict[str, data.Table] = {}
    for name, said in (("train", "training"), ("validation", "validation")):
        if name in channels:
            content_type = channels[name].get("ContentType") or channels["train"].get("ContentType")
            table = data.read(folders.channel(name), content_type, weighted=weighted)
            if table is None and name == "train" and not alone:
                return {}
            if table is None:
                raise UserError(f"No data in {said} channel path {folders.channel(name)}")
            tables[name] = table.widened(tables["train"].columns) if tables else table
    return tables


def _train_one(
    settings: Settings, tables: Mapping[str, data.Table], folders: Folders, form: str, *, is_master: bool
) -> None:
    matrices = {name: table.matrix() for name, table in tables.items()}
    print(f"Train matrix has {tables['train'].rows} rows and {tables['train'].columns} columns", flush=True)
    if "validation" in tables:
        print(f"Validation matrix has {tables['validation'].rows} rows", flush=True)
    path = folders.configuration("checkpointconfig").get("LocalPath")
    model, first = resumed(Path(path)) if path else (None, 0)
    callbacks: list[TrainingCallback] = []
    if path and is_master:
        callbacks.append(Checkpoints(Path(path), first))
    if settings.keep_interrupted and is_master:
        callbacks.append(Interrupted(folders.model / MODEL, form))
    booster = boosted(settings, matrices, callbacks, model=model, first=first, tells=is_master)
    if is_master:
        save(booster, folders.model / MODEL, form)


def _blamed(said: str) -> UserError | AlgorithmError:
    """Whose fault it was that XGBoost gave up, told without its C++ stack."""
    sentence = said.partition("\nStack trace:")[0].strip()
    if any(fault in said for fault in CUSTOMERS_FAULT):
        return UserError(sentence)
    return AlgorithmError(f"XGB train call failed with exception:\n {sentence}")
