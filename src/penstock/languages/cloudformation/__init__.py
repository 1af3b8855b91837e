"""CloudFormation's language: templates, from text to values. Pure: what the world has to tell comes in as values.

    text → read → (chosen → values) → expand → scope_of → check · dependencies · resolve · changes

text        YAML with short forms, or JSON → one JSON document
tree, read  what a template can say; document → `Template`
parameters  what is given, was there or is the default → what `Ref` gives
expand      AWS's transforms: `loops` of AWS::LanguageExtensions, AWS::Include, `sam`
conditions  decided once, for a scope; `rules` assert
scope       what names stand for, as far as it is known; `resolve` evaluates values in it
dynamic     `{{resolve:…}}`, for the caller to look up
references  which resource needs which
check       whether names that are used are there
summary     what ValidateTemplate and GetTemplateSummary tell
changes     what an update does, as DescribeChangeSet tells it
"""

from penstock.languages.cloudformation.changes import changes
from penstock.languages.cloudformation.check import check
from penstock.languages.cloudformation.conditions import holds, scope_of
from penstock.languages.cloudformation.dynamic import DynamicReference, dynamic_references, filled_in
from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.expand import expand, included
from penstock.languages.cloudformation.parameters import chosen, stored, values
from penstock.languages.cloudformation.read import read
from penstock.languages.cloudformation.references import dependencies, in_order
from penstock.languages.cloudformation.resolve import resolve
from penstock.languages.cloudformation.rules import check_rules
from penstock.languages.cloudformation.scope import (
    NO_VALUE,
    Made,
    Reference,
    Scope,
    Unknown,
    pseudo_parameters,
    unknowns,
)
from penstock.languages.cloudformation.summary import capabilities, summarise, validate
from penstock.languages.cloudformation.tree import Output, Parameter, Resource, Template

__all__ = [
    "NO_VALUE",
    "DynamicReference",
    "Made",
    "Output",
    "Parameter",
    "Reference",
    "Resource",
    "Scope",
    "Template",
    "TemplateError",
    "Unknown",
    "capabilities",
    "changes",
    "check",
    "check_rules",
    "chosen",
    "dependencies",
    "dynamic_references",
    "expand",
    "filled_in",
    "holds",
    "in_order",
    "included",
    "pseudo_parameters",
    "read",
    "resolve",
    "scope_of",
    "stored",
    "summarise",
    "unknowns",
    "validate",
    "values",
]
