"""Properties of resources, evaluated: in what they differ, and the tags that a stack adds to them. Pure."""

from collections.abc import Mapping
from typing import Any

from penstock.services.cloudformation.resources.kind import ResourceType

Json = Any


def differing(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[str]:
    """The names of the properties that are not the same."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def with_tags(kind: ResourceType, properties: dict[str, Json], tags: Mapping[str, str]) -> dict[str, Json]:
    """The properties, with the stack's tags where the type takes some and the template does not set them itself.

    Service Catalog's stay with the stack: no service takes tags of AWS's from a customer.
    """
    tags = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    if not tags or kind.tagging == "none":
        return properties
    own: Json = properties.get("Tags") or ({} if kind.tagging == "map" else [])
    if kind.tagging == "map":
        return {**properties, "Tags": {**tags, **own}}
    keys = {each["Key"] for each in own}
    more = [{"Key": key, "Value": value} for key, value in tags.items() if key not in keys]
    return {**properties, "Tags": [*own, *more]}
