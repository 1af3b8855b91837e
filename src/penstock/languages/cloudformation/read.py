"""From a text to a `Template`. What is wrong is told in AWS's sentences where they are known."""

import re
from collections.abc import Mapping
from typing import Any, Final

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.text import document
from penstock.languages.cloudformation.tree import (
    LOOP,
    NUMBER,
    Assertion,
    Json,
    Output,
    Parameter,
    Resource,
    Rule,
    Template,
)

INCLUDED: Final = "Fn::Transform"
VERSION: Final = "2010-09-09"
SECTIONS: Final = frozenset({
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules", "Transform",
    "Resources", "Outputs", "Hooks",
})  # fmt: skip
OF_A_PARAMETER: Final = frozenset({
    "Type", "Default", "Description", "AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue",
    "MaxValue", "ConstraintDescription", "NoEcho",
})  # fmt: skip
OF_A_RESOURCE: Final = frozenset({
    "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy",
    "CreationPolicy", "Metadata",
})  # fmt: skip
OF_AN_OUTPUT: Final = frozenset({"Value", "Description", "Export", "Condition"})
MOST: Final[Mapping[str, int]] = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}
LONGEST_DESCRIPTION: Final = 1024  # bytes
LONGEST_NAME: Final = 255
DELETION: Final = ("Delete", "Retain", "Snapshot", "RetainExceptOnCreate")
REPLACING: Final = ("Delete", "Retain", "Snapshot")
WHOLE: Final = re.compile(r"[0-9]{1,9}")
ALPHANUMERIC: Final = re.compile(r"[A-Za-z0-9]+")


def read(text: str) -> Template:
    """The template in a text, YAML or JSON. Raises `TemplateError`."""
    return template(document(text))


def template(found: Mapping[str, Json]) -> Template:
    """The template in a document. While it declares transforms, what they understand is passed over."""
    transforms = _transforms(found.get("Transform", []))
    unknown = sorted(name for name in found if name not in SECTIONS and not (transforms and name == "Globals"))
    if unknown:
        raise TemplateError(f"Invalid template property or properties [{', '.join(unknown)}]")
    if "Hooks" in found:
        raise TemplateError("Hooks are not supported: CodeDeploy's blue/green deployments of ECS are not there.")
    sections = {name: _section(found, name) for name in ("Parameters", "Mappings", "Conditions", "Rules", "Outputs")}
    resources = _section(found, "Resources")
    if not found.get("Resources"):
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    return Template(
        document=found,
        version=_version(found.get("AWSTemplateFormatVersion")),
        description=_description(found.get("Description")),
        metadata=found.get("Metadata"),
        parameters={name: _parameter(name, each) for name, each in sections["Parameters"].items()},
        mappings={name: _mapping(name, each) for name, each in sections["Mappings"].items()},
        conditions=sections["Conditions"],
        rules=tuple(_rule(name, each) for name, each in sections["Rules"].items()),
        transforms=transforms,
        resources={name: _resource(name, each, bool(transforms)) for name, each in resources.items()},
        outputs={name: _output(name, each) for name, each in sections["Outputs"].items()},
    )


def _transforms(declared: Json) -> tuple[str, ...]:
    names = []
    for each in declared if isinstance(declared, list) else [declared]:
        name = each.get("Name") if isinstance(each, dict) else each
        if not isinstance(name, str):
            raise TemplateError("Template format error: Transform must be the name of a transform, or a list of such.")
        names.append(name)
    return tuple(names)


def _section(found: Mapping[str, Json], name: str) -> dict[str, Any]:
    """A section's members by name, without what transforms will write there."""
    section = found.get(name, {})
    if not isinstance(section, dict):
        raise TemplateError(f"Template format error: {name} must be an object.")
    most = MOST.get(name)
    if most is not None and len(section) > most:
        raise TemplateError(
            f"Template format error: Number of {name.lower()}, {len(section)}, is greater than maximum allowed, {most}"
        )
    members = {key: each for key, each in section.items() if not _is_written_later(key, each)}
    for key in members:
        _check_name(name.removesuffix("s"), key)
    return members


def _is_written_later(name: str, member: Json) -> bool:
    return name.startswith(LOOP) or name == INCLUDED or (isinstance(member, dict) and INCLUDED in member)


def _check_name(kind: str, name: str) -> None:
    if not ALPHANUMERIC.fullmatch(name):
        raise TemplateError(f"Template format error: {kind} name {name} is non alphanumeric.")
    if len(name) > LONGEST_NAME:
        raise TemplateError(f"Template format error: {kind} name {name} must be at most {LONGEST_NAME} characters.")


def _version(version: Json) -> str | None:
    if version not in (None, VERSION):
        raise TemplateError("Template format error: unsupported value for AWSTemplateFormatVersion.")
    return None if version is None else VERSION


def _description(text: Json) -> str | None:
    if text is not None and not isinstance(text, str):
        raise TemplateError("Template format error: unsupported value for Description. No intrinsic functions allowed.")
    if text is not None and len(text.encode()) > LONGEST_DESCRIPTION:
        raise TemplateError(f"Template format error: 'Description' length is greater than {LONGEST_DESCRIPTION}.")
    return text


def _members(kind: str, path: str, value: Json, known: frozenset[str]) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TemplateError(f"Template format error: [{path}] Every {kind} must be an object.")
    for name in value:
        if name not in known:
            raise TemplateError(f"Template format error: [{path}] Invalid template {kind} property '{name}'")
    return value


def _text(value: Json, what: str) -> str:
    """A text, also of a number or a truth value."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
    raise TemplateError(f"Template format error: Every {what} member must be a string.")


def _parameter(name: str, value: Json) -> Parameter:
    found = _members("parameter", f"/Parameters/{name}", value, OF_A_PARAMETER)
    if "Type" not in found:
        raise TemplateError("Template format error: Every Parameters object must contain a Type member.")
    allowed = found.get("AllowedValues", [])
    if not isinstance(allowed, list):
        raise TemplateError("Template format error: Every AllowedValues value must be a list.")
    texts = {key: _text(each, key) for key, each in found.items() if key != "AllowedValues"}
    return Parameter(
        name=name,
        type=texts["Type"],
        default=texts.get("Default"),
        description=texts.get("Description"),
        allowed_values=tuple(_text(each, "AllowedValues") for each in allowed),
        allowed_pattern=texts.get("AllowedPattern"),
        min_length=_whole(texts, "MinLength"),
        max_length=_whole(texts, "MaxLength"),
        min_value=_number(texts, "MinValue"),
        max_value=_number(texts, "MaxValue"),
        constraint_description=texts.get("ConstraintDescription"),
        no_echo=texts.get("NoEcho", "").lower() == "true",
    )


def _whole(texts: Mapping[str, str], name: str) -> int | None:
    text = texts.get(name)
    if text is None:
        return None
    if not WHOLE.fullmatch(text):
        raise TemplateError(f"Template format error: Every {name} value must be a number.")
    return int(text)


def _number(texts: Mapping[str, str], name: str) -> str | None:
    text = texts.get(name)
    if text is not None and not NUMBER.fullmatch(text):
        raise TemplateError(f"Template format error: Every {name} value must be a number.")
    return text


def _mapping(name: str, value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TemplateError(f"Template format error: Every Mappings member {name} must be a map")
    for key, attributes in value.items():
        if not isinstance(attributes, dict) and key != INCLUDED:
            raise TemplateError(f"Template format error: Every Mappings member {name}.{key} must be a map")
    return value


def _rule(name: str, value: Json) -> Rule:
    found = _members("rule", f"/Rules/{name}", value, frozenset({"RuleCondition", "Assertions"}))
    assertions = found.get("Assertions")
    if not isinstance(assertions, list):
        raise TemplateError(f"Template format error: Rule {name} must have a list of Assertions.")
    return Rule(
        name=name,
        condition=found.get("RuleCondition"),
        assertions=tuple(_assertion(name, each) for each in assertions),
    )


def _assertion(rule: str, value: Json) -> Assertion:
    found = _members("assertion", f"/Rules/{rule}/Assertions", value, frozenset({"Assert", "AssertDescription"}))
    if "Assert" not in found:
        raise TemplateError(f"Template format error: Every assertion of rule {rule} must contain an Assert member.")
    return Assertion(
        condition=found["Assert"], description=_text(found.get("AssertDescription", ""), "AssertDescription")
    )


def _resource(name: str, value: Json, is_for_transforms: bool) -> Resource:
    if not isinstance(value, dict):
        raise TemplateError(f"Template format error: [/Resources/{name}] Every Resources member must be an object.")
    for key in value:
        if key not in OF_A_RESOURCE and not is_for_transforms and not (key == "Version" and _is_custom(value)):
            raise TemplateError(f"Invalid template resource property '{key}'")
    if not isinstance(value.get("Type"), str):
        raise TemplateError(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    condition = value.get("Condition", "")
    if not isinstance(condition, str):
        raise TemplateError("Template format error: Every Condition member must be a string.")
    return Resource(
        name=name,
        type=value["Type"],
        properties=_object(name, value, "Properties"),
        depends_on=_depends_on(value.get("DependsOn", [])),
        condition=condition,
        deletion_policy=_policy(name, value, "DeletionPolicy", DELETION),
        update_replace_policy=_policy(name, value, "UpdateReplacePolicy", REPLACING),
        update_policy=_object(name, value, "UpdatePolicy"),
        creation_policy=_object(name, value, "CreationPolicy"),
        metadata=value.get("Metadata"),
    )


def _is_custom(resource: Mapping[str, Json]) -> bool:
    return str(resource.get("Type")).startswith(("Custom::", "AWS::CloudFormation::CustomResource"))


def _object(name: str, resource: Mapping[str, Json], key: str) -> dict[str, Json]:
    found = resource.get(key, {})
    if not isinstance(found, dict):
        raise TemplateError(f"Template format error: [/Resources/{name}/{key}] {key} must be an object.")
    return found


def _depends_on(value: Json) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in names):
        raise TemplateError("Template format error: DependsOn must be a string or list of strings.")
    return tuple(dict.fromkeys(names))


def _policy(name: str, resource: Mapping[str, Json], key: str, known: tuple[str, ...]) -> str:
    """A policy's word; one that is still to be evaluated counts as not there yet."""
    policy = resource.get(key, "")
    if isinstance(policy, dict):
        return ""
    if policy and policy not in known:
        raise TemplateError(f"Template format error: Unrecognized {key} {policy} for resource {name}")
    return str(policy)


def _output(name: str, value: Json) -> Output:
    found = _members("output", f"/Outputs/{name}", value, OF_AN_OUTPUT)
    if "Value" not in found:
        raise TemplateError("Template format error: Every Outputs member must contain a Value object")
    export = found.get("Export")
    if export is not None and (not isinstance(export, dict) or set(export) != {"Name"}):
        raise TemplateError(
            f"Template format error: Output {name} is malformed. An Export has a Name, and nothing else."
        )
    condition = found.get("Condition", "")
    if not isinstance(condition, str):
        raise TemplateError("Template format error: Every Condition member must be a string.")
    return Output(
        name=name,
        value=found["Value"],
        description=_text(found.get("Description", ""), "Description"),
        export=None if export is None else export["Name"],
        condition=condition,
    )
