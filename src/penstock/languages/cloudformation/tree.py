"""What a template can say. Values are JSON in which functions stand in their long form: `{"Fn::Join": […]}`."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

Json = Any

EXTENSIONS: Final = "AWS::LanguageExtensions"
SERVERLESS: Final = "AWS::Serverless-2016-10-31"
INCLUDE: Final = "AWS::Include"
NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)  # as a text
LOOP: Final = "Fn::ForEach::"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """What may be given for a template. Defaults and allowed values are texts, as they are given."""

    name: str
    type: str = "String"
    default: str | None = None
    description: str | None = None
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_value: str | None = None
    max_value: str | None = None
    constraint_description: str | None = None
    no_echo: bool = False


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule holds true; `condition` is a value that is evaluated to a boolean."""

    condition: Json
    description: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Assertions about parameters, which hold where the condition does (always, where there is none)."""

    name: str
    condition: Json | None = None
    assertions: tuple[Assertion, ...] = ()


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as declared. Policies are AWS's words; an absent one is ""."""

    name: str
    type: str
    properties: Mapping[str, Json] = msgspec.field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str = ""
    deletion_policy: str = ""
    update_replace_policy: str = ""
    update_policy: Mapping[str, Json] = msgspec.field(default_factory=dict)
    creation_policy: Mapping[str, Json] = msgspec.field(default_factory=dict)
    metadata: Json = None


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the stack tells; `export` is the value of the name under which others may import it."""

    name: str
    value: Json
    description: str = ""
    export: Json | None = None
    condition: str = ""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A whole template. `document` is all of it as JSON, for those who tell it; while transforms are declared,
    what only they understand is in `document` alone."""

    document: Mapping[str, Json]
    version: str | None = None
    description: str | None = None
    metadata: Json = None
    parameters: Mapping[str, Parameter] = msgspec.field(default_factory=dict)
    mappings: Mapping[str, Json] = msgspec.field(default_factory=dict)
    conditions: Mapping[str, Json] = msgspec.field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    transforms: tuple[str, ...] = ()
    resources: Mapping[str, Resource] = msgspec.field(default_factory=dict)
    outputs: Mapping[str, Output] = msgspec.field(default_factory=dict)
