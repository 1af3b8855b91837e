"""Expressions: reading them, what they need, and what they come to.

    {"Std:Join": {"On": "/", "Values": ["s3:/", "b", {"Get": "Execution.PipelineExecutionId"}]}}   →   "s3://b/x1y2"

An expression is resolved from `Sources`, which hold all that is known; it reads nothing itself. `needs` says which
steps must have succeeded before, `json_gets` which documents must have been looked into before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from penstock.languages.pipeline import paths
from penstock.languages.pipeline.tree import (
    EXECUTION_VARIABLES,
    Constant,
    CurrentItem,
    DefinitionError,
    ExecutionVariable,
    Expression,
    Join,
    JsonGet,
    Object,
    ParameterReference,
    PropertyFile,
    PropertyFileReference,
    Sequence,
    StepName,
    StepProperty,
)
from penstock.languages.pipeline.values import written

Json = Any
Node = Expression | PropertyFileReference


class Unresolvable(Exception):
    """An expression that comes to nothing; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is known when an expression is resolved.

    `steps` are the properties of steps by name, `documents` the values of ``Std:JsonGet``s by `address`, `item` what
    an iteration of a ForEach is about (None outside of one: no item is null).
    """

    parameters: Mapping[str, Json] = field(default_factory=dict)
    execution: Mapping[str, Json] = field(default_factory=dict)
    steps: Mapping[StepName, Json] = field(default_factory=dict)
    property_files: Mapping[tuple[StepName, str], PropertyFile] = field(default_factory=dict)
    documents: Mapping[str, Json] = field(default_factory=dict)
    item: Json = None


# ----------------------------------------------------------------------------------------------------- reading


def read(node: Json, where: str) -> Expression:
    """The expression that a piece of JSON is. Raises `DefinitionError`."""
    if isinstance(node, dict):
        if len(node) == 1:
            (key, value), *_ = node.items()
            if key == "Get":
                return _get(value, where)
            if key.startswith("Std:"):
                return _function(key, value, where)
        members = {key: read(value, where) for key, value in node.items()}
        constant = all(isinstance(member, Constant) for member in members.values())
        return Constant(node) if constant else Object(members)
    if isinstance(node, list):
        items = tuple(read(item, where) for item in node)
        return Constant(node) if all(isinstance(item, Constant) for item in items) else Sequence(items)
    return Constant(node)


def _get(text: Json, where: str) -> Expression:
    reference = _reference(text, where)
    if isinstance(reference, PropertyFileReference):
        raise DefinitionError(f"'{text}' in {where} is a property file: only a Std:JsonGet can read one.")
    return reference


def _reference(text: Json, where: str) -> Node:
    if not isinstance(text, str):
        raise DefinitionError(f"Get in {where} must be a string such as 'Parameters.X', not {written(text)}.")
    kind, _, rest = text.partition(".")
    if kind == "Parameters" and rest:
        return ParameterReference(rest)
    if kind == "Execution":
        if rest not in EXECUTION_VARIABLES:
            known = ", ".join(sorted(EXECUTION_VARIABLES))
            raise DefinitionError(f"'{text}' in {where} is not an execution variable: there are {known}.")
        return ExecutionVariable(rest)
    if kind == "ForEach":
        return _current_item(text, rest, where)
    if kind != "Steps":
        raise DefinitionError(f"'{text}' in {where} must begin with Parameters., Execution. or Steps.")
    try:
        step, *path = paths.parse(rest)
    except paths.PathError as error:
        raise DefinitionError(f"'{text}' in {where} is not a property of a step: {error}.") from None
    if len(path) == 2 and path[0] == "PropertyFiles":
        return PropertyFileReference(StepName(str(step)), str(path[1]))
    if not path:
        raise DefinitionError(f"'{text}' in {where} names a step and none of its properties.")
    return StepProperty(StepName(str(step)), tuple(path))


def _current_item(text: str, rest: str, where: str) -> CurrentItem:
    try:
        variable, *path = paths.parse(rest)
    except paths.PathError as error:
        raise DefinitionError(f"'{text}' in {where} is not a path into the current item: {error}.") from None
    if variable != "CurrentItem":
        raise DefinitionError(f"'{text}' in {where} is not a variable of a ForEach step: there is ForEach.CurrentItem.")
    return CurrentItem(tuple(path))


def iteration_output(node: Json, where: str) -> StepProperty:
    """What the selector of a ForEach step compares: ``{"Get": "IterationOutput.B.A"}``. Raises `DefinitionError`."""
    text = node.get("Get") if isinstance(node, dict) else None
    if not isinstance(text, str) or not text.startswith("IterationOutput."):
        raise DefinitionError(
            f"Field in the Selector of {where} must be a property of a step in its body, such as "
            """{"Get": "IterationOutput.Score.OutputParameters['score']"}."""
        )
    try:
        step, *path = paths.parse(text.removeprefix("IterationOutput."))
    except paths.PathError as error:
        raise DefinitionError(f"'{text}' in the Selector of {where} is not a property of a step: {error}.") from None
    if not path:
        raise DefinitionError(f"'{text}' in the Selector of {where} names a step and none of its properties.")
    return StepProperty(StepName(str(step)), tuple(path))


def _function(name: str, body: Json, where: str) -> Expression:
    if name == "Std:Join":
        if not isinstance(body, dict) or not isinstance(body.get("Values"), list):
            raise DefinitionError(f"Std:Join in {where} must have On, a string, and Values, a list.")
        on = body.get("On", "")
        if not isinstance(on, str):
            raise DefinitionError(f"On of Std:Join in {where} must be a string, not {written(on)}.")
        return Join(on, tuple(read(value, where) for value in body["Values"]))
    if name != "Std:JsonGet":
        raise DefinitionError(f"{name} in {where} is not a function: there are Std:Join and Std:JsonGet.")
    if not isinstance(body, dict) or not isinstance(body.get("Path"), str):
        raise DefinitionError(f"Path of Std:JsonGet in {where} must be a string such as a.b[0]['c'].")
    try:
        paths.parse(body["Path"])
    except paths.PathError as error:
        raise DefinitionError(f"Path of Std:JsonGet in {where}: {error}.") from None
    return JsonGet(_document(body, where), body["Path"])


def _document(body: Mapping[str, Json], where: str) -> Node:
    if body.get("S3Uri") is not None:
        return read(body["S3Uri"], where)
    given = body.get("PropertyFile")
    reference = _reference(given["Get"] if isinstance(given, dict) and "Get" in given else given, where)
    if not isinstance(reference, PropertyFileReference):
        raise DefinitionError(
            f"Std:JsonGet in {where} must have an S3Uri, or a PropertyFile such as "
            '{"Get": "Steps.Evaluate.PropertyFiles.Report"}.'
        )
    return reference


# ------------------------------------------------------------------------------------------------------- needs


def leaves(node: Node) -> Iterator[Node]:
    """Every expression in an expression that has none in it, and every ``Std:JsonGet``."""
    match node:
        case Object():
            for member in node.members.values():
                yield from leaves(member)
        case Sequence():
            for item in node.items:
                yield from leaves(item)
        case Join():
            for value in node.values:
                yield from leaves(value)
        case JsonGet():
            yield node
            yield from leaves(node.document)
        case _:
            yield node


def needs(expression: Expression) -> frozenset[StepName]:
    """The steps that must have succeeded before the expression can be resolved."""
    return frozenset(leaf.step for leaf in leaves(expression) if isinstance(leaf, StepProperty | PropertyFileReference))


def json_gets(expression: Expression) -> tuple[JsonGet, ...]:
    """The documents that must have been looked into before the expression can be resolved."""
    return tuple(leaf for leaf in leaves(expression) if isinstance(leaf, JsonGet))


# --------------------------------------------------------------------------------------------------- resolving


def resolve(expression: Expression, sources: Sources) -> Json:
    """What an expression comes to. Raises `Unresolvable`."""
    match expression:
        case Constant():
            return expression.value
        case Object():
            return {key: resolve(member, sources) for key, member in expression.members.items()}
        case Sequence():
            return [resolve(item, sources) for item in expression.items]
        case Join():
            return expression.on.join(written(resolve(value, sources)) for value in expression.values)
        case ParameterReference():
            return _known(sources.parameters, expression.name, f"Parameters.{expression.name}")
        case ExecutionVariable():
            return _known(sources.execution, expression.name, f"Execution.{expression.name}")
        case StepProperty():
            return _property(expression, sources)
        case JsonGet():
            return _known(sources.documents, address(expression, sources), f"Std:JsonGet of {expression.path}")
        case CurrentItem():
            return _in_item(expression, sources.item)


def address(node: JsonGet, sources: Sources) -> str:
    """Which value a ``Std:JsonGet`` asks for: the document's S3 URI, ``#``, the path. Raises `Unresolvable`."""
    return f"{document_uri(node, sources)}#{node.path}"


def document_uri(node: JsonGet, sources: Sources) -> str:
    """The S3 URI of the document that a ``Std:JsonGet`` looks into. Raises `Unresolvable`."""
    if not isinstance(node.document, PropertyFileReference):
        return str(resolve(node.document, sources))
    reference = node.document
    file = sources.property_files.get((reference.step, reference.file))
    if file is None:
        raise Unresolvable(f"Step '{reference.step}' has no property file '{reference.file}'.")
    output = StepProperty(reference.step, ("ProcessingOutputConfig", "Outputs", file.output, "S3Output", "S3Uri"))
    return f"{str(_property(output, sources)).rstrip('/')}/{file.path.lstrip('/')}"


def _known(values: Mapping[str, Json], name: str, what: str) -> Json:
    if name not in values:
        raise Unresolvable(f"{what} has no value here.")
    return values[name]


def _in_item(node: CurrentItem, item: Json) -> Json:
    """The item or a part of it: items are often JSON objects, given as text."""
    if not node.path:
        return item
    try:
        return paths.follow(msgspec.json.decode(item) if isinstance(item, str) else item, node.path)
    except (msgspec.DecodeError, paths.PathError):
        whole = "".join(paths.written(part) for part in node.path)
        raise Unresolvable(f"ForEach.CurrentItem{whole} has no value: the item is {written(item)}.") from None


def _property(node: StepProperty, sources: Sources) -> Json:
    if node.step not in sources.steps:
        raise Unresolvable(f"Step '{node.step}' has no properties yet.")
    try:
        return paths.follow(sources.steps[node.step], node.path)
    except paths.PathError as error:
        whole = "".join(paths.written(part) for part in node.path)
        raise Unresolvable(f"Steps.{node.step}{whole} has no value: {error}.") from None
