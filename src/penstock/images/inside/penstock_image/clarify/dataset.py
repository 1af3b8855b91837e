"""The data set: what the files hold, and which of it the model is asked with.

    text/csv                headers, or the first line where none of it is a number, or column_0, column_1, …
    application/jsonlines   `features`, `label` and `predicted_label` are JMESPaths of each line
    application/json        … of the whole document
    application/x-parquet   its own columns

The model is not asked with the label, its prediction, the join source, excluded columns, and what comes from elsewhere.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from penstock_image.clarify import objects
from penstock_image.clarify.answers import JSON, LINES, Answer, located
from penstock_image.clarify.configuration import Configuration
from penstock_image.clarify.table import Table, Values, valued
from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import formats
from penstock_image.monitor.table import connect

LABEL, PREDICTED = "label", "predicted_label"


@dataclass(frozen=True)
class Dataset:
    """`table` is all that is known of the records; `features` the columns of it that the model is asked with.

    `answers` are there where the model has been asked before.
    """

    table: Table
    features: Table
    label: str = ""
    labels: Values | None = None
    answers: tuple[Answer, ...] | None = None
    joined_by: str = ""

    def column(self, name_or_index: str | int, what: str) -> str:
        return self.table.names[self.table.place(name_or_index, what)]


def load(folder: Path, config: Configuration) -> Dataset:
    """The data set that a configuration describes. Raises `ClientError`."""
    if uri := config.document.get("dataset_uri"):
        folder = objects.brought(uri)
    table = read(formats.files(folder), config)
    if not len(table.values):
        raise ClientError("the data has a header and no records.")
    others = {"facet": "facet_headers", "predicted_label": "predicted_label_headers"}
    joined: list[str] = []
    source = config.document.get("joinsource_name_or_index")
    for name, headers in others.items():
        if uri := config.document.get(f"{name}_dataset_uri"):
            other = csv(formats.files(objects.brought(uri)), config.document.get(headers))
            table = _joined(table, other, source)
            joined += [each for each in other.names if each != source]
    return of(table, config, joined)


def of(table: Table, config: Configuration, elsewhere: Sequence[str] = ()) -> Dataset:
    """A table, of which a configuration says what its columns are; those from `elsewhere` the model does not know."""
    document = config.document
    label = predicted = joined_by = ""
    if document.get("label") is not None:
        label = _header(table, config, "label")
    if document.get("predicted_label") is not None:
        predicted = _header(table, config, "predicted_label")
    if (source := document.get("joinsource_name_or_index")) is not None:
        joined_by = table.names[table.place(source, "joinsource_name_or_index")]
    excluded = [table.names[table.place(each, "excluded_columns")] for each in document.get("excluded_columns") or ()]
    return Dataset(
        table=table,
        features=table.without({label, predicted, joined_by, *excluded, *elsewhere}),
        label=label,
        labels=table.column(label) if label else None,
        answers=tuple(Answer(label=value) for value in table.column(predicted)) if predicted else None,
        joined_by=joined_by,
    )


def _header(table: Table, config: Configuration, member: str) -> str:
    """The column of a label. Where JMESPaths found the values: the features, the label, the predicted label."""
    if config.dataset_type not in (LINES, JSON):
        return table.names[table.place(config.document[member], member)]
    return table.names[-2 if member == "label" and config.document.get("predicted_label") is not None else -1]


def read(paths: Sequence[Path], config: Configuration) -> Table:
    """What files hold, in the format that a configuration says."""
    headers = config.document.get("headers")
    match config.dataset_type:
        case "text/csv":
            return csv(paths, headers)
        case "application/x-parquet":
            return _named(queried(formats.parquet(paths).typed), headers)
        case "application/jsonlines":
            found = [_of_line(line, config, path) for path in paths for line in path.read_text().splitlines() if line]
        case _:
            found = [record for path in paths for record in _of_document(_parsed(path.read_text(), path), config)]
    return records(found, headers)


def records(found: Sequence[Sequence[Any]], headers: Sequence[str] | None) -> Table:
    if len({len(record) for record in found}) != 1:
        raise ClientError("the records do not all have as many values.")
    return _named(Table.of([f"column_{place}" for place in range(len(found[0]))], found), headers)


def csv(paths: Sequence[Path], headers: Sequence[str] | None) -> Table:
    """A table of CSV; its first line may be a header."""
    first = queried(f"{formats.csv(paths[:1], header=False).text} LIMIT 1")
    texts = [str(value or "") for value in first.values[0]]
    is_header = texts == list(headers) if headers else all(isinstance(valued(text), str) for text in texts)
    table = queried(formats.csv(paths, header=is_header).typed)
    if headers or is_header:
        return _named(table, headers)
    return _named(table, [f"column_{place}" for place in range(len(texts))])


def queried(source: str) -> Table:
    answer = connect().execute(f"SELECT * FROM {source}")  # noqa: S608
    assert answer.description is not None
    return Table.of([name for name, *_ in answer.description], answer.fetchall())


def _named(table: Table, headers: Sequence[str] | None) -> Table:
    if not headers:
        return table
    if len(headers) != len(table.names):
        raise ClientError(f"headers has {len(headers)} names, and the data {len(table.names)} columns.")
    return Table(tuple(headers), table.values)


def _parsed(text: str, path: Path) -> Json:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise ClientError(f"{path.name} is not JSON: {problem}") from problem


def _of_line(line: str, config: Configuration, path: Path) -> list[Any]:
    value = _parsed(line, path)
    found = located(config.document.get("features", "features"), value)
    if not isinstance(found, list):
        raise ClientError(f"features ({config.document.get('features', 'features')}) is no list in: {line[:200]}")
    return [*found, *(located(config.document[name], value) for name in (LABEL, PREDICTED) if name in config.document)]


def _of_document(value: Json, config: Configuration) -> list[list[Any]]:
    if "features" not in config.document:
        raise ClientError("application/json needs features in analysis_config.json: a JMESPath of the records.")
    found = located(config.document["features"], value)
    columns = [located(config.document[name], value) for name in (LABEL, PREDICTED) if name in config.document]
    are_lists = isinstance(found, list) and all(isinstance(each, list) for each in (*found, *columns))
    if not are_lists or {len(column) for column in columns} - {len(found)}:
        raise ClientError("features must find a list of records, and label a list of as many labels.")
    return [[*record, *rest] for record, *rest in zip(found, *columns, strict=True)]


def _joined(table: Table, other: Table, source: str | int | None) -> Table:
    """Two tables side by side: record by record, or by what identifies them."""
    if source is None:
        if len(table) != len(other):
            raise ClientError(f"{len(table)} and {len(other)} records cannot be put side by side: name the joinsource.")
        return table.beside(other)
    key = table.names[table.place(source, "joinsource")]
    rows = {value: place for place, value in enumerate(other.column(key))} if key in other.names else {}
    if missing := [value for value in table.column(key) if value not in rows]:
        raise ClientError(f"there is no record with the joinsource {key} = {missing[0]} in the other data set.")
    order = np.array([rows[value] for value in table.column(key)])
    rest = other.without({key})
    return table.beside(Table(rest.names, rest.values[order]))
