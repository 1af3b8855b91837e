"""Model quality: statistics, constraints and violations of what a model predicted, where the truth is known.

The records are a table with columns for both, or captured exchanges into which the truth was merged. An attribute is
the name of a column, its place (`0`, `_c0`), or a path in JSON (`predictions[0].score`).
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import captures, formats, scores
from penstock_image.monitor.scores import Answers
from penstock_image.monitor.settings import Settings
from penstock_image.monitor.table import Table, connect, opened, quoted

KINDS = {
    "Regression": ("regression", scores.regression),
    "BinaryClassification": ("binary_classification", scores.binary),
    "MulticlassClassification": ("multiclass_classification", scores.multiclass),
}
WORSE_WHEN_GREATER = ("mae", "mse", "rmse", "false_positive_rate", "false_negative_rate")
UNCONSTRAINED = ("au_prc",)
TRUE, FALSE = ("1", "1.0", "true"), ("0", "0.0", "false")
DEFAULT_THRESHOLD = 0.5


@dataclass
class Told:
    """What was read, record by record, as it was written."""

    truth: list[str]
    inference: list[str]
    probability: list[str]


def statistics(settings: Settings) -> Json:
    """statistics.json of a model's answers."""
    if not settings.problem:
        raise ClientError("the environment variable problem_type is missing.")
    answers = _answers(_told(settings), settings)
    kind, score = KINDS[settings.problem]
    found: dict[str, Json] = scores.scored(answers, score)
    if answers.labels:
        found = {"confusion_matrix": scores.confusion_written(answers), **found}
    if answers.probability is not None and settings.problem == "BinaryClassification":
        found |= scores.curves(answers)
    return {"version": 0.0, "dataset": {"item_count": len(answers)}, f"{kind}_metrics": found}


def constraints(measured: Json, problem: str) -> Json:
    """constraints.json: no score may get worse."""
    kind, _ = KINDS[problem]
    limits = {
        name: {
            "threshold": score["value"],
            "comparison_operator": "GreaterThanThreshold" if name in WORSE_WHEN_GREATER else "LessThanThreshold",
        }
        for name, score in values(measured, problem).items()
        if not name.endswith("_best_constant_classifier") and name not in UNCONSTRAINED and score["value"] != "NaN"
    }
    return {"version": 0.0, f"{kind}_constraints": limits}


def violations(measured: Json, baseline: Json, problem: str) -> Iterator[Json]:
    """Every score that is beyond its threshold, or is not known any more."""
    kind, _ = KINDS[problem]
    found = values(measured, problem)
    for name, limit in baseline.get(f"{kind}_constraints", {}).items():
        operator, threshold = limit["comparison_operator"], limit["threshold"]
        if name not in found:
            raise ClientError(f"the baseline limits {name}, which cannot be told of these records.")
        value, spread = found[name]["value"], found[name]["standard_deviation"]
        if value == "NaN" or (value > threshold if operator == "GreaterThanThreshold" else value < threshold):
            yield {
                "constraint_check_type": operator,
                "description": f"Metric {name} with {value} +/- {spread} was {operator} '{threshold}'",
                "metric_name": name,
            }


def values(measured: Json, problem: str) -> dict[str, Json]:
    """The scores in statistics.json that are numbers."""
    kind, _ = KINDS[problem]
    return {name: score for name, score in measured[f"{kind}_metrics"].items() if "value" in score}


# ------------------------------------------------------------------------------------------------------- reading


def _told(settings: Settings) -> Told:
    name, options = formats.read(settings.format)
    if name in formats.CAPTURED:
        return _of_captures(captures.events(settings.source, settings.start, settings.end), settings)
    if settings.preprocessor is not None:
        raise ClientError("record_preprocessor_script reads captured data (sagemakerCaptureJson) only.")
    connection = connect()
    source = formats.source(connection, settings.source, name, options)
    return _of_table(opened(connection, source, source.text), settings)


def _of_table(table: Table, settings: Settings) -> Told:
    places = {column.name: column.stored for column in table.columns}

    def column(attribute: str, what: str) -> list[str]:
        if not attribute:
            return []
        number = re.fullmatch(r"(?:_c)?(\d+)", attribute)
        stored = places.get(attribute)
        if stored is None and number is not None and int(number[1]) < len(table.columns):
            stored = table.columns[int(number[1])].stored
        if stored is None:
            raise ClientError(f"{what} is '{attribute}', and the columns are {', '.join(places)}.")
        text = f"SELECT {quoted(stored)}::VARCHAR FROM {table.query}"
        return [value for (value,) in table.connection.execute(text).fetchall()]

    return Told(
        truth=column(settings.truth or _missing("ground_truth_attribute"), "ground_truth_attribute"),
        inference=column(settings.inference, "inference_attribute"),
        probability=column(settings.probability, "probability_attribute"),
    )


def _missing(variable: str) -> str:
    raise ClientError(f"the environment variable {variable} is missing.")


def _of_captures(events: Iterable[Json], settings: Settings) -> Told:
    told = Told([], [], [])
    handler = captures.preprocessor(settings.preprocessor) if settings.preprocessor else None
    for event in events:
        truths = str(event.get("groundTruthData", {}).get("data", "")).splitlines()
        records = list(captures.preprocessed([event], handler)) if handler else _outputs(event)
        if len(truths) != len(records):
            event_id = event.get("eventMetadata", {}).get("eventId")
            raise ClientError(f"event {event_id} has {len(records)} predictions and {len(truths)} labels.")
        told.truth += truths
        if settings.inference or not settings.probability:
            told.inference += [_at(record, settings.inference, "inference_attribute") for record in records]
        if settings.probability:
            told.probability += [_at(record, settings.probability, "probability_attribute") for record in records]
    if not told.truth:
        raise ClientError(captures.NOTHING)
    return told


def _outputs(event: Json) -> list[Json]:
    captured = event.get("captureData", {})
    name = next((each for each in ("endpointOutput", "batchTransformOutput") if each in captured), "")
    if not name:
        raise ClientError("the captured records have no endpointOutput: capture what the endpoint answers.")
    side = captured[name]
    return [json.loads(side["data"])] if side.get("encoding") == "JSON" else captures.payload(side, name)


def _at(record: Json, attribute: str, what: str) -> str:
    """What a record has at a place; a line of CSV is a list of texts."""
    node = next(csv.reader([record])) if isinstance(record, str) else record
    if not attribute and isinstance(node, list):
        return str(node[0])
    try:
        for part in re.findall(r"[^.\[\]$'\"]+", attribute):
            node = node[int(part.removeprefix("_c"))] if isinstance(node, list) else node[part]
    except (KeyError, IndexError, ValueError, TypeError):
        raise ClientError(f"{what} is '{attribute}', and a record has nothing there: {str(record)[:200]}") from None
    if isinstance(node, dict | list):
        raise ClientError(f"{what} is '{attribute}', and a record has more than one value there: {str(record)[:200]}")
    return str(node)


# ------------------------------------------------------------------------------------------------------ answers


def _answers(told: Told, settings: Settings) -> Answers:
    probability = _numbers(told.probability, "probability_attribute") if told.probability else None
    if settings.problem == "Regression":
        inference = told.inference or _missing("inference_attribute")
        return Answers(_numbers(told.truth, "the ground truth"), _numbers(list(inference), "inference_attribute"))
    if settings.problem == "BinaryClassification":
        truth = _flags(told.truth, "the ground truth")
        if told.inference:
            predicted = _flags(told.inference, "inference_attribute")
        elif probability is not None:
            predicted = (probability >= float(settings.probability_threshold or DEFAULT_THRESHOLD)).astype(float)
        else:
            _missing("inference_attribute")
        return Answers(truth, predicted, probability, ("0", "1"))
    inference = told.inference or _missing("inference_attribute")
    labels = tuple(sorted({*map(str, told.truth), *map(str, inference)}))
    place = {label: float(number) for number, label in enumerate(labels)}
    return Answers(
        np.array([place[str(value)] for value in told.truth]),
        np.array([place[str(value)] for value in inference]),
        labels=labels,
    )


def _numbers(texts: list[str], what: str) -> scores.Array:
    try:
        return np.array([float(text) for text in texts])
    except (TypeError, ValueError):
        wrong = next(text for text in texts if not _is_number(text))
        raise ClientError(f"{what} must hold numbers, and holds '{wrong}'.") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


def _flags(texts: list[str], what: str) -> scores.Array:
    values = [str(text).strip().lower() for text in texts]
    wrong = next((value for value in values if value not in TRUE + FALSE), None)
    if wrong is not None:
        raise ClientError(f"{what} must hold 0 and 1 (or false and true), and holds '{wrong}'.")
    return np.array([float(value in TRUE) for value in values])
