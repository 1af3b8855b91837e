"""Captured: the data set that an endpoint was asked about, line by line, with its answers and the truth where they are.

CSV's fields are the features. Of JSON `features_attribute` finds them; `inference_attribute` and
`probability_attribute` find the answer, as in the predictor's `label` and `probability`.
"""

import csv
from collections.abc import Iterator
from typing import Any

from penstock_image.clarify import answers, dataset
from penstock_image.clarify.answers import Answer, located
from penstock_image.clarify.configuration import Configuration
from penstock_image.clarify.dataset import Dataset
from penstock_image.clarify.table import Table, valued
from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import captures
from penstock_image.monitor.captures import payload
from penstock_image.monitor.settings import Settings

OF_FILES = (
    "dataset_uri", "facet_dataset_uri", "predicted_label_dataset_uri", "predicted_label", "joinsource_name_or_index",
    "excluded_columns",
)  # fmt: skip
TRUTH = "groundTruthData"


def load(settings: Settings, config: Configuration) -> Dataset:
    """What was captured of a window. Raises `ClientError`."""
    for member in OF_FILES:
        if member in config.document:
            raise ClientError(f"{member} in analysis_config.json is not supported for captured data: leave it out.")
    found: list[list[Any]] = []
    said: list[Answer] = []
    truth: list[Any] = []
    for event in captures.events(settings.source, settings.start, settings.end):
        captured = event.get("captureData", {})
        records = list(_records(captured["endpointInput"], settings.features)) if "endpointInput" in captured else []
        found += records
        if "endpointOutput" in captured:
            said += _answers(captured["endpointOutput"], len(records), settings)
        if TRUTH in event:
            truth += [valued(str(value)) for value in payload(event[TRUTH], TRUTH)]
    if not found:
        raise ClientError(captures.NOTHING)
    label, headers = _names(config, len(found[0]))
    features = dataset.records(found, headers)
    if len(truth) != len(found):
        return Dataset(table=features, features=features)
    table = features.beside(Table.of([label], [[value] for value in truth]))
    is_answered = len(said) == len(found)
    return Dataset(table, features, label, table.column(label), tuple(said) if is_answered else None)


def _names(config: Configuration, count: int) -> tuple[str, list[str] | None]:
    """The label's name and the features'; headers may name the label, too."""
    headers, label = config.document.get("headers"), config.document.get("label", "label")
    if isinstance(label, int):
        label = headers[label] if headers else "label"
    if headers and len(headers) > count:
        headers = [name for name in headers if name != label]
    return label, headers


def _records(side: Json, features: str) -> Iterator[list[Any]]:
    lines = payload(side, "endpointInput")
    if all(isinstance(line, str) for line in lines):
        yield from ([valued(field.strip()) for field in row] for row in csv.reader(lines))
        return
    for line in lines:
        record = located(features or "features", line)
        if not isinstance(record, list):
            raise ClientError(
                f"FeaturesAttribute ('{features or 'features'}') finds no list of features in a captured request."
            )
        yield record


def _answers(side: Json, count: int, settings: Settings) -> list[Answer]:
    given = {"label": settings.inference, "probability": settings.probability}
    options = {name: where for name, where in given.items() if where}
    lines = payload(side, "endpointOutput")
    if all(isinstance(line, str) for line in lines):
        return answers.answers("\n".join(lines), count, options, answers.CSV)
    return [answers.of_json(line, options) for line in lines]
