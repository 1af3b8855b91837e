"""From text to JSON: YAML with its short forms of functions, or JSON. Texts that look like dates stay texts.

Neither repeats a key, and nothing is null; what is wrong is told with line and column.
"""

import json
import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NoReturn

import yaml

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.tree import Json

LARGEST: Final = 1_000_000  # bytes of a template
MOST_VALUES: Final = 200_000  # of a template: aliases may repeat what they name
DEEPEST: Final = 100
YAML_TAG: Final = "tag:yaml.org,2002:"
SHORT: Final = {
    "!Ref": "Ref", "!Condition": "Condition",
    **{f"!{name}": f"Fn::{name}" for name in (
        "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "GetAZs",
        "GetAtt", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub",
        "ToJsonString", "Transform", "ValueOf", "ValueOfAll",
    )},
}  # fmt: skip


def document(text: str) -> dict[str, Json]:
    """The template in a text, functions in their long form. Raises `TemplateError`."""
    if len(text.encode()) > LARGEST:
        raise TemplateError(f"Template may not exceed {LARGEST} bytes in size.")
    found = _json(text) if text.lstrip().startswith("{") else _yaml(text)
    if not isinstance(found, dict):
        raise TemplateError("Template format error: unsupported structure.")
    _check(found, "", 0)
    if "\\u" in text.lower():
        _check_characters(found)
    return found


def _check_characters(found: Json) -> None:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise TemplateError("Template format error: an escape stands for half a character") from None


def _check(value: Json, path: str, depth: int) -> None:
    """Nothing is null, and nothing nested so deeply that a walk would fail."""
    if value is None:
        raise TemplateError(f"[{path}] 'null' values are not allowed in templates")
    if depth > DEEPEST:
        raise TemplateError("Template format error: it is nested too deeply")
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in members:
        if not isinstance(each, str):
            _check(each, f"{path}/{name}", depth + 1)


# -- JSON


def _json(text: str) -> Json:
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_constant)
    except json.JSONDecodeError as problem:
        where = f"(line {problem.lineno}, column {problem.colno})"
        raise TemplateError(f"Template format error: JSON not well-formed. {where}") from None
    except TemplateError:
        raise
    except (ValueError, RecursionError):
        raise TemplateError(
            "Template format error: JSON not well-formed: it is nested too deeply, or has a number that is too long"
        ) from None


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise TemplateError(f"Template format error: JSON not well-formed: duplicate key '{twice}'")
    return members


def _constant(name: str) -> NoReturn:
    raise TemplateError(f"Template format error: JSON not well-formed: {name} is no JSON")


# -- YAML


@cache
def _loader() -> Any:
    """A loader to which dates and signs are texts, in C where PyYAML has that."""

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Its resolvers are a copy: PyYAML's own stay as they are."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in (YAML_TAG + "timestamp", YAML_TAG + "value")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _yaml(text: str) -> Json:
    loader = None
    try:
        loader = _loader()(text)
        node = loader.get_single_node()
        if node is None:
            raise TemplateError("Template format error: unsupported structure.")
        return _Reading(loader).value(node)
    except yaml.MarkedYAMLError as problem:
        raise _not_well_formed(problem.problem_mark or problem.context_mark) from None
    except (yaml.YAMLError, RecursionError):
        raise TemplateError("Template format error: YAML not well-formed.") from None
    finally:
        if loader is not None:
            loader.dispose()


def _not_well_formed(mark: Any, why: str = "") -> TemplateError:
    where = "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
    return TemplateError(f"Template format error: YAML not well-formed.{where}{why and f': {why}'}")


class _Reading:
    """The walk over a document's nodes."""

    def __init__(self, loader: Any) -> None:
        self._constructors: dict[str, Callable[[yaml.Node], Json]] = {
            YAML_TAG + "str": lambda node: node.value,
            YAML_TAG + "int": loader.construct_yaml_int,
            YAML_TAG + "float": loader.construct_yaml_float,
            YAML_TAG + "bool": loader.construct_yaml_bool,
            YAML_TAG + "null": lambda _: None,
        }
        self._values = 0
        self._depth = 0

    def value(self, node: yaml.Node) -> Json:
        self._values += 1
        if self._values > MOST_VALUES or self._depth > DEEPEST:
            raise _not_well_formed(node.start_mark, "it has too many values, or is nested too deeply")
        tag = node.tag
        if tag in SHORT:
            return self._function(node, SHORT[tag])
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if not tag.startswith((YAML_TAG + "map", YAML_TAG + "seq")):
            raise _not_well_formed(node.start_mark, f"unknown tag {tag}")
        return self._inside(node)

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        made = self._constructors.get(node.tag)
        if made is None:
            raise _not_well_formed(node.start_mark, f"unknown tag {node.tag}")
        try:
            found = made(node)
        except (ValueError, LookupError):
            return node.value
        return found if not isinstance(found, float) or math.isfinite(found) else node.value

    def _inside(self, node: yaml.Node) -> Json:
        self._depth += 1
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(each) for each in node.value]
            return self._mapping(node)
        finally:
            self._depth -= 1

    def _mapping(self, node: yaml.Node) -> dict[str, Json]:
        members: dict[str, Json] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == YAML_TAG + "merge":
                raise _not_well_formed(key.start_mark, "keys must be texts, and mappings cannot be merged")
            if key.value in members:
                raise _not_well_formed(key.start_mark, f"duplicate key '{key.value}'")
            members[key.value] = self.value(value)
        return members

    def _function(self, node: yaml.Node, name: str) -> dict[str, Json]:
        if not isinstance(node, yaml.ScalarNode):
            return {name: self._inside(node)}
        if name == "Fn::GetAtt":
            return {name: list(node.value.partition(".")[::2])}
        return {name: node.value}
