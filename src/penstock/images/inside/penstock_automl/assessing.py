"""Assessing: the quality of a model's answers to rows that it has not seen, as Model Monitor measures it.

The statistics are those of a model quality baseline, so that a monitor can be held against them.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from penstock_automl import table
from penstock_automl.schema import Schema
from penstock_image.monitor import quality
from penstock_image.monitor.settings import Settings


def assess(schema: Schema, held: pd.DataFrame, answers: Any, output: Path, scratch: Path) -> None:
    """Write `statistics.json` and `constraints.json`."""
    table.write(judged(schema, held, answers), scratch / "answers.csv")
    settings = Settings(
        source=scratch,
        output=output,
        analysis="MODEL_QUALITY",
        format={"csv": {"header": True}},
        problem=schema.problem,
        truth="truth",
        inference="prediction",
        probability="probability" if schema.problem == "BinaryClassification" else "",
    )
    statistics = quality.statistics(settings)
    table.write_json(statistics, output / "statistics.json")
    table.write_json(quality.constraints(statistics, schema.problem), output / "constraints.json")


def judged(schema: Schema, held: pd.DataFrame, answers: Any) -> pd.DataFrame:
    """Truths and predictions; of two labels the second is 1, as in AWS's reports."""
    truth = schema.truth(held)
    if schema.is_regression:
        return pd.DataFrame({"truth": truth, "prediction": answers})
    best = np.argmax(answers, axis=1)
    if schema.problem == "BinaryClassification":
        return pd.DataFrame({"truth": truth, "prediction": best, "probability": answers[:, 1]})
    names = np.array(schema.labels, dtype=object)
    return pd.DataFrame({"truth": names[truth], "prediction": names[best]})
