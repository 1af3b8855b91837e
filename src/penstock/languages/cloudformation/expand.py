"""Transforms: what a template becomes before it is evaluated. AWS's own are carried out here; others are not there.

`AWS::Include` puts in texts that the caller has fetched (`included` tells which); `AWS::LanguageExtensions` writes out
loops; `AWS::Serverless-2016-10-31` is in `sam`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.languages.cloudformation.conditions import scope_of
from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.loops import written_out
from penstock.languages.cloudformation.read import template as read_document
from penstock.languages.cloudformation.resolve import resolve
from penstock.languages.cloudformation.sam import serverless
from penstock.languages.cloudformation.scope import Scope
from penstock.languages.cloudformation.text import document
from penstock.languages.cloudformation.tree import EXTENSIONS, INCLUDE, LOOP, SERVERLESS, Json, Template

TRANSFORM: Final = "Fn::Transform"
POLICIES: Final = ("DeletionPolicy", "UpdateReplacePolicy")
EXTENDED: Final = ("Fn::Length", "Fn::ToJsonString")


def included(template: Template, parameters: Mapping[str, Json], pseudo: Mapping[str, Json]) -> tuple[str, ...]:
    """The locations (`s3://bucket/key`) of the texts that a template includes."""
    scope = Scope(parameters=parameters, pseudo=pseudo, mappings=template.mappings)
    return tuple(dict.fromkeys(_location(each, scope) for each in _includes(template.document)))


def expand(
    template: Template,
    *,
    parameters: Mapping[str, Json],
    pseudo: Mapping[str, Json],
    includes: Mapping[str, str] | None = None,
) -> Template:
    """The template as its transforms make it, none left. Raises `TemplateError`.

    `parameters` as `values` gives them; `includes` holds texts by location.
    """
    scope = Scope(parameters=parameters, pseudo=pseudo, mappings=template.mappings)
    for name in template.transforms:
        if name not in (EXTENSIONS, INCLUDE, LOOP, SERVERLESS):
            raise TemplateError(f"No transform named {name} found.")
    found = _with_texts(template.document, includes or {}, scope)
    if EXTENSIONS in template.transforms:
        found = _extended(found, scope)
    else:
        _refuse_extensions(found, "")
    if SERVERLESS in template.transforms:
        found = serverless(found, parameters, str(pseudo["AWS::Region"]))
    return read_document({name: each for name, each in found.items() if name != "Transform"})


# -- AWS::Include


def _includes(value: Json) -> Iterator[Json]:
    """Every place of a value where a text is put in."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _includes(each)
    if isinstance(value, dict):
        yield from _included_here(value)


def _location(include: Json, scope: Scope) -> str:
    match include:
        case {"Name": "AWS::Include", "Parameters": {"Location": place}}:
            location = resolve(place, scope)
            if isinstance(location, str) and location.startswith("s3://"):
                return location
            raise TemplateError("Transform AWS::Include failed with: The location parameter is not a valid S3 uri.")
        case {"Name": "AWS::Include"}:
            raise TemplateError("Transform AWS::Include failed with: Missing parameter Location")
        case {"Name": name}:
            raise TemplateError(f"No transform named {name} found.")
    raise TemplateError("Template error: every Fn::Transform object must have a Name, and Parameters")


def _with_texts(value: Json, texts: Mapping[str, str], scope: Scope) -> Json:
    """The value with what it includes in place of the functions that say so."""
    match value:
        case list():
            return [_with_texts(each, texts, scope) for each in value]
        case dict():
            found = {name: _with_texts(each, texts, scope) for name, each in value.items() if name != TRANSFORM}
            for include in _included_here(value):
                found |= document(texts[_location(include, scope)])
            return found
    return value


def _included_here(value: Mapping[str, Json]) -> Iterator[Json]:
    if TRANSFORM in value:
        yield value[TRANSFORM]
    declared = value.get("Transform")
    for each in declared if isinstance(declared, list) else [declared]:
        if isinstance(each, dict) and each.get("Name") == INCLUDE:
            yield each


# -- AWS::LanguageExtensions


def _refuse_extensions(value: Json, path: str) -> None:
    """Raises `TemplateError` where there is what only this transform understands."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            _refuse_extensions(each, f"{path}/{number}")
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        if name in EXTENDED or name.startswith(LOOP):
            raise TemplateError(f"Template format error: [{path}] {name} is there only with the transform {EXTENSIONS}")
        if name in POLICIES and isinstance(each, dict) and path.startswith("/Resources/") and path.count("/") == 2:
            raise TemplateError(f"Template format error: [{path}] Every {name} member must be a string.")
        _refuse_extensions(each, f"{path}/{name}")


def _extended(found: Mapping[str, Json], scope: Scope) -> Json:
    """Loops written out, names and policies evaluated."""
    plain = written_out(found, scope)
    without = {name: each for name, each in plain.items() if name != "Transform"}
    template = read_document({**without, "Transform": SERVERLESS})
    whole = scope_of(template, parameters=scope.parameters, pseudo=scope.pseudo)
    resources = {name: _with_policies(each, whole) for name, each in plain["Resources"].items()}
    named: dict[str, Json] = _with_names({**plain, "Resources": resources}, whole)
    return named


def _with_policies(resource: Mapping[str, Json], scope: Scope) -> dict[str, Json]:
    policies = {name: resource[name] for name in POLICIES if name in resource}
    others = {name: each for name, each in resource.items() if name not in POLICIES}
    return {**others, **resolve(policies, scope)}


def _with_names(value: Json, scope: Scope) -> Json:
    """The value, the names in `Ref` and `Fn::GetAtt` evaluated."""
    match value:
        case list():
            return [_with_names(each, scope) for each in value]
        case {"Ref": dict() as name, **others} if not others:
            return {"Ref": resolve(name, scope)}
        case {"Fn::GetAtt": [dict() as name, attribute], **others} if not others:
            return {"Fn::GetAtt": [resolve(name, scope), attribute]}
        case dict():
            return {name: _with_names(each, scope) for name, each in value.items()}
    return value
