"""Handlers: the customer's `model_fn`, `input_fn`, `predict_fn`, `output_fn` (or `transform_fn`), defaults around them.

model_fn(model_dir) ─► model      input_fn(content, content_type) ─► data
predict_fn(data, model) ─► prediction      output_fn(prediction, accept) ─► answer, or (answer, content type)
"""

import types
from collections.abc import Callable, Iterable, Iterator

from penstock_image.layout import Json
from penstock_image.serving.messages import Request, Response

ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
Defaults = dict[str, Callable[..., Json]]


class Handlers:
    """A model and what is done with it. `module` is the customer's; what it lacks is taken from `defaults`."""

    def __init__(self, module: types.ModuleType | None, defaults: Defaults, model_folder: str) -> None:
        self._functions = {name: getattr(module, name, function) for name, function in defaults.items()}
        self._transform = getattr(module, "transform_fn", None)
        load = getattr(module, "model_fn", defaults.get("model_fn"))
        if load is None:
            named = module.__name__ if module else "nothing"
            raise NotImplementedError(f"{named} has no model_fn(model_dir): only it knows how to load the model")
        self._model = load(model_folder)

    def answer(self, request: Request) -> Response:
        """Raises what the customer's functions raise."""
        if self._transform is not None:
            said = self._transform(self._model, request.content, request.content_type, request.accept)
        else:
            data = self._functions["input_fn"](request.content, request.content_type)
            prediction = self._functions["predict_fn"](data, self._model)
            said = self._functions["output_fn"](prediction, request.accept)
        return response(said, request.accept)


def response(said: Json, accept: str) -> Response:
    """What an `output_fn` may answer: text, bytes or an iterator of either, perhaps with a content type; or a response
    object of Flask's kind.
    """
    if hasattr(said, "get_data") and hasattr(said, "status_code"):
        attributes = str(said.headers.get(ATTRIBUTES, ""))
        if getattr(said, "is_streamed", False):
            return Response(
                int(said.status_code), b"", str(said.mimetype or accept), attributes, parts(said.iter_encoded())
            )
        return Response(int(said.status_code), said.get_data(), str(said.mimetype or accept), attributes)
    body, content_type = said if isinstance(said, tuple) else (said, accept)
    if isinstance(body, Iterator):
        return Response(200, b"", content_type, parts=parts(body))
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes | bytearray):
        raise TypeError(
            "output_fn must answer text, bytes or an iterator of them (and a content type); it answered "
            f"{type(body).__name__}"
        )
    return Response(200, bytes(body), content_type)


def parts(made: Iterable[Json]) -> Iterator[bytes]:
    """What an iterator of the customer's makes, as bytes; who takes no more of it closes it."""
    try:
        for each in made:
            yield each.encode() if isinstance(each, str) else bytes(memoryview(each))  # a number is no content
    finally:
        if close := getattr(made, "close", None):
            close()
