"""Which variables the states of a machine refer to: a state's name → names, in order."""

from collections.abc import Iterator
from typing import Any

import msgspec

from penstock.languages.asl.tree import Machine, Map, Parallel


def variable_references(machine: Machine) -> dict[str, list[str]]:
    """The variables of every state that refers to any, of the states within states too."""
    return {name: sorted(names) for name, names in _of_machine(machine) if names}


def _of_machine(machine: Machine) -> Iterator[tuple[str, set[str]]]:
    for name, state in machine.states.items():
        yield name, set(_in(state))
        inner = state.branches if isinstance(state, Parallel) else (state.processor,) if isinstance(state, Map) else ()
        for each in inner:
            yield from _of_machine(each)


def _in(part: Any) -> Iterator[str]:
    """The variables of whatever a state is made of; the machines within speak for themselves."""
    if isinstance(part, Machine):
        return
    if isinstance(part, tuple):
        for each in part:
            yield from _in(each)
    elif hasattr(part, "variables"):  # an expression or a condition
        yield from part.variables
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _in(getattr(part, name))
