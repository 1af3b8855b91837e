"""TensorFlow's serving image: saved models, asked as TensorFlow Serving is; the customer's handlers around that.

    /opt/ml/model/NAME/VERSION/saved_model.pb        {"instances": […]} ─► {"predictions": […]}
    /opt/ml/model/code/inference.py                  input_handler(data, context), output_handler(response, context)
                                                     or handler(data, context), which asks `context.rest_uri` itself

`X-Amzn-SageMaker-Custom-Attributes` may name another model or version: tfs-model-name=NAME,tfs-model-version=VERSION.
"""

import io
import json
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from penstock_image.layout import Json
from penstock_image.serving.handlers import response
from penstock_image.serving.messages import CSV, JSON, JSON_LINES, Request, Response, Unserved, plain, unsupported
from penstock_image.serving.rows import Unpredictable
from penstock_image.serving.saved_models import Model, find
from penstock_image.serving.tfs import Serving

LINES = (JSON_LINES, "application/jsons")


@dataclass(frozen=True)
class Context:
    """What the customer's handlers are told of a request."""

    model_name: str
    model_version: str
    method: str
    rest_uri: str
    custom_attributes: str
    request_content_type: str
    accept_header: str
    content_length: int


@dataclass(frozen=True)
class Answer:
    """What `output_handler` is given: of a `requests.Response`, what is used of it."""

    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Json:
        return json.loads(self.content)


class Predictor:
    """The saved models of a folder. `module` has the customer's handlers, if there are any."""

    def __init__(self, folder: Path, module: types.ModuleType | None, default: str) -> None:
        self._models = find(folder)
        self._default = default
        self._handler = getattr(module, "handler", None)
        self._before = getattr(module, "input_handler", None)
        self._after = getattr(module, "output_handler", None)
        self._serving = Serving(self._models) if module is not None else None  # handlers may ask it themselves
        for versions in self._models.values():
            for model in versions.values():
                model.load()

    def answer(self, request: Request) -> Response:
        """Raises `Unserved`, and what the customer's handlers raise."""
        wanted = dict(each.strip().partition("=")[::2] for each in request.attributes.split(",") if "=" in each)
        name, model = self._chosen(wanted)
        context = Context(
            model_name=name,
            model_version=model.version,
            method=wanted.get("tfs-method", "predict"),
            rest_uri=self._serving.uri(name, model.version) if self._serving is not None else "",
            custom_attributes=request.attributes,
            request_content_type=request.content_type,
            accept_header=request.accept,
            content_length=len(request.body),
        )
        if self._handler is not None:
            return response(self._handler(io.BytesIO(request.body), context), request.accept)
        body = self._before(io.BytesIO(request.body), context) if self._before is not None else instances(request)
        said = predicted(model, body)
        if self._after is not None:
            return response(self._after(said, context), request.accept)
        if said.status_code != 200:
            raise Unserved(said.status_code, said.text)
        return Response(200, said.content, JSON)

    def _chosen(self, wanted: dict[str, str]) -> tuple[str, Model]:
        name = wanted.get("tfs-model-name") or self._default or next(iter(self._models))
        versions = self._models.get(name, {})
        version = wanted.get("tfs-model-version") or max(versions, key=int, default="")
        if version not in versions:
            there = ", ".join(f"{each}/{version}" for each, several in self._models.items() for version in several)
            raise Unserved(404, f"there is no model {name}/{version}; there are: {there}")
        return name, versions[version]


def instances(request: Request) -> str:
    """What TensorFlow Serving is asked for a request, where the customer has no `input_handler`."""
    kind = plain(request.content_type)
    if kind not in READERS:
        raise unsupported(kind)
    try:
        return json.dumps(READERS[kind](request.body.decode()))
    except ValueError as problem:
        raise Unserved(400, f"the content is not {kind}: {problem}") from problem


def asked(text: str) -> Json:
    """JSON: TensorFlow Serving's own request, or only the instances of one."""
    found = json.loads(text)
    return found if isinstance(found, dict) and {"instances", "inputs"} & set(found) else {"instances": found}


READERS: dict[str, Callable[[str], Json]] = {
    JSON: asked,
    CSV: lambda text: {"instances": [[float(each) for each in line.split(",")] for line in text.split()]},
    **dict.fromkeys(LINES, lambda text: {"instances": [json.loads(line) for line in text.splitlines() if line]}),
}


def predicted(model: Model, body: str | bytes) -> Answer:
    try:
        return Answer(200, json.dumps(model.predict(json.loads(body))).encode())
    except (Unpredictable, ValueError) as problem:
        return Answer(400, json.dumps({"error": str(problem)}).encode())
