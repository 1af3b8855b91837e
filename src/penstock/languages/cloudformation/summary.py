"""What can be told of a template without making anything of it: ValidateTemplate's and GetTemplateSummary's answers."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.languages.cloudformation.tree import Json, Parameter, Template

NAMED_BY: Final[Mapping[str, str]] = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
OF_IDENTITY: Final = frozenset({*NAMED_BY, "AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::UserToGroupAddition"})


def validate(template: Template) -> dict[str, Json]:
    """What ValidateTemplate answers."""
    parameters = [
        _present(
            ParameterKey=each.name,
            DefaultValue=each.default,
            NoEcho=each.no_echo,
            Description=each.description,
        )
        for each in template.parameters.values()
    ]
    return _told(template, parameters)


def summarise(template: Template) -> dict[str, Json]:
    """What GetTemplateSummary answers."""
    metadata = None if template.metadata is None else json.dumps(template.metadata)
    return {
        **_told(template, [_declared(each) for each in template.parameters.values()]),
        "ResourceTypes": sorted({each.type for each in template.resources.values()}),
        "ResourceIdentifierSummaries": [],
        **_present(Version=template.version, Metadata=metadata),
    }


def capabilities(template: Template) -> dict[str, list[str]]:
    """What has to be acknowledged before the template is used, each with the types (or transforms) that ask for it."""
    found: dict[str, list[str]] = {}
    identities = [each for each in template.resources.values() if each.type in OF_IDENTITY]
    if identities:
        is_named = any(NAMED_BY.get(each.type) in each.properties for each in identities)
        found["CAPABILITY_NAMED_IAM" if is_named else "CAPABILITY_IAM"] = sorted({each.type for each in identities})
    if template.transforms:
        found["CAPABILITY_AUTO_EXPAND"] = list(template.transforms)
    return found


def _told(template: Template, parameters: list[Json]) -> dict[str, Json]:
    needed = capabilities(template)
    reason = f"The following resource(s) require capabilities: [{', '.join(_reasons(needed))}]" if needed else None
    return {
        "Parameters": parameters,
        **_present(
            Description=template.description,
            Capabilities=list(needed) or None,
            CapabilitiesReason=reason,
            DeclaredTransforms=list(template.transforms) or None,
        ),
    }


def _reasons(needed: Mapping[str, list[str]]) -> Iterator[str]:
    for each in needed.values():
        yield from each


def _declared(parameter: Parameter) -> Json:
    constraints = {"AllowedValues": list(parameter.allowed_values)} if parameter.allowed_values else {}
    return _present(
        ParameterKey=parameter.name,
        DefaultValue=parameter.default,
        ParameterType=parameter.type,
        NoEcho=parameter.no_echo,
        Description=parameter.description,
        ParameterConstraints=constraints,
    )


def _present(**members: Json) -> dict[str, Json]:
    return {name: each for name, each in members.items() if each is not None}
