"""Hugging Face's defaults: a pipeline of transformers over what is in the model's folder, as in AWS's images.

HF_TASK       what the pipeline does; without it, what the model's architecture is for
HF_MODEL_ID   a model of the Hub, for containers without model data
"""

import csv
import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
import transformers

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.serving import codecs
from penstock_image.serving.messages import CSV, JSON, NPY, Unserved, plain, unsupported

BINARY = ("image/", "audio/", "application/octet-stream")
TASKS = {  # what architectures end in, and the task that they are for
    "ForSequenceClassification": "text-classification",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "LMHeadModel": "text-generation",
    "ForImageClassification": "image-classification",
    "ForAudioClassification": "audio-classification",
    "ForCTC": "automatic-speech-recognition",
}


def load(folder: str) -> Json:
    """A pipeline. Raises `ClientError` where nobody says what it is to do."""
    held = Path(folder, "config.json")
    source = folder if held.exists() else os.environ.get("HF_MODEL_ID", "")
    if not source:
        raise ClientError(
            f"there is no config.json in {folder}: the model data is to be what save_pretrained writes, or HF_MODEL_ID "
            "is to name a model of the Hub"
        )
    task = os.environ.get("HF_TASK") or (task_of(json.loads(held.read_text())) if held.exists() else None)
    device = 0 if torch.cuda.is_available() else -1
    return transformers.pipeline(task, model=source, device=device)


def task_of(config: Mapping[str, Json]) -> str:
    architectures = config.get("architectures") or ["no architecture"]
    for ending, task in TASKS.items():
        if architectures[0].endswith(ending):
            return task
    raise ClientError(f"the model is a {architectures[0]}, which does not say its task; set HF_TASK")


def decoded(content: Json, content_type: str) -> Json:
    """What is to be predicted: `inputs`, and `parameters` of the pipeline."""
    kind = plain(content_type)
    if kind.startswith(BINARY):
        return {"inputs": content}
    if kind == "text/plain":
        return {"inputs": bytes(content).decode()}
    if kind not in READERS:
        raise unsupported(kind)
    try:
        return READERS[kind](content)
    except ValueError as problem:
        raise Unserved(400, f"the content is not {kind}: {problem}") from problem


def rows(content: str) -> Json:
    """The lines of a CSV with a head: objects, or texts where its one column is `inputs`."""
    lines = list(csv.DictReader(io.StringIO(content)))
    if not lines:
        raise ValueError("it has a head and at least one line")
    return {"inputs": [each["inputs"] for each in lines] if set(lines[0]) == {"inputs"} else lines}


READERS: Mapping[str, Callable[[Json], Json]] = {
    JSON: json.loads,
    CSV: rows,
    NPY: lambda content: {"inputs": codecs.decode(content, NPY).tolist()},
}


def predict(data: Json, model: Json) -> Json:
    if not isinstance(data, dict):
        return model(data)
    inputs = data.get("inputs", data)
    return model(inputs, **data.get("parameters") or {})


def encoded(prediction: Json, accept: str) -> Json:
    return json.dumps(prediction, default=codecs.as_json) if accept == JSON else codecs.encode(prediction, accept)


DEFAULTS = {"model_fn": load, "input_fn": decoded, "predict_fn": predict, "output_fn": encoded}
