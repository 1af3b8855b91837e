"""Types without effect: a resource of one is a record in its stack, and nothing else is made of it.

They are accepted only where whoever starts the server asks for it by name (`--accept-without-effect`), for templates
that have a network or a notebook beside what they are about. Such a resource has an id and the attributes that follow
from it and from its properties; what would have to be looked up somewhere is not told: `Fn::GetAtt` of it is refused.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, ResourceType, Steps
from penstock.services.cloudformation.resources.shaping import text

Json = Any
NOTE: Final = "Kept as a record without effect, as --accept-without-effect of this server says"
EVERY_OF: Final = "::*"


class NotAccepted(Exception):
    """A name that cannot be accepted, and why."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What AWS's registry says of a type; lists of names are words in a text.

    Ids and attributes are forms, filled in with properties, `{region}`, `{account}` and `{letters}`, by which this
    resource is told from others; attributes with the `{id}`, too. Properties that no template need give have defaults.
    """

    name: str
    properties: str
    id: str
    required: str = ""
    create_only: str = ""
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)  # several forms are a list
    defaults: Mapping[str, str] = field(default_factory=dict)

    def type(self) -> ResourceType:
        properties = frozenset(self.properties.split())
        return ResourceType(
            name=self.name,
            properties=properties,
            required=frozenset(self.required.split()),
            create_only=frozenset(self.create_only.split()),
            attributes=frozenset(self.attributes),
            tagging="list" if "Tags" in properties else "none",
            note=NOTE,
            create=self.create,
            update=self.update,
            delete=delete,
            read=read,
        )

    def create(self, resource: Resource) -> Steps[Made]:
        yield from ()
        luck = f"{resource.stack_id} {resource.logical_id} {resource.token}"
        values = self.values(resource, luck)
        return self.made(values, self.id.format_map(values))

    def update(self, before: Resource, after: Resource) -> Steps[Made]:
        yield from ()
        return self.made(self.values(after, ""), after.physical_id)

    def values(self, resource: Resource, luck: str) -> dict[str, str]:
        """What forms are filled in with. What a default was for stays, once the resource is there."""
        place = {"region": resource.scope.region, "account": resource.scope.account, "letters": letters(luck)}
        name = f"{resource.logical_id}-{letters(luck)[:12]}"
        given = {key: text(value) for key, value in resource.properties.items()}
        left = {key: form for key, form in self.defaults.items() if key not in given}
        told = resource.attributes
        defaults = {key: told.get(key) or form.format_map({**place, "name": name}) for key, form in left.items()}
        return {**place, **given, **defaults}

    def made(self, values: Mapping[str, str], physical_id: str) -> Made:
        attributes: dict[str, Json] = {}
        for name, form in self.attributes.items():
            its = {**values, "id": physical_id, "letters": letters(f"{physical_id} {name}")}
            with contextlib.suppress(KeyError):  # a property that was not given
                attributes[name] = form.format_map(its) if isinstance(form, str) else [a.format_map(its) for a in form]
        return Made(physical_id, attributes)


def letters(luck: str) -> str:
    return hashlib.sha256(luck.encode()).hexdigest()[:17]


def delete(resource: Resource) -> Steps[None]:
    yield from ()


def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    yield from ()
    return resource.properties


def create_any(resource: Resource) -> Steps[Made]:
    yield from ()
    return Made(resource.name)


def update_any(before: Resource, after: Resource) -> Steps[Made]:
    yield from ()
    return Made(after.physical_id)


def any_type(name: str) -> ResourceType:
    """A type of which nothing is known: it has whatever properties it is given, and no attributes."""
    return ResourceType(
        name=name,
        properties=frozenset(),
        any_property=True,
        naming=Naming("", longest=128),
        note=NOTE,
        create=create_any,
        update=update_any,
        delete=delete,
        read=read,
    )


def named(wanted: Iterable[str], known: Mapping[str, Known], made: Iterable[str]) -> Iterator[str]:
    """The types that are accepted by these names, `AWS::EC2::*` being those of a service that are known here.

    Raises `NotAccepted` for one that Penstock makes, and for what is no name of a type.
    """
    made = frozenset(made)
    for name in wanted:
        if name in made:
            raise NotAccepted(f"{name} is made by Penstock, with its effect: it cannot be accepted without")
        if name.endswith(EVERY_OF):
            found = [each for each in known if each.startswith(name.removesuffix("*")) and each not in made]
            if not found:
                raise NotAccepted(f"No types are known by {name}: name them one by one")
            yield from found
        elif len(name.split("::")) == 3 and all(part.isalnum() for part in name.split("::")):
            yield name
        else:
            raise NotAccepted(f"{name} is no name of a resource type, such as AWS::EC2::VPC or AWS::EC2::*")
