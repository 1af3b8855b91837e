"""YAML as nodes that know where they are: a message can name the path and the line, and `3.10` stays `3.10`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml

LARGEST: Final = 1 << 20  # characters of a build spec
YES: Final[Mapping[str, bool]] = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
NULL: Final = "tag:yaml.org,2002:null"


class BadBuildspec(ValueError):
    """A text that is no build spec; the sentence says what is wrong, and where."""


@dataclass(slots=True)
class Place:
    """A value of a build spec and where it is. `unknown` gathers the keys that nobody asked for."""

    node: yaml.Node | None
    path: str = ""
    unknown: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Place":
        """The whole of a text. Raises `BadBuildspec` where it is not YAML."""
        if len(text) > LARGEST:
            raise BadBuildspec(f"the build spec has over {LARGEST} characters")
        loader = yaml.SafeLoader(text)
        try:
            return cls(loader.get_single_node())
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
            raise BadBuildspec(f"the build spec is not YAML: {problem.problem or problem.context}{where}") from None
        except (yaml.YAMLError, RecursionError) as problem:
            raise BadBuildspec(f"the build spec is not YAML: {problem}") from None
        finally:
            loader.dispose()

    @property
    def line(self) -> int:
        return 0 if self.node is None else self.node.start_mark.line + 1

    @property
    def is_absent(self) -> bool:
        """Nothing there, or nothing written behind the key."""
        return self.node is None or self.node.tag == NULL

    def below(self, node: yaml.Node | None, name: str) -> "Place":
        return Place(node, f"{self.path}.{name}" if self.path else name, self.unknown)

    # -- what it holds; each raises `BadBuildspec`

    def members(self) -> dict[str, "Place"]:
        """A mapping's values by key; none where there is nothing."""
        if self.is_absent:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            raise self.expected("a mapping")
        members = {}
        for key, value in pairs(self.node):
            if not isinstance(key, yaml.ScalarNode):
                raise self.expected("keys that are texts")
            members[key.value] = self.below(value, key.value)
        return members

    def known(self, *names: str) -> dict[str, "Place"]:
        """A mapping's values for these keys, whether they are there or not."""
        members = self.members()
        self.unknown.extend(place.path for name, place in members.items() if name not in names)
        return {name: members.get(name) or self.below(None, name) for name in names}

    def items(self) -> list["Place"]:
        """A list's values; one value stands for a list of one."""
        if self.is_absent:
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            return [self]
        return [Place(each, f"{self.path}[{number}]", self.unknown) for number, each in enumerate(self.node.value)]

    def text(self, default: str = "") -> str:
        if self.is_absent:
            return default
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.expected("a text")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        return tuple(each.text() for each in self.items())

    def mapping(self) -> dict[str, str]:
        return {name: place.text() for name, place in self.members().items()}

    def flag(self) -> bool:
        if self.is_absent:
            return False
        value = YES.get(self.text().lower())
        if value is None:
            raise self.expected("yes or no")
        return value

    def expected(self, what: str) -> BadBuildspec:
        found = {yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}.get(type(self.node))
        shown = found or f"'{self.text()}'"
        return BadBuildspec(f"{self.path or 'the build spec'} must be {what}, and is {shown} at line {self.line}")


def pairs(mapping: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys and values, with what `<<` brings in front of a mapping's own."""
    merged = [value for key, value in mapping.value if key.value == "<<"]
    for value in merged:
        for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(each, yaml.MappingNode) and each is not mapping:
                yield from ((key, inner) for key, inner in each.value if key.value != "<<")
    yield from ((key, value) for key, value in mapping.value if key.value != "<<")
