"""Serving XGBoost models: the image's own predictor, and what stands in for functions that a script does not have.

`text/csv` (no label) and `text/libsvm` come in; scores leave as CSV (of batches a line for each row), or as JSON where
that is accepted; or what was selected of each prediction (see `selecting`).
"""

import csv
import io
import json
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse
import xgboost

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.serving.codecs import encode
from penstock_image.serving.messages import CSV, JSON, Request, Response, Unserved, plain, unacceptable, unsupported
from penstock_image.xgboost_mode import selecting

LIBSVM = ("text/libsvm", "text/x-libsvm", "application/x-libsvm")
DELIMITERS = ",;\t| "
PARAMETERS = {"MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}
VOTING = ("multi:softmax", "binary:hinge")  # objectives whose scores are classes: several models vote


class Predictor:
    """The model in a folder, or the models: an average where training made one for each fold."""

    def __init__(self, folder: Path, selection: str = "", *, is_batch: bool = False) -> None:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        if not files:
            raise ClientError(f"the model data has no file to load a model from ({folder})")
        self._boosters, self._pickled = [loaded(path) for path in files], is_pickle(files[0])
        self._is_batch = is_batch
        self._selection = selecting.keys_of(selection) if selection else []
        if selection:
            selecting.check(objective(self._boosters[0]))

    def answer(self, request: Request) -> Response:
        data = self._fitting(request.content, plain(request.content_type))
        if self._selection:
            kind, classes = objective(self._boosters[0]), class_count(self._boosters[0])
            return selecting.encoded(
                selecting.selected(self._scores(data), self._selection, kind, classes), request.accept
            )
        if request.accept not in (CSV, JSON):
            raise unacceptable(request.accept)
        scores = self._scores(data).tolist()
        if request.accept == JSON:
            body = json.dumps({"predictions": [{"score": score} for score in scores]})
        elif self._is_batch:
            body = "".join(f"{score}\n" for score in scores)
        else:
            body = ",".join(map(str, scores))
        return Response(200, body.encode(), f"{request.accept}; charset=utf-8")

    def _fitting(self, content: Json, content_type: str) -> xgboost.DMatrix:
        """A request's rows. The versions that pickled their models were content with one column more than they know."""
        if not self._pickled:
            return matrix(content, content_type)
        known = self._boosters[0].num_features()
        data = matrix(content, content_type, spare=known)
        found, trained = data.num_col(), f"feature size of trained model {known}"
        if found > known and content_type != CSV:
            said = f"Feature size of libsvm inference data {found} is larger than {trained}."
        elif found != known and content_type == CSV:
            said = f"Feature size of csv inference data {found} is not consistent with {trained}."
        else:
            return data
        raise Unserved(400, f"Unable to evaluate payload provided: {said}")

    def _scores(self, data: xgboost.DMatrix) -> Json:
        try:
            every = [booster.predict(data, validate_features=False) for booster in self._boosters]
        except (xgboost.core.XGBoostError, ValueError) as problem:
            said = str(problem).partition("\nStack trace:")[0]
            raise Unserved(400, f"Unable to evaluate payload provided: {said}") from problem
        if len(every) == 1:
            return every[0]
        if objective(self._boosters[0]) in VOTING:
            return np.array([Counter(votes).most_common(1)[0][0] for votes in zip(*every, strict=True)])
        return np.mean(every, axis=0)


def objective(booster: xgboost.Booster) -> str:
    return str(json.loads(booster.save_config())["learner"]["objective"]["name"])


def class_count(booster: xgboost.Booster) -> int:
    return int(json.loads(booster.save_config())["learner"]["learner_model_param"].get("num_class", 0))


def is_pickle(path: Path) -> bool:
    with path.open("rb") as opened:
        return opened.read(1) == pickle.PROTO


def loaded(path: Path) -> xgboost.Booster:
    """A booster, in whichever of its two forms it was kept."""
    content = path.read_bytes()
    try:
        return pickle.loads(content)  # type: ignore[no-any-return]  # noqa: S301 - the customer's own model
    except Exception:  # bytes that are no pickle raise whatever they please
        return xgboost.Booster(model_file=bytearray(content))


def matrix(content: Json, content_type: str, *, spare: int | None = None) -> xgboost.DMatrix:
    """A request's rows, without a last column of the index `spare`. Raises `Unserved`."""
    if content_type != CSV and content_type not in LIBSVM:
        raise unsupported(content_type)
    text = (content if isinstance(content, str) else bytes(content).decode()).strip()
    try:
        cells = _from_csv(text) if content_type == CSV else _from_libsvm(text)
        return xgboost.DMatrix(cells[:, :-1] if cells.shape[1] - 1 == spare else cells)
    except (ValueError, csv.Error, xgboost.core.XGBoostError) as problem:
        raise Unserved(415, f"Loading {content_type} data failed with Exception, please ensure data is in "
                            f"{content_type} format: {problem}") from problem  # fmt: skip


def _from_csv(text: str) -> Json:
    first = text.partition("\n")[0]
    delimiter = next((sign for sign in DELIMITERS if sign in first), ",")
    rows = np.genfromtxt(io.StringIO(text), delimiter=delimiter, dtype=np.float32, ndmin=2)
    return rows if "\n" in text else rows.reshape(1, -1)


def _from_libsvm(text: str) -> Json:
    """Pairs of index and value; a label before them is not looked at."""
    rows, columns, values = [], [], []
    lines = text.splitlines()
    for row, line in enumerate(lines):
        for pair in line.split():
            column, colon, value = pair.partition(":")
            if colon:
                rows.append(row)
                columns.append(int(column))
                values.append(float(value))
    shape = (len(lines), max(columns, default=0) + 1)
    return scipy.sparse.csr_matrix((np.array(values, dtype=np.float32), (rows, columns)), shape=shape)


def _matrix_of(content: Json, content_type: str) -> Json:
    return matrix(content, plain(content_type))


def _predicted(data: Json, model: Json) -> Json:
    return model.predict(data, validate_features=False)


DEFAULTS = {"input_fn": _matrix_of, "predict_fn": _predicted, "output_fn": encode}
