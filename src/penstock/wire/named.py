"""Errors that a service has for members of its own: which of those that an operation lists is meant for a member.

repositoryName   RepositoryNameRequiredException   InvalidRepositoryNameException
a page's token   InvalidNextTokenException, InvalidToken …
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from penstock.wire.call import Json

OF_TOKENS: Final = (
    "InvalidNextTokenException", "InvalidNextToken", "InvalidContinuationTokenException", "InvalidToken",
    "InvalidInputException",
)  # fmt: skip


def of_member(operation: OperationModel, request: Mapping[str, Json], path: Sequence[str]) -> str | None:
    """The error for the value at a path, if the operation has one."""
    listed = {shape.name for shape in operation.error_shapes}
    shape, value, member = _found(operation.input_shape, request, path)
    names = [member, *_words(shape)]
    if value is None:
        return next((code for name in names if (code := f"{name}RequiredException") in listed), None)
    codes = (f"Invalid{name}{ending}Exception" for name in names for ending in ("", "s"))
    return next((code for code in codes if code in listed), None)


def of_token(operation: OperationModel) -> str | None:
    """The error for a token that begins no page, if the operation has one."""
    listed = {shape.name for shape in operation.error_shapes}
    return next((code for code in OF_TOKENS if code in listed), None)


def _found(shape: Shape | None, value: Json, path: Sequence[str]) -> tuple[Shape | None, Json, str]:
    """The shape and the value at a path, and the member that it is in."""
    member, parts = "", iter(path)
    for part in parts:
        if isinstance(shape, StructureShape):
            name = next(name for name in shape.members if name[:1].lower() + name[1:] == part)
            shape, value, member = shape.members[name], value.get(name), name[:1].upper() + name[1:]
            continue
        if isinstance(shape, ListShape):
            shape, value = shape.member, value[int(part) - 1]
        elif isinstance(shape, MapShape):
            shape, value = shape.value, value[part]
        next(parts)  # "member"
    return shape, value, member


def _words(shape: Shape | None) -> Iterator[str]:
    """What the model calls such values."""
    if isinstance(shape, ListShape):
        yield from _words(shape.member)
    elif shape is not None:
        yield shape.name
        yield shape.name.removesuffix("Enum").removesuffix("Type")
