"""The model server: loads what is to be served, then answers `/ping`, `/invocations` and `/execution-parameters`."""

import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from penstock_image import packages, source
from penstock_image.failure import ClientError
from penstock_image.layout import Folders, Json
from penstock_image.serving import anew
from penstock_image.serving.handlers import Defaults, Handlers
from penstock_image.serving.messages import JSON, Request, Response, Unserved

ANYTHING = ("", "*/*")
SCRIPT = "inference.py"  # in the model's `code`
LOOK_FOR_SCRIPT = ("pytorch", "tensorflow", "huggingface")
MODEL_LOADERS = ("pytorch", "huggingface")  # they load a model without being told how
DEFAULTS = {
    "xgboost": "penstock_image.xgboost_mode.serving",
    "pytorch": "penstock_image.serving.pytorch",
    "huggingface": "penstock_image.serving.huggingface",
}
UNUSED = ("SAGEMAKER_MULTI_MODEL",)  # what AWS's images would do more, and these do not


class Server:
    """Answers requests once `load` has succeeded. `is_alone` says that its process is there for nothing else."""

    def __init__(self, variables: Mapping[str, str], *, is_alone: bool = False) -> None:
        self._variables = variables
        self._is_alone = is_alone
        self._answer: Callable[[Request], Response] | None = None
        self._default_accept = variables.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        self._default_content = JSON
        self._parameters = Response(404)  # of how batches are to be sent: a script's server does not say
        self._problem = "the model is not loaded yet"

    def load(self) -> None:
        """Bring the customer's code and load the model; what goes wrong is logged, and told to `/ping`."""
        try:
            self._answer = self._loaded()
        except Exception as problem:  # whatever the customer's code raises while it loads
            traceback.print_exc()
            self._problem = f"{type(problem).__name__}: {problem}"

    def respond(self, request: Request) -> Response:
        if self._answer is None:
            return Response(503, self._problem.encode())
        if request.path == "/ping":
            return Response(200)
        if request.path == "/execution-parameters":
            return self._parameters
        accept = self._default_accept if request.accept in ANYTHING else request.accept
        try:
            content_type = request.content_type or self._default_content
            answer = self._answer(replace(request, content_type=content_type, accept=accept))
            return answer.begun() if request.streams else answer.whole()
        except Unserved as refusal:
            return Response(refusal.status, str(refusal).encode())
        except Exception as problem:  # whatever the customer's functions raise
            traceback.print_exc()
            return Response(500, str(problem).encode() or type(problem).__name__.encode())

    def _loaded(self) -> Callable[[Request], Response]:
        if unused := [name for name in UNUSED if self._variables.get(name)]:
            raise ClientError(f"this model server does not know what {unused[0]} asks for; leave it out")
        folders = Folders.of(self._variables)
        if explains := self._variables.get("PENSTOCK_EXPLAINER"):
            online: Json = importlib.import_module("penstock_image.clarify.online")
            return online.Explainer(json.loads(explains), folders.model).answer  # type: ignore[no-any-return]
        framework = self._variables.get("PENSTOCK_FRAMEWORK", "none")
        module = self._customers(folders, framework)
        if framework == "tensorflow":
            saved: Json = importlib.import_module("penstock_image.serving.tensorflow")
            default = self._variables.get("SAGEMAKER_TFS_DEFAULT_MODEL_NAME", "")
            return saved.Predictor(folders.model, module, default).answer  # type: ignore[no-any-return]
        if module is not None or framework in MODEL_LOADERS:
            return Handlers(module, defaults_of(framework), str(folders.model)).answer
        if self._variables.get("PENSTOCK_ALGORITHM") == "xgboost":
            algorithm: Json = importlib.import_module("penstock_image.xgboost_mode.serving")
            self._default_accept, self._default_content = "text/csv", "text/libsvm"
            self._parameters = Response(200, json.dumps(algorithm.PARAMETERS).encode(), JSON)
            is_batch = bool(self._variables.get("SAGEMAKER_BATCH"))
            selection = self._variables.get("SAGEMAKER_INFERENCE_OUTPUT", "")
            predictor = algorithm.Predictor(folders.model, selection, is_batch=is_batch)
            return predictor.answer  # type: ignore[no-any-return]
        raise ClientError(
            "no script to serve with: the container's Environment must name one as SAGEMAKER_PROGRAM, since this "
            "image has no algorithm of its own"
        )

    def _customers(self, folders: Folders, framework: str) -> Json:
        """The customer's script: the one that is named, or what AWS's images look for by itself; None without one."""
        program = self._variables.get("SAGEMAKER_PROGRAM")
        if not program and framework in LOOK_FOR_SCRIPT and (folders.model / "code" / SCRIPT).exists():
            program = SCRIPT
        return self._module(program, folders) if program else None

    def _module(self, program: str, folders: Folders) -> Json:
        """The customer's script, imported, its requirements before the environment on the path."""
        place = Folders(Path(tempfile.gettempdir(), "serving"))
        held = folders.model / "code"
        directory = self._variables.get("SAGEMAKER_SUBMIT_DIRECTORY") or str(held if held.exists() else folders.code)
        source.bring(directory, place.code, self._variables)
        if self._is_alone and anew.is_needed(place.code):
            anew.start()
        extensions = [Path(each) for each in self._variables.get("PENSTOCK_EXTENSIONS", "").split(os.pathsep) if each]
        if (found := packages.extension(place, extensions)) is not None:
            print(f"What the code asks for is in the environment {found.parents[2].name}", flush=True)
            sys.path.insert(0, str(found))
        elif packages.install(place):
            sys.path.insert(0, str(place.packages))
        sys.path.insert(0, str(place.code))
        os.chdir(place.code)
        return importlib.import_module(program.removesuffix(".py").replace("/", "."))


def defaults_of(framework: str) -> Defaults:
    """What stands in for the functions that the customer's script does not have."""
    if framework in DEFAULTS:
        script: Json = importlib.import_module(DEFAULTS[framework])
        return dict(script.DEFAULTS)
    codecs: Json = importlib.import_module("penstock_image.serving.codecs")
    return {
        "input_fn": codecs.decode,
        "predict_fn": lambda data, model: model.predict(data),
        "output_fn": codecs.encode,
    }
