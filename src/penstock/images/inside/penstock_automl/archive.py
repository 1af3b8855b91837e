"""A model's archive: written by a training job, read by those that mix candidates or report on them.

model.joblib     unseen.npy     what it answered to rows that it had not seen
code/inference.py     code/penstock_automl/     what it needs to answer
"""

import shutil
import tarfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from penstock_automl import MODEL
from penstock_automl.estimators import Model

HANDLER = "from penstock_automl.inference import input_fn, model_fn, output_fn, predict_fn\n"
INIT = '"""The modules that this model needs, as they were when it was trained."""\n'


def save(model: Model, answers: Any, folder: Path) -> None:
    package = folder / "code" / "penstock_automl"
    package.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / "model.joblib")
    np.save(folder / "unseen.npy", answers)
    (folder / "code" / "inference.py").write_text(HANDLER)
    (package / "__init__.py").write_text(INIT)
    for module in MODEL:
        shutil.copy(Path(__file__).with_name(f"{module}.py"), package)


def load(folder: Path, into: Path) -> tuple[Model, Any]:
    """The model of the one archive in a folder, and its answers to unseen rows."""
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as opened:
        opened.extractall(into, filter="data")
    return joblib.load(into / "model.joblib"), np.load(into / "unseen.npy")
