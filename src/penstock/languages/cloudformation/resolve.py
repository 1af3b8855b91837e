"""Evaluation: a value with functions in it becomes a plain one, as far as its scope knows.

Every function evaluates its arguments first; what it makes of unknown ones is unknown. Dynamic references
(`{{resolve:…}}`) are texts here: see `dynamic`.
"""

import base64
import ipaddress
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from penstock.languages.cloudformation.errors import TemplateError, no_condition, unresolved
from penstock.languages.cloudformation.scope import NO_VALUE, Made, Reference, Scope, Unknown, unknowns
from penstock.languages.cloudformation.tree import Json

PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
PLACEHOLDER_NAME: Final = re.compile(r"[A-Za-z0-9_.:]+")
COMPACT: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
INDEX: Final = re.compile(r"[0-9]{1,9}")
LONGEST: Final = 1_000_000  # characters of a text that a function makes
ZONES: Final = "abc"  # of every region
MOST_SUBNETS: Final = 256


def resolve(value: Json, scope: Scope) -> Json:
    """The value, evaluated. Raises `TemplateError`; what is not known yet is an `Unknown`."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = FUNCTIONS.get(name)
            if function is not None:
                return function(argument, scope)
        evaluated = ((name, resolve(each, scope)) for name, each in value.items())
        return {name: each for name, each in evaluated if each is not NO_VALUE}
    if isinstance(value, list):
        return [each for each in (resolve(item, scope) for item in value) if each is not NO_VALUE]
    return value


def text_of(value: Json) -> str | None:
    """How a value stands in a text; none, where it is a list or an object."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _arguments(given: Json, scope: Scope, sentence: str, counts: tuple[int, ...]) -> list[Json]:
    """The evaluated arguments of a function that takes that many of them."""
    if not isinstance(given, list):
        raise TemplateError(f"Template error: {sentence}")
    arguments: list[Json] = resolve(given, scope)
    if len(arguments) not in counts:
        raise TemplateError(f"Template error: {sentence}")
    return arguments


# -- references


def ref(name: Json, scope: Scope) -> Json:
    """Ref: a pseudo parameter, a parameter, or a resource's physical id."""
    if not isinstance(name, str):
        raise TemplateError("Template error: every Ref object must have a single String value.")
    if name in scope.parameters:
        return scope.parameters[name]
    if name in scope.pseudo:
        return scope.pseudo[name]
    if name in scope.made and name in scope.declared:
        return scope.made[name].ref
    if name in scope.declared:
        return Unknown(frozenset({Reference(name)}))
    raise unresolved([name], "Resources")


def get_att(argument: Json, scope: Scope) -> Json:
    """Fn::GetAtt: an attribute of a resource; the attribute's name may have to be evaluated."""
    if isinstance(argument, str):
        argument = list(argument.partition(".")[::2])
    sentence = (
        "every Fn::GetAtt object must have two non-empty parameters, the resource name and the resource attribute"
    )
    name, attribute = _arguments(argument, scope, sentence, (2,))
    if not isinstance(name, str) or not isinstance(attribute, str) or not name or not attribute:
        raise TemplateError(f"Template error: {sentence}")
    if name not in scope.declared:
        raise TemplateError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
    if name not in scope.made:
        return Unknown(frozenset({Reference(name, attribute)}))
    found = attribute_of(scope.made[name], attribute)
    if found is None:
        raise TemplateError(
            f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
        )
    return found


def attribute_of(made: Made, name: str) -> Json:
    """An attribute by its dotted name; none, where the resource has none of that name."""
    if name in made.attributes:
        return made.attributes[name]
    value: Json = made.attributes
    for part in name.split("."):
        if isinstance(value, Unknown):
            return value
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def import_value(argument: Json, scope: Scope) -> Json:
    """Fn::ImportValue: what another stack exports."""
    name = resolve(argument, scope)
    if isinstance(name, Unknown):
        return name
    if name is NO_VALUE or isinstance(name, dict | list) or name not in scope.exports:
        raise TemplateError(f"No export named {name} found.")
    return scope.exports[name]


def find_in_map(argument: Json, scope: Scope) -> Json:
    """Fn::FindInMap: an attribute of a mapping's key; with `DefaultValue`, that where there is none."""
    sentence = (
        "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value"
    )
    keys: Json = argument
    default: Json = NO_VALUE
    if isinstance(argument, list) and len(argument) == 4:
        keys = argument[:3]
        if not isinstance(argument[3], dict) or set(argument[3]) != {"DefaultValue"}:
            raise TemplateError(f"Template error: {sentence}")
        default = argument[3]["DefaultValue"]
    names = _arguments(keys, scope, sentence, (3,))
    if waiting := unknowns(names):
        return Unknown(waiting)
    mapping, key, attribute = map(text_of, names)
    if mapping is None or key is None or attribute is None:
        raise TemplateError(f"Template error: {sentence}")
    found = scope.mappings.get(mapping, {}).get(key, {})
    if attribute in found:
        return found[attribute]
    if default is not NO_VALUE:
        return resolve(default, scope)
    if mapping not in scope.mappings:
        raise TemplateError(
            f"Template error: Mapping named '{mapping}' is not present in the 'Mappings' section of template."
        )
    raise TemplateError(f"Template error: Unable to get mapping for {mapping}::{key}::{attribute}")


# -- texts


def join(argument: Json, scope: Scope) -> Json:
    """Fn::Join: a list's texts with a delimiter between them."""
    sentence = (
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined "
        "or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
    )
    delimiter, parts = _arguments(argument, scope, sentence, (2,))
    if waiting := unknowns(parts):
        return Unknown(waiting)
    if not isinstance(delimiter, str) or not isinstance(parts, list):
        raise TemplateError(f"Template error: {sentence}")
    texts = [text for text in map(text_of, parts) if text is not None]
    if len(texts) < len(parts):
        raise TemplateError(f"Template error: {sentence}")
    _check_length("Join", sum(map(len, texts)) + len(delimiter) * len(texts))
    return delimiter.join(texts)


def _check_length(function: str, characters: int) -> None:
    if characters > LONGEST:
        raise TemplateError(f"Template error: Fn::{function} makes a text of more than {LONGEST} characters")


def split(argument: Json, scope: Scope) -> Json:
    """Fn::Split: the parts of a text."""
    sentence = (
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a "
        "function that returns a string to be split."
    )
    delimiter, whole = _arguments(argument, scope, sentence, (2,))
    if isinstance(whole, Unknown):
        return whole
    whole = text_of(whole)
    if not isinstance(delimiter, str) or not delimiter or whole is None:
        raise TemplateError(f"Template error: {sentence}")
    return whole.split(delimiter)


def sub(argument: Json, scope: Scope) -> Json:
    """Fn::Sub: a text with `${Name}`, `${Resource.Attribute}` and the names of its own map filled in."""
    template, own = sub_parts(argument)
    return _filled_in(template, {name: resolve(each, scope) for name, each in own.items()}, scope)


def sub_parts(argument: Json) -> tuple[str, dict[str, Json]]:
    """The text of an Fn::Sub, and its own map."""
    match argument:
        case str():
            return argument, {}
        case [str() as template, dict() as own]:
            return template, own
        case [str() as template]:
            return template, {}
    raise TemplateError(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "
        "first argument, and an optional second argument to specify a mapping of values to replace in the string"
    )


def placeholders(template: str) -> Iterator[str]:
    """The names that stand in an Fn::Sub's text, `${!Literals}` left out."""
    for name in PLACEHOLDER.findall(template):
        if name.startswith("!"):
            continue
        if not PLACEHOLDER_NAME.fullmatch(name.strip()):
            raise TemplateError(
                "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, "
                "underscores, periods, and colons"
            )
        yield name.strip()


def _filled_in(template: str, own: Mapping[str, Json], scope: Scope) -> Json:
    names = list(placeholders(template))
    values = {name: _placed(name, own, scope) for name in names}
    if waiting := unknowns(values):
        return Unknown(waiting)
    texts: dict[str, str] = {}
    for name, value in values.items():
        text = text_of(value)
        if text is None:
            raise TemplateError(f"Template error: variable {name} in Fn::Sub expression does not resolve to a string")
        texts[name] = text
    _check_length("Sub", len(template) + sum(len(texts[name]) for name in names))

    def put(found: re.Match[str]) -> str:
        name = found[1]
        return f"${{{name[1:]}}}" if name.startswith("!") else texts[name.strip()]

    return PLACEHOLDER.sub(put, template)


def _placed(name: str, own: Mapping[str, Json], scope: Scope) -> Json:
    if name in own:
        return own[name]
    if "." in name:
        return get_att(name, scope)
    return ref(name, scope)


def base64_of(argument: Json, scope: Scope) -> Json:
    """Fn::Base64: a text's bytes in base 64."""
    value = resolve(argument, scope)
    if isinstance(value, Unknown):
        return value
    text = text_of(value)
    if text is None:
        raise TemplateError("Template error: every Fn::Base64 object must have a String-typed value.")
    return base64.b64encode(text.encode()).decode()


def to_json_string(argument: Json, scope: Scope) -> Json:
    """Fn::ToJsonString: an object or a list as JSON text."""
    if not isinstance(argument, dict | list):
        raise TemplateError("Template error: every Fn::ToJsonString object must have an object or a list as its value.")
    value = resolve(argument, scope)
    if waiting := unknowns(value):
        return Unknown(waiting)
    parts, characters = [], 0
    for part in COMPACT.iterencode(value):
        parts.append(part)
        characters += len(part)
        _check_length("ToJsonString", characters)
    return "".join(parts)


# -- lists


def select(argument: Json, scope: Scope) -> Json:
    """Fn::Select: a list's value by its number, counted from 0."""
    sentence = "Fn::Select requires a list argument with two elements: an integer index and a list"
    index, values = _arguments(argument, scope, sentence, (2,))
    if isinstance(index, Unknown) or isinstance(values, Unknown):
        return Unknown(unknowns([index, values]))
    place = text_of(index)
    if place is None or not INDEX.fullmatch(place) or not isinstance(values, list):
        raise TemplateError(f"Template error: {sentence}")
    if int(place) >= len(values):
        raise TemplateError(f"Template error: Fn::Select cannot select nonexistent value at index {place}")
    return values[int(place)]


def length(argument: Json, scope: Scope) -> Json:
    """Fn::Length: how many values a list has."""
    values = resolve(argument, scope)
    if isinstance(values, Unknown):
        return values
    if not isinstance(values, list):
        raise TemplateError("Template error: Fn::Length requires a list, or a function that returns a list")
    return len(values)


def zones(argument: Json, scope: Scope) -> Json:
    """Fn::GetAZs: the availability zones of a region; "" is the stack's."""
    region = resolve(argument, scope)
    if isinstance(region, Unknown):
        return region
    if not isinstance(region, str):
        raise TemplateError("Template error: every Fn::GetAZs object must have a String-typed value.")
    return [f"{region or scope.pseudo['AWS::Region']}{letter}" for letter in ZONES]


def cidr(argument: Json, scope: Scope) -> Json:
    """Fn::Cidr: so many blocks of an address block, each with that many bits for hosts."""
    sentence = (
        "every Fn::Cidr object requires an address block, a count from 1 to 256, and the number of bits for hosts"
    )
    arguments = _arguments(argument, scope, sentence, (2, 3))
    if waiting := unknowns(arguments):
        return Unknown(waiting)
    try:
        block = ipaddress.ip_network(str(arguments[0]), strict=False)
        count, bits = int(arguments[1]), int(arguments[2]) if len(arguments) == 3 else 8
    except (ValueError, TypeError):
        raise TemplateError(f"Template error: {sentence}") from None
    prefix = block.max_prefixlen - bits
    if not 1 <= count <= MOST_SUBNETS or not block.prefixlen <= prefix <= block.max_prefixlen:
        raise TemplateError(f"Template error: {sentence}")
    found = [str(each) for each in itertools.islice(block.subnets(new_prefix=prefix), count)]
    if len(found) < count:
        raise TemplateError(f"Template error: Fn::Cidr cannot make {count} blocks with {bits} host bits of {block}")
    return found


# -- what depends on conditions, and what transforms have to carry out


def choice(argument: Json, scope: Scope) -> Json:
    """Fn::If: one of two values, by a condition's name; the other one is not evaluated."""
    match argument:
        case [str() as name, then, otherwise]:
            if name not in scope.conditions:
                raise no_condition(name, "Resources")
            return resolve(then if scope.conditions[name] else otherwise, scope)
    raise TemplateError("Template error: Fn::If requires a list argument with three elements")


def _left_over(argument: Json, _: Scope) -> Json:
    raise TemplateError(
        f"Template error: Fn::Transform is carried out before a value is evaluated, and {argument} is here"
    )


FUNCTIONS: Final[Mapping[str, Callable[[Any, Scope], Json]]] = {
    "Ref": ref,
    "Fn::Base64": base64_of,
    "Fn::Cidr": cidr,
    "Fn::FindInMap": find_in_map,
    "Fn::GetAZs": zones,
    "Fn::GetAtt": get_att,
    "Fn::If": choice,
    "Fn::ImportValue": import_value,
    "Fn::Join": join,
    "Fn::Length": length,
    "Fn::Select": select,
    "Fn::Split": split,
    "Fn::Sub": sub,
    "Fn::ToJsonString": to_json_string,
    "Fn::Transform": _left_over,
}
