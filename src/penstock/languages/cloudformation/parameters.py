"""Parameters: from what is given, what was there before and defaults to what `Ref` gives.

Three moves, since some parameters name others in SSM: `chosen` gives texts (what DescribeStacks tells), `stored` tells
which of them are names of SSM parameters, and `values` takes those parameters' values and gives what `Ref` gives.
"""

import re
from collections.abc import Mapping
from typing import Final

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.tree import NUMBER, Json, Parameter, Template

STORED: Final = re.compile(r"AWS::SSM::Parameter::Value<(?P<type>.+)>")
LIST: Final = re.compile(r"List<(?P<type>.+)>")
ANY: Final = re.compile(r".*", re.DOTALL)
FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "String": ANY,
    "Number": ANY,
    "AWS::EC2::AvailabilityZone::Name": re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]"),
    "AWS::EC2::Image::Id": re.compile(r"ami-[0-9a-f]{8,17}"),
    "AWS::EC2::Instance::Id": re.compile(r"i-[0-9a-f]{8,17}"),
    "AWS::EC2::KeyPair::KeyName": re.compile(r".{1,255}"),
    "AWS::EC2::SecurityGroup::GroupName": re.compile(r".{1,255}"),
    "AWS::EC2::SecurityGroup::Id": re.compile(r"sg-[0-9a-f]{8,17}"),
    "AWS::EC2::Subnet::Id": re.compile(r"subnet-[0-9a-f]{8,17}"),
    "AWS::EC2::VPC::Id": re.compile(r"vpc-[0-9a-f]{8,17}"),
    "AWS::EC2::Volume::Id": re.compile(r"vol-[0-9a-f]{8,17}"),
    "AWS::Route53::HostedZone::Id": re.compile(r"Z[A-Z0-9]{1,31}"),
    "AWS::SSM::Parameter::Name": re.compile(r"[A-Za-z0-9_.:/-]{1,2048}"),
}
LONGEST: Final = 4096  # bytes of a value


def chosen(
    template: Template, given: Mapping[str, str | None], previous: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Every parameter's text: as given (none: as before), else its default. Raises `TemplateError`."""
    unknown = [name for name in given if name not in template.parameters]
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts: dict[str, str] = {}
    for name, parameter in template.parameters.items():
        text = given.get(name, parameter.default)
        if name in given and text is None:
            text = _previous(name, previous or {})
        if text is not None:
            texts[name] = text
    missing = [name for name in template.parameters if name not in texts]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, text in texts.items():
        check(template.parameters[name], text)
    return texts


def _previous(name: str, previous: Mapping[str, str]) -> str:
    if name not in previous:
        raise TemplateError(
            f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not "
            "in the previous template"
        )
    return previous[name]


def stored(template: Template, texts: Mapping[str, str]) -> dict[str, str]:
    """The parameters whose values are in SSM, with the names that they have there."""
    return {name: text for name, text in texts.items() if STORED.fullmatch(template.parameters[name].type)}


def values(
    template: Template, texts: Mapping[str, str], from_store: Mapping[str, str] | None = None
) -> dict[str, Json]:
    """What `Ref` gives of every parameter: a text, or a list of texts. `from_store` holds SSM's values by parameter."""
    found: dict[str, Json] = {}
    for name, chosen_text in texts.items():
        kind, text = template.parameters[name].type, chosen_text
        if in_store := STORED.fullmatch(kind):
            kind, text = in_store["type"], (from_store or {})[name]
        found[name] = _items(text) if is_list(kind) else text
    return found


def is_list(kind: str) -> bool:
    """Whether a parameter of this type is several values."""
    return kind == "CommaDelimitedList" or LIST.fullmatch(kind) is not None


def _items(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")] if text else []


def check_type(parameter: Parameter) -> None:
    """Raises `TemplateError` where there is no such type of parameters."""
    kind = parameter.type
    if found := STORED.fullmatch(kind):
        kind = found["type"]
    if found := LIST.fullmatch(kind):
        kind = found["type"]
    if kind not in FORMS and kind != "CommaDelimitedList":
        raise TemplateError(f"Template format error: Unrecognized parameter type: {parameter.type}")


def check(parameter: Parameter, text: str) -> None:
    """Raises `TemplateError` where a text does not fit a parameter."""
    name = parameter.name
    if len(text.encode()) > LONGEST:
        raise TemplateError(f"Parameter '{name}' must not be longer than {LONGEST} bytes")
    kind = "AWS::SSM::Parameter::Name" if STORED.fullmatch(parameter.type) else parameter.type
    items = _items(text) if is_list(kind) else [text]
    if found := LIST.fullmatch(kind):
        kind = found["type"]
    problem = next(filter(None, (_problem(parameter, kind, each) for each in items)), "")
    if problem and parameter.constraint_description:
        problem = f"Parameter {name} failed to satisfy constraint: {parameter.constraint_description}"
    if problem:
        raise TemplateError(problem)
    form = FORMS.get(kind, ANY)
    for each in items:
        if not form.fullmatch(each):
            raise TemplateError(
                f"Parameter validation failed: parameter value {each} for parameter name {name} does not exist"
            )


def _problem(parameter: Parameter, kind: str, text: str) -> str:
    """What is wrong with one value of a parameter; nothing, where it fits."""
    name = parameter.name
    if parameter.allowed_values and text not in parameter.allowed_values:
        return f"Parameter '{name}' must be one of AllowedValues"
    if parameter.allowed_pattern is not None and not _fits(parameter.allowed_pattern, text):
        return f"Parameter '{name}' must match pattern {parameter.allowed_pattern}"
    if parameter.min_length is not None and len(text) < parameter.min_length:
        return f"Parameter '{name}' must contain at least {parameter.min_length} characters"
    if parameter.max_length is not None and len(text) > parameter.max_length:
        return f"Parameter '{name}' must contain at most {parameter.max_length} characters"
    return _numeric_problem(parameter, text) if kind == "Number" else ""


def _numeric_problem(parameter: Parameter, text: str) -> str:
    if not NUMBER.fullmatch(text):
        return f"Parameter '{parameter.name}' must be a number"
    if parameter.min_value is not None and float(text) < float(parameter.min_value):
        return f"Parameter '{parameter.name}' must be a number not less than {parameter.min_value}"
    if parameter.max_value is not None and float(text) > float(parameter.max_value):
        return f"Parameter '{parameter.name}' must be a number not greater than {parameter.max_value}"
    return ""


def _fits(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error as problem:
        raise TemplateError(
            f"Template format error: AllowedPattern '{pattern}' is no regular expression: {problem}"
        ) from None
