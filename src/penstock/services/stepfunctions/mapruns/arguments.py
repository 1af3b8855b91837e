"""Arguments: what a Map's ItemReader and ResultWriter ask of S3, in the words of the operation."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.wire import models
from penstock.wire.sdk import members

Json = Any
NONE: Final[frozenset[str]] = frozenset()


def request_of(operation: str, arguments: Mapping[str, Json], *, without: frozenset[str] = NONE) -> dict[str, Json]:
    """The request that the arguments make, which may not say what is `without` them; raises `ValueError`."""
    found = models.operation("s3", operation)
    assert found is not None
    assert found.input_shape is not None
    known = members.names(found.input_shape)[0] - without
    wrong = [members.unsupported(name) for name in arguments if name not in known]
    wrong += members.wrong_values(found.input_shape, arguments)
    if wrong:
        raise ValueError("; ".join(wrong))
    return members.request(found.input_shape, arguments)
