"""Types that are nothing by themselves, such as a policy on some roles: they are what they do to others."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Read, Resource, ResourceType, Steps

Json = Any
Change = Callable[[Mapping[str, Json], Mapping[str, Json]], Steps[None]]
NOTHING: Final[Mapping[str, Json]] = {}


def upon(name: str, change: Change, read: Read, *, properties: str, required: str = "") -> ResourceType:
    """Such a type: `change` brings the others from what one set of properties says to what the next does.

    All `properties` are required where nothing else is said.
    """

    def create(resource: Resource) -> Steps[Made]:
        yield from change(NOTHING, resource.properties)
        return Made(resource.name, {"Id": resource.name})

    def update(before: Resource, after: Resource) -> Steps[Made]:
        yield from change(before.properties, after.properties)
        return Made(after.physical_id, {"Id": after.physical_id})

    def delete(resource: Resource) -> Steps[None]:
        yield from change(resource.properties, NOTHING)

    return ResourceType(
        name=name,
        properties=frozenset(properties.split()),
        required=frozenset((required or properties).split()),
        attributes=frozenset({"Id"}),
        naming=Naming("", longest=128),
        create=create,
        update=update,
        delete=delete,
        read=read,
    )
