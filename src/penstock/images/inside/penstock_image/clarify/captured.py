"""Captured: the data set that an endpoint was asked about, line by line, with its answers and the truth where they are.

CSV's fields are the features. Of JSON `features_attribute` finds them; `inference_attribute` and
`probability_attribute` find the answer, as in the predictor's `label` and `probability`. What a transform job has
written is both: there the fields of CSV in which the answer is are no features.
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
BATCH = "batchTransformOutput"


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
        asked = captured.get("endpointInput") or captured.get(BATCH)
        records = list(_records(asked, settings, is_whole=BATCH in captured)) if asked else []
        found += records
        if said_by := captured.get("endpointOutput") or captured.get(BATCH):
            said += _answers(said_by, len(records), settings)
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


def _records(side: Json, settings: Settings, *, is_whole: bool) -> Iterator[list[Any]]:
    """The features of a captured request; `is_whole` says that the answer is beside them."""
    lines, features = payload(side, BATCH if is_whole else "endpointInput"), settings.features or "features"
    if all(isinstance(line, str) for line in lines):
        for row in csv.reader(lines):
            answered = _places(settings, len(row)) if is_whole else set()
            yield [valued(field.strip()) for place, field in enumerate(row) if place not in answered]
        return
    for line in lines:
        record = located(features, line)
        if not isinstance(record, list):
            raise ClientError(f"FeaturesAttribute ('{features}') finds no list of features in a captured request.")
        yield record


def _places(settings: Settings, width: int) -> set[int]:
    """The fields of a row of CSV in which its answer is."""
    named = [each for each in (settings.inference, settings.probability) if each]
    try:
        places = {int(each) for each in named}
    except ValueError:
        raise ClientError(
            f"an answer in CSV is found by the place of its field, not by {' and '.join(named)}."
        ) from None
    if not places or not all(0 <= place < width for place in places):
        raise ClientError(
            "say by InferenceAttribute or ProbabilityAttribute in which field of a row, counted from 0, the answer is; "
            f"a row has {width}."
        )
    return places


def _answers(side: Json, count: int, settings: Settings) -> list[Answer]:
    given = {"label": settings.inference, "probability": settings.probability}
    options = {name: where for name, where in given.items() if where}
    lines = payload(side, "endpointOutput")
    if all(isinstance(line, str) for line in lines):
        return answers.answers("\n".join(lines), count, options, answers.CSV)
    return [answers.of_json(line, options) for line in lines]
