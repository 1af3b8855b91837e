"""Reading: the data that a test gives in an ItemReader's place, read by what reads the data of map runs."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.languages.asl.jsontext import NotJson
from penstock.languages.asl.tree import Reader
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.mapruns.sources import LIST, Source
from penstock.services.stepfunctions.starting import read_value
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, ValidationError

Json = Any
READABLE: Final = ("JSON", "JSONL", "CSV")


def check_readable(reader: Reader) -> None:
    """Refuse what is no text, or tells of other objects that would have to be read."""
    kind = reader.config.get("InputType", "JSON")
    if kind not in READABLE:
        raise ValidationError(
            f"MapItemReaderData is not supported for the InputType {kind}: give the items as {', '.join(READABLE)}."
        )


async def read_items(reader: Reader, data: str) -> list[Json] | Failure:
    """The items; a failure where the data has none. MaxItems has not been looked at."""
    if reader.resource.rpartition(":")[2] == LIST:
        return _listed(data)

    async def get_object(_: Call, __: Mapping[str, Json]) -> Answer:
        return {"Body": data.encode()}

    s3 = Directory()
    s3.provide("s3", ("GetObject",), get_object)
    asked = {
        "resource": reader.resource,
        "arguments": {"Bucket": "test", "Key": "data"},
        "config": reader.config,
        "max_items": None,
    }
    try:
        return [item.input async for item in Source(s3, Scope(), asked).items()]
    except ServiceError as error:
        return Failure(error.code, error.message)
    except RecursionError:
        return _unreadable("the data is nested too deeply")


def _listed(data: str) -> list[Json] | Failure:
    """The entries of a listing, as they are or as S3 answers them."""
    try:
        value = read_value(data)
    except NotJson as error:
        return _unreadable(f"the listing is not JSON: {error}")
    entries = value.get("Contents") if isinstance(value, dict) else value
    return entries if isinstance(entries, list) else _unreadable("Attempting to map over non-iterable node.")


def _unreadable(cause: str) -> Failure:
    return Failure("States.ItemReaderFailed", cause)
