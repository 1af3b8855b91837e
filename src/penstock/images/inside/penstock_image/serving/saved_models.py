"""Saved models of TensorFlow, asked as TensorFlow Serving's REST API is, by their signatures.

    {"signature_name": …, "instances": [{"x": 1}, …]}  ─► {"predictions": [{"y": 2}, …]}     an element for each
    {"signature_name": …, "inputs": {"x": [1, …]}}     ─► {"outputs": {"y": [2, …]}}         columns

Where a signature has one input, or one output, its name is left out.
"""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.serving.rows import Unpredictable, columns_of, named, packed, unpacked

FILE = "saved_model.pb"
SIGNATURE = "serving_default"


class Model:
    """A version of a model, loaded when `load` has returned."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: Json = None

    @property
    def version(self) -> str:
        return self._folder.name

    def load(self) -> None:
        self._loaded = tf.saved_model.load(str(self._folder))  # kept: signatures do not keep their variables

    def predict(self, asked: Json) -> Json:
        """Raises `Unpredictable`."""
        if not isinstance(asked, dict) or ("instances" in asked) == ("inputs" in asked):
            raise Unpredictable("the request is a JSON object with either 'instances' or 'inputs'")
        name = asked.get("signature_name", SIGNATURE)
        signatures = self._loaded.signatures
        if name not in signatures:
            raise Unpredictable(f"there is no signature '{name}'; there are: {', '.join(signatures)}")
        signature = signatures[name]
        specs = signature.structured_input_signature[1]
        by_row = "instances" in asked
        columns = columns_of(asked["instances"], list(specs)) if by_row else named(asked["inputs"], list(specs))
        if missing := sorted(set(specs) - set(columns)):
            raise Unpredictable(f"the signature '{name}' has the input '{missing[0]}', and the request has not")
        outputs = called(signature, {each: (columns[each], specs[each]) for each in specs})
        told = {each: plain(values) for each, values in outputs.items()}
        if not by_row:
            return {"outputs": next(iter(told.values())) if len(told) == 1 else told}
        if len(told) == 1:
            return {"predictions": next(iter(told.values()))}
        return {"predictions": [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]}


def called(signature: Json, inputs: Mapping[str, tuple[Json, Json]]) -> Json:
    """The outputs by name, for values and their specifications by name. Raises `Unpredictable`."""
    try:
        given = {name: tf.constant(unpacked(value), dtype=spec.dtype) for name, (value, spec) in inputs.items()}
        return signature(**given)
    except (tf.errors.OpError, TypeError, ValueError) as problem:
        raise Unpredictable(str(problem)) from problem


def find(folder: Path) -> dict[str, dict[str, Model]]:
    """Every version of every saved model below a folder; one that is right there is called `model`."""
    found: dict[str, dict[str, Model]] = {}
    for file in sorted(folder.rglob(FILE)):
        version = file.parent
        if version.name.isdigit():
            name = "model" if version.parent == folder else version.parent.name
            found.setdefault(name, {})[version.name] = Model(version)
    if not found:
        raise ClientError(
            f"there is no saved model in {folder}: the model data is to hold a folder with a number for its name and "
            f"{FILE} in it (as model.export('/opt/ml/model/1') writes)"
        )
    return found


def plain(tensor: Json) -> Json:
    """A tensor as JSON has it."""
    return packed(tensor.numpy().tolist())
