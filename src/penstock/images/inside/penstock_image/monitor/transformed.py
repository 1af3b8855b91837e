"""Transformed: the outputs of a transform job with inference ids, as captured records.

    5,0.1,0.9,0c1d…,2026-11-27T10:00:00Z   ─►   {"captureData": {"batchTransformOutput": {…, "data": "5,0.1,0.9"}},
                                                 "eventMetadata": {"eventId": "0c1d…", "inferenceTime": "2026-…"}}

CSV ends with the id and the time; objects of JSON have them as attributes.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import formats

ID, TIME = "SageMakerInferenceId", "SageMakerInferenceTime"
SIDE = "batchTransformOutput"
UNMARKED = (
    "{name} has a record without an inference id ({record}): create its transform job with GenerateInferenceId in "
    "DataCaptureConfig."
)


def events(path: Path, written: Json) -> Iterator[Json]:
    """The records of an output. Raises `ClientError` where they have no ids, or are of another form."""
    form, options = formats.read(written)
    if form == "csv":
        yield from _rows(path, has_header=formats.is_on(options.get("header", False)))
    elif form == "json":
        yield from _objects(path)
    else:
        raise ClientError(f"dataset_format must be csv or json for what transform jobs have written, not {form}.")


def _rows(path: Path, *, has_header: bool) -> Iterator[Json]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = filter(None, csv.reader(file))
        if has_header:
            next(rows, None)
        for row in rows:
            if len(row) < 3 or not _is_time(row[-1]):
                raise ClientError(UNMARKED.format(name=path.name, record=",".join(row)[:200]))
            *values, identity, time = row
            line = io.StringIO()
            csv.writer(line, lineterminator="").writerow(values)
            yield _event({"encoding": "CSV", "data": line.getvalue()}, identity, time)


def _objects(path: Path) -> Iterator[Json]:
    text = path.read_text(encoding="utf-8")
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        try:
            found = [json.loads(text)]
        except ValueError as problem:
            raise ClientError(f"{path.name} is not JSON: {problem}") from problem
    for each in found:
        if not isinstance(each, dict) or ID not in each:
            raise ClientError(UNMARKED.format(name=path.name, record=json.dumps(each)[:200]))
        values = {name: value for name, value in each.items() if name not in (ID, TIME)}
        yield _event({"encoding": "JSON", "data": json.dumps(values)}, each[ID], each.get(TIME, ""))


def _event(data: Json, identity: str, time: str) -> Json:
    return {
        "captureData": {SIDE: {**data, "mode": "OUTPUT"}},
        "eventMetadata": {"eventId": identity, "inferenceTime": time},
        "eventVersion": "0",
    }


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - of every Python that images have
    except ValueError:
        return False
    return True
