"""Codecs: arrays from a request's content, and into an answer's, as AWS's images do where the customer says nothing."""

import io
import json
from collections.abc import Callable, Mapping

import numpy as np

from penstock_image.layout import Json
from penstock_image.serving.messages import CSV, JSON, NPY, TEXTS, Unserved, plain, unacceptable, unsupported


def _from_csv(content: Json) -> Json:
    return np.genfromtxt(io.StringIO(_text(content)), delimiter=",")


def _from_npy(content: Json) -> Json:
    return np.load(io.BytesIO(content), allow_pickle=False)


def _text(content: Json) -> str:
    return content if isinstance(content, str) else bytes(content).decode()


def _to_csv(array: Json) -> str:
    stream = io.StringIO()
    np.savetxt(stream, array, delimiter=",", fmt="%s")
    return stream.getvalue()


def _to_npy(array: Json) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


DECODERS: Mapping[str, Callable[[Json], Json]] = {
    JSON: lambda content: np.array(json.loads(content)),
    CSV: _from_csv,
    NPY: _from_npy,
}


def as_json(value: Json) -> Json:
    """What JSON has in the place of an array or a number of numpy's, or of what has a `tolist`. Raises `TypeError`."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


ENCODERS: Mapping[str, Callable[[Json], Json]] = {
    JSON: lambda value: json.dumps(value, default=as_json),
    CSV: lambda value: _to_csv(np.array(value)),
    NPY: lambda value: _to_npy(np.array(value)),
}


def decode(content: Json, content_type: str) -> Json:
    """An array; texts become 32-bit floats. Raises `Unserved`."""
    content_type = plain(content_type)
    decoder = DECODERS.get(content_type)
    if decoder is None:
        raise unsupported(content_type)
    try:
        array = decoder(content)
        return array.astype(np.float32) if content_type in TEXTS else array
    except ValueError as problem:
        raise Unserved(400, f"the content is not {content_type}: {problem}") from problem


def encode(value: Json, accept: str) -> Json:
    """Text or bytes. Raises `Unserved`."""
    encoder = ENCODERS.get(accept)
    if encoder is None:
        raise unacceptable(accept)
    return encoder(value)
