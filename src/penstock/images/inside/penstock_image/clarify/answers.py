"""Answers: labels and scores in what a model says, and requests in the shape that it takes."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
import numpy as np

from penstock_image.clarify.table import Numbers, Values, valued
from penstock_image.failure import ClientError
from penstock_image.layout import Json

CSV, LINES, JSON = "text/csv", "application/jsonlines", "application/json"
PLACEHOLDER = re.compile(r'"\$\{([^}]*)\}"')


@dataclass(frozen=True)
class Answer:
    """What was said of one record; None where it is not told."""

    label: Json = None
    scores: Json = None


def located(path: str, value: Json) -> Json:
    """What a JMESPath finds."""
    try:
        return jmespath.search(path, value)
    except jmespath.exceptions.JMESPathError as problem:
        raise ClientError(f"'{path}' is not a JMESPath: {problem}") from problem


def request(records: Values, names: Sequence[str], options: dict[str, Json], content_type: str) -> str:
    """The body of a request about some records."""
    if content_type != JSON:
        return "".join(f"{line}\n" for line in lines(records, options, content_type))
    template, each = (str(options.get(name) or "") for name in ("content_template", "record_template"))
    if not template or not each:
        raise ClientError("application/json needs content_template and record_template in the predictor.")
    written = [_record(each, names, list(record)) for record in records]
    if "$records" in template:
        return template.replace("$records", f"[{', '.join(written)}]")
    return template.replace("$record", written[0])


def lines(records: Values, options: dict[str, Json], content_type: str) -> Iterator[str]:
    """The lines of requests about some records, in CSV or JSON lines."""
    if content_type == CSV:
        for record in records:
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow(record)
            yield text.getvalue()
    else:
        template = str(options.get("content_template") or '{"features":$features}')
        for record in records:
            yield template.replace("$features", json.dumps(list(record)))


def most_records(options: dict[str, Json], content_type: str, many: int) -> int:
    """How many records a request may hold."""
    template = options.get("content_template") or ""
    return 1 if content_type == JSON and "$records" not in template else many


def _record(template: str, names: Sequence[str], record: list[Any]) -> str:
    named = dict(zip(names, record, strict=True))
    text = template.replace("$features_kvp", json.dumps(named))
    text = text.replace("$feature_names", json.dumps(list(names))).replace("$features", json.dumps(record))
    return PLACEHOLDER.sub(lambda found: json.dumps(named[found[1]]) if found[1] in named else found[0], text)


def answers(text: str, count: int, options: dict[str, Json], accept: str) -> list[Answer]:
    """What a response says of each record. Raises `ClientError` where it is not about as many."""
    try:
        found = list(READ[accept](text, count, options))
    except ValueError as problem:
        raise ClientError(f"the model's answer is not {accept} ({problem}): {text[:200]}") from problem
    if len(found) != count:
        raise ClientError(f"the model was asked about {count} records and answered about {len(found)}: {text[:200]}")
    return found


def _of_csv(text: str, count: int, options: dict[str, Json]) -> Iterator[Answer]:
    for values in csv_rows(text, count):
        if "label" in options or "probability" in options:
            yield Answer(
                *(_at(values, options[name]) if name in options else None for name in ("label", "probability"))
            )
        else:
            yield of_value(values)


def csv_rows(text: str, count: int) -> list[list[Any]]:
    """What a response in CSV says of some records, a list for each."""
    rows = [row for row in csv.reader(io.StringIO(text.strip())) if row]
    if len(rows) == 1 and len(rows[0]) == count > 1:
        rows = [[value] for value in rows[0]]  # as XGBoost's first containers answer
    return [[_field(value) for value in row] for row in rows]


def _field(text: str) -> Any:
    return json.loads(text) if text.startswith("[") else valued(text.strip())


def _at(values: list[Any], place: str | int) -> Any:
    try:
        return values[int(place)]
    except (ValueError, IndexError):
        raise ClientError(f"the answer {values} has no value at {place}.") from None


def of_value(value: Json) -> Answer:
    """An answer of which nothing says what it is: text is a label, numbers are scores."""
    flat = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(flat, str):
        return Answer(label=flat)
    if isinstance(flat, dict) or flat is None:
        raise ClientError(f"the model answers {json.dumps(value)[:200]}: say in the predictor where its label is.")
    return Answer(scores=flat)


def _of_lines(text: str, _: int, options: dict[str, Json]) -> Iterator[Answer]:
    for line in text.splitlines():
        if line.strip():
            yield of_json(json.loads(line), options)


def of_json(value: Json, options: dict[str, Json]) -> Answer:
    if "label" in options or "probability" in options:
        return Answer(*(located(str(options[name]), value) if name in options else None
                        for name in ("label", "probability")))  # fmt: skip
    return of_value(value)


def _of_document(text: str, count: int, options: dict[str, Json]) -> Iterator[Answer]:
    value = json.loads(text)
    if "label" not in options and "probability" not in options:
        values = value if isinstance(value, list) and (len(value) == count or count > 1) else [value]
        yield from map(of_value, values)
        return
    found = {name: located(str(options[name]), value) for name in ("label", "probability") if name in options}
    columns = [each if isinstance(each, list) and len(each) == count else [each] for each in found.values()]
    for row in zip(*columns, strict=True):
        told = dict(zip(found, row, strict=True))
        yield Answer(told.get("label"), told.get("probability"))


READ: dict[str, Callable[[str, int, dict[str, Json]], Iterator[Answer]]] = {
    CSV: _of_csv, LINES: _of_lines, JSON: _of_document,
}  # fmt: skip


def scores(found: Sequence[Answer]) -> Numbers:
    """A row for each record, a column for each class. Raises `ClientError` where the answers hold no numbers."""
    values = [answer.label if answer.scores is None else answer.scores for answer in found]
    try:
        numbers = np.array([value if isinstance(value, list) else [value] for value in values], dtype=float)
    except (TypeError, ValueError):
        numbers = np.array([np.nan])
    if not np.isfinite(numbers).all():
        raise ClientError(
            f"the model answers {values[0]!r}, and only scores can be explained: say in the predictor where they are."
        )
    return numbers
