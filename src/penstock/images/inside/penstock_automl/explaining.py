"""Explaining: Shapley values of each column, as a mean of their amounts over rows, in the shape of Clarify's analysis.

They are sampled: for some orders of the columns, a row takes the place of another one column by column, and each
column is given what the answer changes by. Over one such walk the shares add up to the whole change, exactly.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from penstock_automl import SEED, table
from penstock_automl.estimators import Model
from penstock_automl.schema import Schema

ROWS = 40
ORDERS = 8


def explain(model: Model, schema: Schema, rows: pd.DataFrame, output: Path) -> None:
    """Write `analysis.json`."""
    amounts, expected = shapley(model, list(schema.types), rows)
    explained = {
        f"label{place}": {
            "global_shap_values": {name: float(amounts[at, place]) for at, name in enumerate(schema.types)},
            "expected_value": float(expected[place]),
        }
        for place in range(amounts.shape[1])
    }
    table.write_json({"version": "1.0", "explanations": {"kernel_shap": explained}}, output / "analysis.json")


def shapley(model: Model, names: list[str], rows: pd.DataFrame) -> tuple[Any, Any]:
    """Mean amounts by column and output, and what is answered on average."""
    dice = np.random.default_rng(SEED)
    chosen = rows.iloc[dice.permutation(len(rows))[:ROWS]].reset_index(drop=True)
    shares = np.zeros((len(chosen), len(names), outputs(model, chosen).shape[1]))
    for _ in range(ORDERS):
        others = rows.iloc[dice.integers(len(rows), size=len(chosen))].reset_index(drop=True)
        order = dice.permutation(len(names))
        steps = [others.copy()]
        for place in order:
            after = steps[-1].copy()
            after[names[place]] = chosen[names[place]]
            steps.append(after)
        found = np.split(outputs(model, pd.concat(steps, ignore_index=True)), len(steps))
        for number, place in enumerate(order):
            shares[:, place] += (found[number + 1] - found[number]) / ORDERS
    return np.abs(shares).mean(axis=0), outputs(model, rows.iloc[:1_000]).mean(axis=0)


def outputs(model: Model, rows: pd.DataFrame) -> Any:
    """Answers as columns: a value, the probability of the second of two labels, or those of all labels."""
    found = model.answers(rows)
    if found.ndim == 1:
        return found[:, None]
    return found[:, 1:] if found.shape[1] == 2 else found
