"""Reports: what a processing job says of the best candidate, from its archive and the rows it was made with."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from penstock_automl import archive, assessing, explaining, table
from penstock_automl.estimators import Model
from penstock_automl.schema import Schema


def explain(base: Path) -> None:
    schema = Schema.read(base / "input/data/schema.json")
    with opened(base) as (model, _, _):
        explaining.explain(model, schema, table.kept(base / "input/data/train.csv"), base / "output")


def assess(base: Path) -> None:
    data = base / "input/data"
    schema = Schema.read(data / "schema.json")
    held = table.kept(data / ("train.csv" if schema.folds else "validation.csv"))
    with opened(base) as (_, answers, scratch):
        assessing.assess(schema, held, answers, base / "output", scratch / "answers")


@contextmanager
def opened(base: Path) -> Iterator[tuple[Model, Any, Path]]:
    """The candidate, its answers to unseen rows, and a folder that goes afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        yield *archive.load(base / "input/model", Path(scratch) / "model"), Path(scratch)
