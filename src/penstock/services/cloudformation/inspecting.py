"""Inspecting: what of a template cannot be made here, told before anything is made."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from penstock.languages.cloudformation import Resource, Template
from penstock.languages.cloudformation.references import properties_of, references
from penstock.languages.cloudformation.scope import Scope as Values
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.resources.shaping import unsupported
from penstock.services.cloudformation.rows import invalid

Json = Any
Types = Mapping[str, ResourceType]
WAIT: Final = "AWS::CloudFormation::WaitCondition"


def must_be_known(template: Template, scope: Values, types: Types) -> None:
    """Raise `ServiceError` unless every resource that is declared can be made here: what cannot is named at once."""
    unknown = sorted({each for each in scope.declared.values() if types.get(each) is None})
    if unknown:
        raise invalid(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]{hint(unknown)}")
    wrong = [
        f"resource {lid} ({each}): {problem}"
        for lid, each in scope.declared.items()
        for problem in problems(template.resources[lid], types[each], scope)
    ]
    wrong += attributes(template, scope, types)
    if wrong:
        raise invalid(f"Template error: {'; '.join(wrong)}")


def hint(unknown: Sequence[str]) -> str:
    """What whoever starts the server could do about types that are not here."""
    nameable = [each for each in unknown if len(each.split("::")) == 3]
    if not nameable:
        return ""
    return f". `penstock up --accept-without-effect {','.join(nameable)}` would keep them as records without effect"


def problems(resource: Resource, kind: ResourceType, scope: Values) -> Iterator[str]:
    """What is wrong with a resource, as its type has it."""
    properties = properties_of(resource, scope.conditions)
    if not kind.any_property:
        for name in properties:
            if name not in kind.properties:
                yield unsupported(name)
    for name in sorted(kind.required - set(properties)):
        yield f"Property {name} is required"
    yield from kind.check(properties)
    if "Snapshot" in (resource.deletion_policy, resource.update_replace_policy) and not kind.snapshots:
        yield "Snapshot is not supported for this type; use Delete or Retain"
    if resource.update_policy:
        yield "UpdatePolicy is not supported; remove it"
    if resource.creation_policy and resource.type != WAIT:
        yield f"CreationPolicy is supported for {WAIT} only; remove it"


def attributes(template: Template, scope: Values, types: Types) -> Iterator[str]:
    """References to attributes that their resources do not have."""
    parts: list[Json] = [template.resources[lid].properties for lid in scope.declared]
    parts += [output.value for output in template.outputs.values()]
    for each in dict.fromkeys(references(parts, scope.conditions)):
        declared = scope.declared.get(each.name)
        if declared is None or not each.attribute:
            continue
        kind = types[declared]
        if not kind.any_attribute and each.attribute not in kind.attributes:
            yield f"resource {each.name} does not support attribute type {each.attribute} in Fn::GetAtt"
