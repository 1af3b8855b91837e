"""Exploring: what the data is like, which problem it poses, and which rows candidates are judged by.

A problem that was not given is found as follows: texts are labels; numbers are labels if there are two of them, or
whole ones that are few (20, and each ten times on average); else they are values.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from penstock_automl import SEED, columns, notebooks, table
from penstock_automl.schema import Schema
from penstock_image.failure import ClientError

METRICS = {"Regression": "MSE", "BinaryClassification": "F1", "MulticlassClassification": "Accuracy"}
TYPES = ("numeric", "categorical", "text", "datetime")
LEAST_ROWS = 10
MOST_LABELS = 20  # of whole numbers
ROWS_OF_LABEL = 10
MOST_FOLDED = 5_000  # rows; with more a part of them is set aside
FOLDS = 5
FRACTION = 0.2
MOSTLY = 0.95  # of the values that there are
WORDS_OF_TEXT = 4.0  # on average
LARGE = 100 * 1024 * 1024  # bytes, from which on AUTO is HYPERPARAMETER_TUNING


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the environment variables say; what is empty is to be found out."""

    target: str
    problem: str = ""
    metric: str = ""
    weight: str = ""
    fraction: str = ""
    content_type: str = table.CSV
    compression: str = "None"
    mode: str = "AUTO"
    ensembling: str = ""  # the algorithms of each mode
    hyperparameter_tuning: str = ""
    job: str = ""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Asked":
        given = {name: variables.get(f"automl_{name}", "") for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in given.items() if value})


def explore(base: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """Write down rows, schema and notebooks; what the job goes on with. Raises `ClientError`."""
    asked = Asked.of(variables)
    rows = table.read(base / "input/training", asked.content_type, asked.compression)
    table.must_have(
        rows, filter(None, (asked.target, asked.weight)), "TargetAttributeName or SampleWeightAttributeName"
    )
    rows = weighed(rows[rows[asked.target].notna()], asked)
    schema = schema_of(rows, asked, specification(base / "input/features"))
    rows = meant(rows, schema)
    given = base / "input/validation"
    held = None
    if given.is_dir():
        held = table.read(given, asked.content_type, asked.compression)
        table.must_have(held, rows.columns, "a column of the training channel")
        held = meant(weighed(held[held[asked.target].notna()], asked), schema)
        if held.empty:
            raise ClientError("the validation channel has no row with a target that the training channel knows")
    elif asked.fraction or len(rows) > MOST_FOLDED:
        rows, held = parted(rows, schema, float(asked.fraction or FRACTION))
    else:
        schema = Schema(**{**schema.__dict__, "folds": folds(rows, schema)})
    data, mode = base / "output/data", asked.mode
    if mode == "AUTO":
        mode = "ENSEMBLING" if _size(base / "input/training") < LARGE else "HYPERPARAMETER_TUNING"
    table.write(rows, data / "train.csv")
    if held is not None:
        table.write(held, data / "validation.csv")
    schema.write(data / "schema.json")
    algorithms = asked.ensembling if mode == "ENSEMBLING" else asked.hyperparameter_tuning
    notebooks.write(base / "output/notebooks", asked.job, rows, schema, algorithms.split())
    return {"ProblemType": schema.problem, "MetricName": schema.metric, "Mode": mode, "Rows": len(rows)}


def weighed(rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """The rows that have a weight, where weights are asked for."""
    if not asked.weight:
        return rows
    weights = pd.to_numeric(rows[asked.weight], errors="coerce")
    return rows[weights.notna() & np.isfinite(weights) & (weights >= 0)]


def schema_of(rows: pd.DataFrame, asked: Asked, given: Mapping[str, Any]) -> Schema:
    """What the training rows are like."""
    if len(rows) < LEAST_ROWS:
        raise ClientError(f"{len(rows)} rows have a target, and {LEAST_ROWS} are the least to learn from")
    problem = asked.problem or problem_of(rows[asked.target])
    labels = [] if problem == "Regression" else labels_of(rows[asked.target])
    if problem != "Regression":
        must_fit(problem, labels, rows[asked.target])
    elif pd.to_numeric(rows[asked.target], errors="coerce").isna().all():
        raise ClientError(f"ProblemType Regression needs numbers in column '{asked.target}', and it has none")
    features = [str(name) for name in rows.columns if name not in (asked.target, asked.weight)]
    wanted, types = given.get("FeatureAttributeNames") or features, given.get("FeatureDataTypes") or {}
    for name in (*wanted, *types):
        if name not in features:
            raise ClientError(f"the feature specification names '{name}', which is no feature of the data")
    for name, kind in types.items():
        if kind not in TYPES:
            raise ClientError(f"the feature specification says '{kind}' of '{name}'; it may be {', '.join(TYPES)}")
    chosen = [name for name in features if name in wanted]
    found = {name: types.get(name) or type_of(rows[name]) for name in chosen}
    return Schema(
        target=asked.target,
        problem=problem,
        metric=asked.metric or METRICS[problem],
        columns=chosen,
        types=must_teach({name: kind for name, kind in found.items() if kind}),
        labels=labels,
        weight=asked.weight,
    )


def must_teach(types: dict[str, str]) -> dict[str, str]:
    if not types:
        raise ClientError("no column has anything to learn from: each is empty, always the same, or always another")
    return types


def specification(folder: Path) -> Mapping[str, Any]:
    """The feature specification, if there is one."""
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    if not files:
        return {}
    try:
        found: Mapping[str, Any] = json.loads(files[0].read_text())
    except ValueError as problem:
        raise ClientError(f"the feature specification {files[0].name} is not JSON: {problem}") from problem
    if strange := set(found) - {"FeatureAttributeNames", "FeatureDataTypes"}:
        raise ClientError(f"the feature specification has the unknown key '{min(strange)}'")
    return found


def problem_of(target: pd.Series) -> str:
    distinct, values = target.nunique(), pd.to_numeric(target, errors="coerce")
    if distinct == 2:
        return "BinaryClassification"
    if values.isna().any():
        return "MulticlassClassification"
    is_whole = bool((values == values.round()).all())
    few = distinct <= MOST_LABELS and len(target) >= ROWS_OF_LABEL * distinct
    return "MulticlassClassification" if is_whole and few else "Regression"


def labels_of(target: pd.Series) -> list[str]:
    distinct = [str(each) for each in target.unique()]
    values = pd.to_numeric(pd.Series(distinct), errors="coerce")
    return sorted(distinct, key=float) if values.notna().all() else sorted(distinct)


def must_fit(problem: str, labels: list[str], target: pd.Series) -> None:
    if problem == "BinaryClassification" and len(labels) != 2:
        raise ClientError(f"ProblemType BinaryClassification needs two labels, and '{target.name}' has {len(labels)}")
    if len(labels) < 2:
        raise ClientError(f"the target '{target.name}' is always '{labels[0]}': there is nothing to predict")
    rarest, count = min(target.value_counts().items(), key=lambda each: each[1])
    if count < 2:
        raise ClientError(f"the label '{rarest}' is there once only; two rows are the least, to learn and to judge by")


def type_of(column: pd.Series) -> str:
    """What a column holds; empty where nothing can be learnt from it."""
    values = column.dropna().astype(str)
    distinct = values.nunique()
    if distinct + column.isna().any() < 2:
        return ""
    if pd.to_numeric(values, errors="coerce").notna().mean() >= MOSTLY:
        return "numeric"
    if columns.moments(values).notna().mean() >= MOSTLY:
        return "datetime"
    if values.str.count(r"\S+").mean() >= WORDS_OF_TEXT:
        return "text"
    return "" if distinct == len(values) and distinct > LEAST_ROWS else "categorical"  # "": an identifier


def meant(rows: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The rows whose target can be one, and the columns that count."""
    if schema.is_regression:
        rows = rows[np.isfinite(pd.to_numeric(rows[schema.target], errors="coerce"))]
    else:
        rows = rows[rows[schema.target].isin(schema.labels)]
    weight = [schema.weight] if schema.weight else []
    return rows[[*schema.columns, schema.target, *weight]].reset_index(drop=True)


def parted(rows: pd.DataFrame, schema: Schema, fraction: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows to learn from, and those set aside."""
    truth = None if schema.is_regression else schema.truth(rows)
    try:
        learnt, held = train_test_split(rows, test_size=fraction, random_state=SEED, stratify=truth)
    except ValueError as problem:
        raise ClientError(f"{len(rows)} rows cannot be parted with ValidationFraction {fraction}: {problem}") from None
    return learnt.reset_index(drop=True), held.reset_index(drop=True)


def folds(rows: pd.DataFrame, schema: Schema) -> int:
    return FOLDS if schema.is_regression else min(FOLDS, int(rows[schema.target].value_counts().min()))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
