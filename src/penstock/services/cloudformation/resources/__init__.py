"""Resource types: `TYPES` is all of them, by name. A module for each service; `kind.py` says what a type is.

A type's functions ask other services for what a customer could ask for, through the directory, and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from penstock.services.cloudformation.resources import own, stacksets
from penstock.services.cloudformation.resources.every import EVERY
from penstock.services.cloudformation.resources.kind import ResourceType

CUSTOM: Final = "Custom::"
CUSTOM_RESOURCE: Final = "AWS::CloudFormation::CustomResource"


class Types(Mapping[str, ResourceType]):
    """Resource types by name; every `Custom::…` is a custom resource."""

    def __init__(self, types: Iterable[ResourceType]) -> None:
        self._types = {each.name: each for each in types}

    def __getitem__(self, name: str) -> ResourceType:
        return self._types[CUSTOM_RESOURCE if name.startswith(CUSTOM) else name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


TYPES: Final = Types((*EVERY, *own.TYPES, *stacksets.TYPES))
