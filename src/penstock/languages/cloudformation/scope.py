"""What a value is evaluated in: what names stand for, as far as it is known.

A resource that is not made yet has no physical id and no attributes: a value that needs them is an `Unknown`, which
says what it waits for, and so is every text that would be made of it. Lists and objects keep their unknown members.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from penstock.languages.cloudformation.tree import Json


class NoValue(enum.Enum):
    """`AWS::NoValue`: a member of this value is not there at all."""

    NO_VALUE = "AWS::NoValue"


NO_VALUE: Final = NoValue.NO_VALUE


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """What a value takes from a resource (or parameter): its `Ref`, or an attribute, by a dotted name."""

    name: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.attribute}" if self.attribute else self.name


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known before the resources that it waits for are made."""

    waits_for: frozenset[Reference]


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that is there: what `Ref` gives, and its attributes (nested ones by dotted names, or nested).

    Attributes may be unknown, too; one that is not among them does not exist.
    """

    ref: Json
    attributes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`declared` are the types of the resources that a template makes (those whose condition holds), by logical id."""

    parameters: Mapping[str, Json] = field(default_factory=dict)
    pseudo: Mapping[str, Json] = field(default_factory=dict)
    mappings: Mapping[str, Json] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    exports: Mapping[str, Json] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, Made] = field(default_factory=dict)

    def having(self, made: Mapping[str, Made]) -> "Scope":
        """The same, but that these and no others are the resources that are there."""
        return replace(self, made=made)


def pseudo_parameters(
    *, account: str, region: str, stack_name: str, stack_id: str, topics: tuple[str, ...] = (), partition: str = "aws"
) -> dict[str, Json]:
    """What the names that begin with AWS:: stand for."""
    return {
        "AWS::AccountId": account,
        "AWS::NotificationARNs": list(topics),
        "AWS::NoValue": NO_VALUE,
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::StackId": stack_id,
        "AWS::StackName": stack_name,
        "AWS::URLSuffix": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
    }


def unknowns(value: Json) -> frozenset[Reference]:
    """All that a value still waits for; nothing, where all of it is known."""
    match value:
        case Unknown():
            return value.waits_for
        case dict():
            return frozenset().union(*map(unknowns, value.values()))
        case list():
            return frozenset().union(*map(unknowns, value))
    return frozenset()
