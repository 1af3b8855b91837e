"""Selectable inference: which facts about each prediction an answer has (`SAGEMAKER_INFERENCE_OUTPUT`).

    predicted_label,probabilities  ──►  {"predictions": [{"predicted_label": 1, "probabilities": [0.2, 0.8]}, …]}

What a model's objective does not tell is NaN, as in AWS's image.
"""

import json
from collections.abc import Callable, Mapping

import numpy as np

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.serving.messages import CSV, JSON, JSON_LINES, Response, unacceptable

CLASSES = ("predicted_label", "labels", "raw_score", "raw_scores")
PROBABLE = (*CLASSES, "probability", "probabilities")
KNOWN: Mapping[str, tuple[str, ...]] = {
    "reg:squarederror": ("predicted_score",),
    "reg:logistic": ("predicted_score",),
    "reg:gamma": ("predicted_score",),
    "reg:tweedie": ("predicted_score",),
    "binary:logistic": PROBABLE,
    "binary:logitraw": CLASSES,
    "binary:hinge": CLASSES,
    "multi:softmax": CLASSES,
    "multi:softprob": PROBABLE,
}
LABEL: Mapping[str, Callable[[Json], Json]] = {
    "binary:logistic": lambda raw: int(raw > 0.5),
    "binary:logitraw": lambda raw: int(raw > 0),
    "binary:hinge": lambda raw: raw.item(),
    "multi:softmax": lambda raw: raw.item(),
    "multi:softprob": lambda raw: int(np.argmax(raw)),
}


def keys_of(text: str) -> list[str]:
    return text.replace(" ", "").lower().split(",")


def check(objective: str) -> None:
    """Raise `ClientError` unless an objective's predictions can be selected from."""
    if objective not in KNOWN:
        raise ClientError(f"Objective `{objective}` unsupported for selectable inference predictions.")


def selected(scores: Json, keys: list[str], objective: str, classes: int) -> list[dict[str, Json]]:
    """For each prediction what `keys` ask for."""
    return [
        {key: fact(key, raw, objective, classes) if key in KNOWN[objective] else float("nan") for key in keys}
        for raw in scores
    ]


def fact(key: str, raw: Json, objective: str, classes: int) -> Json:
    match key:
        case "predicted_label":
            return LABEL[objective](raw)
        case "labels":
            return list(range(classes)) if objective.startswith("multi:") else [0, 1]
        case "probability" | "raw_score":
            return max(raw).item() if raw.ndim else raw.item()
        case "probabilities" | "raw_scores":
            return raw.tolist() if raw.ndim else [1.0 - raw.item(), raw.item()]
        case _:
            return raw.item()


def encoded(predictions: list[dict[str, Json]], accept: str) -> Response:
    """Raises `Unserved`."""
    if accept == JSON:
        text = json.dumps({"predictions": predictions})
    elif accept == JSON_LINES:
        text = "".join(json.dumps(each) + "\n" for each in predictions)
    elif accept == CSV:
        text = "\n".join(",".join(map(cell, each.values())) for each in predictions)
    else:
        raise unacceptable(accept)
    return Response(200, text.encode(), f"{accept}; charset=utf-8")


def cell(value: Json) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)
