"""Fitting: whether what a call is given is what its function takes, as far as types tell before anything runs."""

import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.pipeline import kinds
from penstock.pipeline.graph import (
    Data,
    Gathered,
    Given,
    Item,
    Known,
    Many,
    Output,
    Property,
    Range,
    Reference,
    Transformed,
)
from penstock.pipeline.handles import described, type_of
from penstock.pipeline.inputs import inputs_of, is_path
from penstock.pipeline.kinds import Type
from penstock.pipeline.mistakes import Mistake

MOST_INPUTS: Final = 8  # SageMaker takes ten; two are the function's code and its plan


def check_fits(reference: Reference, wanted: Type, where: str) -> None:
    """Raises `Mistake` for what cannot be passed there."""
    CHECKS[type(reference)](reference, wanted, where)


def _check_many(reference: Many, wanted: Type, where: str) -> None:
    if reference.keys is not None:
        if not kinds.fits(dict, wanted):
            raise Mistake(f"{where}: {kinds.name(wanted)} expected, and this is a dictionary.")
        return
    if not kinds.fits(list, wanted):
        raise Mistake(f"{where}: {kinds.name(wanted)} expected, and this is a list.")
    inner = (*typing.get_args(kinds.plain(wanted)), Any)[0]
    for item in reference.items:
        check_fits(item, inner, where)


def _check_gathered(reference: Gathered, wanted: Type, where: str) -> None:
    if not kinds.fits(list[reference.output.type], wanted):  # type: ignore[name-defined] # a type known only here
        raise Mistake(
            f"{where}: {kinds.name(wanted)} expected, and this is a list of {kinds.name(reference.output.type)}."
        )


def _check_range(reference: Range, wanted: Type, where: str) -> None:
    if not all(kinds.fits(type(value), wanted) for value in reference.values):
        raise Mistake(f"{where}: {kinds.name(wanted)} expected, and it ranges over {reference.values}.")


def _check_property(reference: Property, wanted: Type, where: str) -> None:
    if not kinds.fits(str, wanted):
        raise Mistake(f"{where}: {kinds.name(wanted)} expected, and {described(reference)} is str.")


def _check_value(reference: Known, wanted: Type, where: str) -> None:
    kind = kinds.name(type(reference.value))
    if not kinds.is_json(kinds.type_of(reference.value)):
        raise Mistake(
            f"{where}: what stands in the pipeline itself must be JSON, and this is {kind}. Make it in a step, or say "
            "file('…')."
        )
    if not kinds.fits(type_of(reference), wanted):
        raise Mistake(f"{where}: {kinds.name(wanted)} expected, and {reference.value!r} is {kind}.")


def _check_known_type(reference: Output | Given | Item, wanted: Type, where: str) -> None:
    kind = kinds.plain(reference.type)
    if isinstance(reference, Output) and not reference.name and kinds.is_named_tuple(kind):
        fields = ", ".join(f".{name}" for name in reference.call.task.outputs)
        raise Mistake(f"{where}: step '{reference.call.name}' has several outputs: pass one of {fields}.")
    if kind is type(None):
        raise Mistake(f"{where}: {described(reference)} is nothing; to wait for a step, say .using(after=[…]).")
    if not kinds.fits(kind, wanted):
        raise Mistake(f"{where}: {kinds.name(wanted)} expected, and {described(reference)} is {kinds.name(kind)}.")


def _check_path(_: Reference, wanted: Type, where: str) -> None:
    kind = kinds.plain(wanted)
    if kind is not Any and not any(map(is_path, (kind, *typing.get_args(kind)))):
        raise Mistake(f"{where}: {kinds.name(wanted)} expected, and a file or folder is a Path.")


CHECKS: Final[Mapping[type, Callable[[Any, Type, str], None]]] = {
    Many: _check_many,
    Gathered: _check_gathered,
    Range: _check_range,
    Property: _check_property,
    Known: _check_value,
    Output: _check_known_type,
    Given: _check_known_type,
    Item: _check_known_type,
    Data: _check_path,
    Transformed: _check_path,
}


def check_count(bindings: Mapping[str, Reference], where: str) -> None:
    """Raises `Mistake` for more inputs than a job may have."""
    if (count := len(inputs_of(bindings))) > MOST_INPUTS:
        raise Mistake(
            f"{where} is given {count} values from other steps and files; SageMaker lets a job have {MOST_INPUTS}. "
            "Bring some together in a step before."
        )
