"""Values: what a record may hold, judged by its group's definitions. Pure.

Every value travels as text; a feature of type Integral or Fractional must be able to hold it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

from penstock.services.sagemaker.features import times
from penstock.services.sagemaker.features.model import Feature, Group, Kind, Value, Values
from penstock.wire.call import Json, ValidationError

LONGEST: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Record:
    """A record that fits its group."""

    identifier: str
    at: int  # its event time in nanoseconds
    values: Values


class Unfit(ValidationError):
    """A record, or a value of it, is not what its group's definitions say. The runtime's own code for it."""

    code = "ValidationError"


def record(group: Group, given: Iterable[Mapping[str, Json]]) -> Record:
    """A record from a request's feature values; raises `Unfit`."""
    values = read(group, given)
    for name in (group.identifier, group.event_time.name):
        if not values.get(name):
            raise Unfit(f"Missing required feature value for feature name: [{name}].")
    identifier = values[group.identifier]
    assert isinstance(identifier, str)
    return Record(identifier, event_time(group, values[group.event_time.name]), values)


def read(group: Group, given: Iterable[Mapping[str, Json]]) -> Values:
    """Values by feature name; one that is given without a value is null, as one that is not given."""
    values: Values = {}
    seen: set[str] = set()
    for each in given:
        name = each["FeatureName"]
        feature = group.features.get(name)
        if feature is None:
            raise Unfit(f"FeatureName [{name}] is not defined in FeatureGroup [{group.name}].")
        if name in seen:
            raise Unfit(f"FeatureName [{name}] is given more than once in the record.")
        seen.add(name)
        value = _value(feature, each)
        if value is not None:
            values[name] = value
    return values


def event_time(group: Group, text: Value) -> int:
    """Nanoseconds; raises `Unfit`."""
    assert isinstance(text, str)
    try:
        return times.nanoseconds(text, group.event_time.kind)
    except ValueError as problem:
        raise Unfit(
            f"Validation Error encountered for EventTime feature [{group.event_time.name}]: {problem}; it is [{text}]."
        ) from None


def identifier(group: Group, text: str) -> str:
    """The value of an identifier that a request asks for; raises `Unfit` if no record can have it."""
    must_hold(group.features[group.identifier], text)
    return text


def _value(feature: Feature, given: Mapping[str, Json]) -> Value | None:
    one, many = given.get("ValueAsString"), given.get("ValueAsStringList")
    if feature.collection:
        if one is not None:
            raise Unfit(f"Feature [{feature.name}] is a {feature.collection}: use ValueAsStringList for its values.")
        return None if many is None else _collection(feature, many)
    if many is not None:
        raise Unfit(f"Feature [{feature.name}] is not a collection: use ValueAsString for its value.")
    if one is None:
        return None
    must_hold(feature, one)
    text: str = one
    return text


def _collection(feature: Feature, given: list[str]) -> list[str]:
    for text in given:
        must_hold(feature, text)
    if feature.collection == "Vector" and len(given) != feature.dimension:
        raise Unfit(
            f"Feature [{feature.name}] is a vector of dimension {feature.dimension}; {len(given)} values are given."
        )
    if feature.collection == "Set":
        if len(set(given)) != len(given):
            raise Unfit(f"Feature [{feature.name}] is a set: a value of it is given more than once.")
        return sorted(given)
    return list(given)


def must_hold(feature: Feature, text: str) -> None:
    """Raise unless a feature of this type can hold that value."""
    if not _HOLDS[feature.kind](text):
        raise Unfit(
            f"Failed to parse value [{text[:100]}] as {feature.kind}, the feature type of FeatureName [{feature.name}]."
        )


def _is_integral(text: str) -> bool:
    try:
        return -LONGEST <= int(text) < LONGEST and "_" not in text
    except ValueError:
        return False


def _is_fractional(text: str) -> bool:
    try:
        return isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


_HOLDS: Final[Mapping[Kind, Callable[[str], bool]]] = {
    "Integral": _is_integral,
    "Fractional": _is_fractional,
    "String": lambda _: True,
}
