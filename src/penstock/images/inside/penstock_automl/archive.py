"""A model's archive: written by a training job, read by those that mix candidates or report on them.

model.pkl     unseen.npy     what it answered to rows that it had not seen
code/inference.py     code/penstock_automl/     what it needs to answer
"""

import pickle
import shutil
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from penstock_automl import MODEL
from penstock_automl.estimators import Model
from penstock_image.unpacking import unpack

HANDLER = "from penstock_automl.inference import input_fn, model_fn, output_fn, predict_fn\n"
INIT = '"""The modules that this model needs, as they were when it was trained."""\n'


def save(model: Model, answers: Any, folder: Path) -> None:
    package = folder / "code" / "penstock_automl"
    package.mkdir(parents=True, exist_ok=True)
    for part in model.parts:
        fill_padding(part)
    (folder / "model.pkl").write_bytes(pickle.dumps(model, protocol=5))
    np.save(folder / "unseen.npy", answers)
    (folder / "code" / "inference.py").write_text(HANDLER)
    (package / "__init__.py").write_text(INIT)
    for module in MODEL:
        shutil.copy(Path(__file__).with_name(f"{module}.py"), package)


def fill_padding(part: Pipeline) -> None:
    """Let a forest be the same bytes each time: between the fields of its trees' nodes there is what memory held.

    (joblib would copy these arrays, and bring in other memory.)
    """
    for grown in getattr(part.steps[-1][1], "estimators_", ()):
        state = grown.tree_.__getstate__()
        nodes = np.zeros(state["nodes"].shape, state["nodes"].dtype)  # zeros_like would leave the padding as it is
        for name in nodes.dtype.names:
            nodes[name] = state["nodes"][name]
        grown.tree_.__setstate__({**state, "nodes": nodes})


def load(folder: Path, into: Path) -> tuple[Model, Any]:
    """The model of the one archive in a folder, and its answers to unseen rows."""
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as opened:
        unpack(opened, into)
    model: Model = pickle.loads((into / "model.pkl").read_bytes())  # noqa: S301 - a training job of ours wrote it
    return model, np.load(into / "unseen.npy")
