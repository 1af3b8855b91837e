"""Resource types: `TYPES` is all of them, by name. A module for each service; `kind.py` says what a type is.

A type's functions ask other services for what a customer could ask for, through the directory, and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from penstock.services.cloudformation.resources import own, stacksets
from penstock.services.cloudformation.resources.every import EVERY
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.resources.known import KNOWN
from penstock.services.cloudformation.resources.without_effect import any_type, named

CUSTOM: Final = "Custom::"
CUSTOM_RESOURCE: Final = "AWS::CloudFormation::CustomResource"


class Types(Mapping[str, ResourceType]):
    """Resource types by name; every `Custom::…` is a custom resource.

    Types that are not here stand for records without effect where they are in `without_effect`, or where all are.
    """

    def __init__(self, types: Iterable[ResourceType], without_effect: Iterable[str] | None = ()) -> None:
        self._types = {each.name: each for each in types}
        self._without_effect = None if without_effect is None else frozenset(without_effect)

    def __getitem__(self, name: str) -> ResourceType:
        here = self._types.get(CUSTOM_RESOURCE if name.startswith(CUSTOM) else name)
        if here is not None:
            return here
        if self._without_effect is not None and name not in self._without_effect:
            raise KeyError(name)
        return KNOWN[name].type() if name in KNOWN else any_type(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


MADE: Final = (*EVERY, *own.TYPES, *stacksets.TYPES)
TYPES: Final = Types(MADE)
EXISTING: Final = Types(MADE, None)  # of resources that are there: whoever accepted them may have stopped accepting


def accepting(wanted: Iterable[str]) -> Types:
    """The types that templates may have, records without effect by these names included. Raises `NotAccepted`."""
    return Types(MADE, named(wanted, KNOWN, TYPES))
