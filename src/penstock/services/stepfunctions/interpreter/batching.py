"""Batches: items of a distributed Map, bundled as its ItemBatcher says."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from penstock.services.stepfunctions.interpreter.turn import encode

Json = Any
MOST_BYTES: Final = 262_144  # of a batch, as UTF-8


def batches(items: Sequence[Json], *, batch_input: Json, max_items: int, max_bytes: int) -> Iterator[dict[str, Json]]:
    """Inputs of children, each with as many items as fit, and at least one; 0 is no bound of the Map's own."""
    shared: dict[str, Json] = {} if batch_input is None else {"BatchInput": batch_input}
    most_bytes = min(max_bytes or MOST_BYTES, MOST_BYTES)
    empty = size = _size({**shared, "Items": []})
    bundle: list[Json] = []
    for item in items:
        length = _size(item) + 1  # and a comma
        if bundle and (len(bundle) == max_items or size + length > most_bytes):
            yield {**shared, "Items": bundle}
            bundle, size = [], empty
        bundle.append(item)
        size += length
    if bundle:
        yield {**shared, "Items": bundle}


def _size(value: Json) -> int:
    return len(encode(value).encode())
