"""Batches: items of a distributed Map, bundled as its ItemBatcher says."""

from collections.abc import Iterator, Sequence
from typing import Any

from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter.turn import encode

Json = Any


def batches(items: Sequence[Json], *, batch_input: Json, max_items: int, max_bytes: int) -> Iterator[dict[str, Json]]:
    """Inputs of children, each with as many items as fit; 0 is no bound. `batch_input` is in each of them."""
    shared: dict[str, Json] = {} if batch_input is None else {"BatchInput": batch_input}
    empty = _size({**shared, "Items": []})
    bundle: list[Json] = []
    size = empty
    for item in items:
        more = _size(item) + (1 if bundle else 0)  # and a comma
        if bundle and ((max_items and len(bundle) >= max_items) or (max_bytes and size + more > max_bytes)):
            yield {**shared, "Items": bundle}
            bundle, size, more = [], empty, _size(item)
        if max_bytes and size + more > max_bytes:
            raise Failure(
                "States.ItemReaderFailed",
                f"An item of {_size(item)} bytes does not fit into a batch of {max_bytes} bytes: raise "
                "MaxInputBytesPerBatch.",
            )
        bundle.append(item)
        size += more
    if bundle:
        yield {**shared, "Items": bundle}


def _size(value: Json) -> int:
    return len(encode(value).encode())
