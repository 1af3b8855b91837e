"""Nouns of an operation on a stack set: what its run was started with, and how far it is."""

import uuid
from typing import Any, Final, Literal

import msgspec

Json = Any
Action = Literal["CREATE", "UPDATE", "DELETE"]
ResultStatus = Literal["SUCCEEDED", "FAILED"]
NOWHERE: Final = "DELETE_COMPLETE"


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a plan or state."""


class Place(Value, frozen=True):
    """A region in which the set has a stack, or is to have one; `stack` is its id, or else the name that it gets."""

    region: str
    stack: str
    parameters: tuple[dict[str, Json], ...] = ()


class Plan(Value, frozen=True):
    """`width` is in how many regions at once; without `goes_on`, a failure lets no other region begin."""

    set_name: str
    operation: str
    action: Action
    places: tuple[Place, ...]
    template: str = ""
    tags: tuple[dict[str, str], ...] = ()
    capabilities: tuple[str, ...] = ()
    width: int = 1
    goes_on: bool = False
    retains: bool = False  # a deletion leaves the stacks


class Result(Value, frozen=True):
    """What came of a region."""

    status: ResultStatus
    reason: str = ""
    stack_id: str = ""


class State(Value, frozen=True):
    begun: tuple[str, ...] = ()  # regions
    results: dict[str, Result] = {}
    is_stopping: bool = False
    at: float = 0.0


def id_of(luck: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, luck))
