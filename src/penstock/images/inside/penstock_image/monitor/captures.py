"""Captures: what an endpoint was asked and answered, line by line, as the plain records that can be analysed.

    {"captureData": {"endpointInput": {…, "data": "5,0.1"}, "endpointOutput": {…, "data": "0.9"}}, …}  ─►  0.9,5,0.1

Answers come before what was asked. CSV has no names: columns are those of the baseline if it has as many, else `_c0`,
`_c1`, …. A payload of several lines is several records. A record whose `inferenceTime` is outside the time that is
looked at is left out, unless the truth has been merged into it, which was done by that time.
"""

import importlib.util
import inspect
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from types import ModuleType

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import formats

SIDES = ("endpointOutput", "batchTransformOutput", "endpointInput")
NOTHING = "there are no captured records of that time."
Handler = Callable[[Json], Json]


class EventMetadata:
    """What a preprocessor finds as `inference_record.event_metadata`."""

    def __init__(self, told: Json) -> None:
        self.event_id = told.get("eventId")
        self.event_time = told.get("inferenceTime")
        self.custom_attribute = told.get("customAttributes")


class EventData:
    """One side of an exchange, or the truth."""

    def __init__(self, told: Json) -> None:
        self.encoding = told.get("encoding")
        self.data = told.get("data")
        self.observedContentType = told.get("observedContentType")
        self.mode = told.get("mode")

    def as_dict(self) -> Json:
        return {"encoding": self.encoding, "data": self.data, "observedContentType": self.observedContentType}


class CapturedData:
    """What a preprocessor is given: AWS's `inference_record`."""

    def __init__(self, event: Json) -> None:
        captured = event.get("captureData", {})
        self.event_dict = event
        self.event_version = event.get("eventVersion")
        self.event_metadata = EventMetadata(event["eventMetadata"]) if "eventMetadata" in event else None
        self.endpoint_input = self._side(captured, "endpointInput")
        self.endpoint_output = self._side(captured, "endpointOutput")
        self.batch_transform_output = self._side(captured, "batchTransformOutput")
        self.ground_truth = self._side(event, "groundTruthData")

    @staticmethod
    def _side(told: Json, name: str) -> EventData | None:
        return EventData(told[name]) if name in told else None

    def as_dict(self) -> Json:
        return self.event_dict

    def __str__(self) -> str:
        return str(self.event_dict)


def events(folder: Path, start: str = "", end: str = "") -> Iterator[Json]:
    """The captured exchanges from a moment on, until before another."""
    first, last = _moment(start), _moment(end)
    for path in formats.files(folder):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    event = json.loads(line)
                except ValueError as problem:
                    raise ClientError(f"line {number} of {path.name} is not JSON: {problem}") from problem
                if not isinstance(event, dict):
                    raise ClientError(f"line {number} of {path.name} is no captured record: {line.strip()[:200]}")
                if "groundTruthData" in event or _is_within(event, first, last):
                    yield event


def _moment(text: str) -> datetime | None:
    """A time in any of the forms that AWS writes: `2026-11-26T10:00:00Z`, sometimes with blanks in it."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.replace(" ", "").replace("Z", "+00:00"))  # noqa: FURB162
    except ValueError as problem:
        raise ClientError(f"'{text}' is not a time such as 2026-11-26T10:00:00Z.") from problem


def _is_within(event: Json, first: datetime | None, last: datetime | None) -> bool:
    if first is None and last is None:
        return True
    at = _moment(event.get("eventMetadata", {}).get("inferenceTime", ""))
    return at is None or ((first is None or first <= at) and (last is None or at < last))


def payload(side: Json, name: str) -> list[Json]:
    """The records of a payload: texts of CSV, or objects. Raises `ClientError` where it holds neither."""
    encoding = str(side.get("encoding", "")).upper()
    if encoding == "CSV":
        return [line for line in str(side["data"]).splitlines() if line]
    if encoding == "JSON":
        try:
            value = json.loads(side["data"])
        except ValueError:
            value = [json.loads(line) for line in side["data"].splitlines() if line]
        values = value if isinstance(value, list) else [value]
        if all(isinstance(each, dict) for each in values):
            return values
        raise ClientError(f"{name} is JSON that is no object; make records of it with a record_preprocessor_script.")
    raise ClientError(
        f"{name} is encoded as {encoding}, which cannot be analysed: name its content type in CsvContentTypes or "
        "JsonContentTypes of the endpoint's CaptureContentTypeHeader, or read it with a record_preprocessor_script."
    )


def exchanges(event: Json, wanted: Iterable[str]) -> Iterator[list[Json]]:
    """The records of an event: of each what is there of the sides, in the order of `SIDES`."""
    captured = event.get("captureData", {})
    sides = [(name, payload(captured[name], name)) for name in SIDES if name in captured and name in wanted]
    lengths = {len(records) for _, records in sides}
    if len(lengths) > 1:
        event_id = event.get("eventMetadata", {}).get("eventId")
        raise ClientError(f"event {event_id} has {' and '.join(map(str, sorted(lengths)))} records on its two sides.")
    yield from map(list, zip(*(records for _, records in sides), strict=True))


def handler_of(script: Path, name: str) -> Callable[..., Json]:
    """A function of a customer's script."""
    spec = importlib.util.spec_from_file_location(script.stem, script)
    if spec is None or spec.loader is None or not script.is_file():
        raise ClientError(f"there is no script {script}.")
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(found := getattr(module, name, None)):
        raise ClientError(f"{script.name} has no function {name}.")
    function: Callable[..., Json] = found
    return function


def preprocessor(script: Path) -> Handler:
    """The customer's `preprocess_handler`, with a logger if it takes one."""
    handler = handler_of(script, "preprocess_handler")
    if len(inspect.signature(handler).parameters) < 2:
        return handler
    logger = logging.getLogger("preprocess_handler")
    return lambda record: handler(record, logger)


def preprocessed(all_events: Iterable[Json], handler: Handler) -> Iterator[Json]:
    """What the customer's function makes of each exchange: a record, several, or none."""
    for event in all_events:
        made = handler(CapturedData(event))
        for record in made if isinstance(made, list) else [made]:
            if not isinstance(record, dict):
                raise ClientError(
                    f"preprocess_handler must return a dict or a list of such, not {type(record).__name__}."
                )
            yield {str(name): value for name, value in record.items()}


def write_plain(all_events: Iterable[Json], wanted: Iterable[str], folder: Path) -> Path:
    """Write the records of exchanges: `records.csv` where every side is CSV, else `records.jsonl`."""
    records = (record for event in all_events for record in exchanges(event, wanted))
    first = next(records, None)
    if first is None:
        raise ClientError(NOTHING)
    all_csv = all(isinstance(side, str) for side in first)
    path = folder / ("records.csv" if all_csv else "records.jsonl")
    with path.open("w", encoding="utf-8") as file:
        for record in chain([first], records):
            file.write(",".join(_all_text(record)) if all_csv else json.dumps(_joined(record)))
            file.write("\n")
    return path


def write_preprocessed(all_events: Iterable[Json], script: Path, folder: Path) -> Path:
    """Write what the customer's function makes of each exchange: `records.jsonl`."""
    path = folder / "records.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(record)}\n" for record in preprocessed(all_events, preprocessor(script)))
    if not path.stat().st_size:
        raise ClientError("preprocess_handler has returned no record.")
    return path


def _all_text(record: list[Json]) -> list[str]:
    if not all(isinstance(side, str) for side in record):
        raise ClientError(
            "Encoding mismatch: some captured records are CSV and some are JSON. Make one kind of them with a "
            "record_preprocessor_script."
        )
    return record


def _joined(record: list[Json]) -> Json:
    """The sides of a record as one object; CSV's values are named by their places."""
    made: dict[str, Json] = {}
    for side in record:
        if isinstance(side, str):
            made.update((f"_c{place}", value) for place, value in enumerate(side.split(","), start=len(made)))
        else:
            made.update(side)
    return made
