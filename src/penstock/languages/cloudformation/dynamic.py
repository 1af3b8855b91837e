"""Dynamic references: `{{resolve:ssm:name:version}}` in texts, for the caller to look up.

They stay in values as they are (change sets tell them so) until what carries out a resource fills them in.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.tree import Json

WRITTEN: Final = re.compile(r"\{\{resolve:(?P<service>[a-z-]+):(?P<rest>[^{}]*)\}\}")
PARAMETER: Final = re.compile(r"(?P<name>[A-Za-z0-9_.\-/]+)(:(?P<version>\d+))?")
SECRET: Final = re.compile(
    r"(?P<name>arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)"
    r"(:(SecretString)?(:(?P<key>[^:]*)(:(?P<stage>[^:]*)(:(?P<version>[^:]*))?)?)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicReference:
    """What a text asks for. Where it does not say, `key`, `stage` and `version` are ""; two of them are of secrets."""

    service: str
    name: str
    key: str = ""
    stage: str = ""
    version: str = ""

    def taken_from(self, secret: str) -> str:
        """The value that is meant, of the whole text of the secret or parameter."""
        if not self.key:
            return secret
        try:
            found = json.loads(secret)
        except ValueError:
            raise TemplateError(f"Could not parse SecretString JSON of the secret {self.name}") from None
        if not isinstance(found, dict) or self.key not in found:
            raise TemplateError(f"Could not find a value associated with JSONKey in SecretString: {self.key}")
        value = found[self.key]
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def dynamic_references(value: Json) -> dict[DynamicReference, None]:
    """All that a value asks for, in order, each once."""
    return dict.fromkeys(_found(value))


def _found(value: Json) -> Iterator[DynamicReference]:
    match value:
        case str():
            for written in WRITTEN.finditer(value):
                yield _read(written)
        case dict():
            for each in value.values():
                yield from _found(each)
        case list():
            for each in value:
                yield from _found(each)


def _read(written: re.Match[str]) -> DynamicReference:
    service, rest = written["service"], written["rest"]
    if service in ("ssm", "ssm-secure") and (found := PARAMETER.fullmatch(rest)):
        return DynamicReference(service=service, name=found["name"], version=found["version"] or "")
    if service == "secretsmanager" and (found := SECRET.fullmatch(rest)):
        if found["stage"] and found["version"]:
            raise TemplateError(f"A dynamic reference names a version-stage or a version-id, not both: {written[0]}")
        return DynamicReference(
            service=service,
            name=found["name"],
            key=found["key"] or "",
            stage=found["stage"] or "",
            version=found["version"] or "",
        )
    raise TemplateError(f"Incorrect format is used in the following dynamic reference: {written[0]}")


def filled_in(value: Json, found: Mapping[DynamicReference, str]) -> Json:
    """The value with what its dynamic references stand for."""
    match value:
        case str():
            return WRITTEN.sub(lambda written: found[_read(written)], value)
        case dict():
            return {name: filled_in(each, found) for name, each in value.items()}
        case list():
            return [filled_in(each, found) for each in value]
    return value
