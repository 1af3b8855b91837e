"""What of CloudFormation's resource types is there, as a part of the page docs/coverage.md."""

from collections.abc import Iterable

from penstock.services.cloudformation.resources.kind import ResourceType


def section(types: Iterable[ResourceType]) -> str:
    """Every type with its properties and attributes; a property whose change replaces the resource is in italics."""
    every = sorted(types, key=lambda each: each.name)
    lines = "".join(f"* `{each.name}`: {_properties(each)}.{_attributes(each)}\n" for each in every)
    return (
        f"\n## Resource types of CloudFormation\n\n{len(every)} of them. "
        "A change of a property in italics replaces the resource. Other types, and other properties, are refused by "
        f"their names before anything is created.\n\n{lines}"
    )


def _properties(of: ResourceType) -> str:
    if of.any_property:
        return "any properties"
    replacing = of.properties if of.update is None else of.create_only
    names = (f"*{name}*" if name in replacing else name for name in sorted(of.properties))
    return ", ".join(names) or "no properties"


def _attributes(of: ResourceType) -> str:
    if of.any_attribute:
        return " `Fn::GetAtt` of whatever it tells."
    return f" `Fn::GetAtt` {', '.join(sorted(of.attributes))}." if of.attributes else ""
