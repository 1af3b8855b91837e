"""Variables: `#{namespace.key}` in an action's configuration, put in just before the action starts."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

REFERENCE: Final = re.compile(r"#\{([A-Za-z0-9@\-_]+)\.([A-Za-z0-9@\-_]+)\}")
PIPELINE: Final = "codepipeline"  # what every execution knows of itself
VARIABLES: Final = "variables"  # those that the pipeline declares
RESERVED: Final = frozenset({PIPELINE, VARIABLES})
Namespaces = Mapping[str, Mapping[str, str]]


class Unresolved(Exception):
    """A reference to nothing."""


def references(text: str) -> Iterator[tuple[str, str]]:
    """The namespaces and keys that a text refers to."""
    for found in REFERENCE.finditer(text):
        yield found[1], found[2]


def resolved(text: str, namespaces: Namespaces) -> str:
    """The text with values in it. Raises `Unresolved`."""

    def value(found: "re.Match[str]") -> str:
        namespace, key = found[1], found[2]
        if key not in namespaces.get(namespace, {}):
            raise Unresolved(f"The variable #{{{namespace}.{key}}} has no value.")
        return namespaces[namespace][key]

    return REFERENCE.sub(value, text)
