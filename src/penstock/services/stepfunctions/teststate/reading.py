"""Reading: what an ItemReader makes of the data that a test gives in its place, as the data stands in its source."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.languages.asl.jsontext import NotJson
from penstock.languages.asl.tree import Reader
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.starting import read_value
from penstock.wire.call import ValidationError

Json = Any
Config = Mapping[str, Json]
_DELIMITERS: Final = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def check_readable(reader: Reader) -> None:
    """Refuse what is no text, or tells of other objects that would have to be read."""
    kind = reader.config.get("InputType", "JSON")
    if kind not in _READ:
        raise ValidationError(
            f"MapItemReaderData is not supported for the InputType {kind}: give the items as {', '.join(_READ)}."
        )


def read_data(reader: Reader, data: str) -> Json:
    """The whole of the data, before ItemsPointer; raises `Failure`."""
    return _READ[reader.config.get("InputType", "JSON")](data, reader.config)


def pointed(value: Json, pointer: str) -> Json:
    """What a JSON pointer finds; raises `Failure`."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(name) if isinstance(value, list) else name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise _unreadable(f"ItemsPointer '{pointer}' finds nothing in the data.") from None
    return value


def _json(data: str, _: Config) -> Json:
    try:
        return read_value(data)
    except NotJson as error:
        raise _unreadable(f"The data is not valid JSON: {error}") from None


def _json_lines(data: str, config: Config) -> Json:
    return [_json(line, config) for line in data.splitlines() if line.strip()]


def _csv(data: str, config: Config) -> Json:
    """An object of each row; what a row lacks is empty."""
    rows = csv.reader(io.StringIO(data, newline=""), delimiter=_DELIMITERS[config.get("CSVDelimiter", "COMMA")])
    try:
        listed = [row for row in rows if row]
    except csv.Error as error:
        raise _unreadable(f"The data is not valid CSV: {error}") from None
    if config.get("CSVHeaderLocation") == "GIVEN":
        headers = config["CSVHeaders"]
    elif listed:
        headers = listed.pop(0)
    else:
        raise _unreadable("The data has no row of headers.")
    return [dict(zip(headers, row + [""] * (len(headers) - len(row)), strict=False)) for row in listed]


def _unreadable(cause: str) -> Failure:
    return Failure("States.ItemReaderFailed", cause)


_READ: Final[Mapping[str, Callable[[str, Config], Json]]] = {"JSON": _json, "JSONL": _json_lines, "CSV": _csv}


def items_of(reader: Reader, data: str, note: Callable[[str, Json], None]) -> list[Json]:
    """The items; raises `Failure` where the data has none."""
    value = read_data(reader, data)
    pointer = reader.config.get("ItemsPointer")
    if pointer:
        value = pointed(value, pointer)
        note("afterItemsPointer", value)
    if isinstance(value, dict) and isinstance(value.get("Contents"), list):  # a listing of S3, as S3 answers it
        value = value["Contents"]
    if not isinstance(value, list):
        raise _unreadable("Attempting to map over non-iterable node.")
    return value
