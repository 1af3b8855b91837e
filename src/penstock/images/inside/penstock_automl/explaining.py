"""Explaining: Shapley values of each column, as a mean of their amounts over rows, in the shape of Clarify's analysis.

Clarify's program finds them, too: see `penstock_image.clarify.shapley`. Other rows stand for a column's absence.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from penstock_automl import SEED, table
from penstock_automl.estimators import Model
from penstock_automl.schema import Schema
from penstock_image.clarify import shapley
from penstock_image.clarify.shapley import Coalitions, Explained

ROWS = 40
BASELINES = 8
SAMPLES = 64  # coalitions beside those of one column and of all but one


def explain(model: Model, schema: Schema, rows: pd.DataFrame, output: Path) -> None:
    """Write `analysis.json`."""
    names = list(schema.types)
    found = explained(model, names, rows)
    amounts = np.abs(found.local).mean(axis=0)
    sections = {
        f"label{place}": {
            "global_shap_values": dict(zip(names, shares.tolist(), strict=True)),
            "expected_value": float(found.expected[place]),
        }
        for place, shares in enumerate(amounts)
    }
    table.write_json({"version": "1.0", "explanations": {"kernel_shap": sections}}, output / "analysis.json")


def explained(model: Model, names: list[str], rows: pd.DataFrame) -> Explained:
    """The columns' shares in the answers to some of the rows."""
    chance = np.random.default_rng(SEED)
    values = rows.to_numpy(dtype=object)[chance.permutation(len(rows))]
    players = [rows.columns.get_loc(name) for name in names]
    coalitions = Coalitions.drawn(len(players), 2 * len(players) + SAMPLES, chance)
    return shapley.explain(
        values[:ROWS], values[-BASELINES:], lambda made: outputs(model, pd.DataFrame(made, columns=rows.columns)),
        coalitions, players, logit=False,
    )  # fmt: skip


def outputs(model: Model, rows: pd.DataFrame) -> Any:
    """Answers as columns: a value, the probability of the second of two labels, or those of all labels."""
    found = model.answers(rows)
    if found.ndim == 1:
        return found[:, None]
    return found[:, 1:] if found.shape[1] == 2 else found
