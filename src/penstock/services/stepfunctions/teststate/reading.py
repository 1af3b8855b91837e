"""Reading: what an ItemReader would make of the data that a test gives in its place."""

from typing import Any

from penstock.languages.asl.jsontext import NotJson, read_json
from penstock.languages.asl.tree import Map
from penstock.wire.call import ValidationError

Json = Any


def read_items(state: Map, data: str) -> list[Json]:
    """The items of the data; raises `ValidationException`."""
    assert state.reader is not None
    try:
        value = read_json(data)
    except NotJson as error:
        raise ValidationError(f"Invalid mapItemReaderData provided: {error}") from None
    if isinstance(value, list):
        return value
    raise ValidationError("mapItemReaderData must be a JSON array")
