"""What a template can say. Values are JSON in which functions stand in their long form: `{"Fn::Join": […]}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Json = Any

EXTENSIONS: Final = "AWS::LanguageExtensions"
SERVERLESS: Final = "AWS::Serverless-2016-10-31"
INCLUDE: Final = "AWS::Include"
NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)  # as a text
LOOP: Final = "Fn::ForEach::"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a rule holds true; `condition` is a value that is evaluated to a boolean."""

    condition: Json
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Assertions about parameters, which hold where the condition does (always, where there is none)."""

    name: str
    condition: Json | None = None
    assertions: tuple[Assertion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as declared. Policies are AWS's words; an absent one is ""."""

    name: str
    type: str
    properties: Mapping[str, Json] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str = ""
    deletion_policy: str = ""
    update_replace_policy: str = ""
    update_policy: Mapping[str, Json] = field(default_factory=dict)
    creation_policy: Mapping[str, Json] = field(default_factory=dict)
    metadata: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A value that the stack tells; `export` is the value of the name under which others may import it."""

    name: str
    value: Json
    description: str = ""
    export: Json | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A whole template. `document` is all of it as JSON, for those who tell it; while transforms are declared,
    what only they understand is in `document` alone."""

    document: Mapping[str, Json]
    version: str | None = None
    description: str | None = None
    metadata: Json = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    mappings: Mapping[str, Json] = field(default_factory=dict)
    conditions: Mapping[str, Json] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    transforms: tuple[str, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
