"""What is told to nobody: values of NoEcho parameters, and of custom resources that answer with NoEcho. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.languages.cloudformation import Template
from penstock.services.cloudformation.model import Instance

Json = Any
HIDDEN: Final = "****"
SHORT: Final = 4  # characters: what is no longer is hidden where it stands alone, for it is in many a text by chance


def secrets_of(template: Template, parameters: Mapping[str, Json], there: Iterable[Instance]) -> tuple[str, ...]:
    """The texts that are not to be told, the longest first: one may be in another."""
    found = {str(parameters[name]) for name, each in template.parameters.items() if each.no_echo and name in parameters}
    found |= {str(value) for each in there if each.is_hidden for value in each.attributes.values()}
    return tuple(sorted(found - {""}, key=len, reverse=True))


def masked(value: Json, secrets: tuple[str, ...]) -> Json:
    match value:
        case Mapping():
            return {name: masked(each, secrets) for name, each in value.items()}
        case list():
            return [masked(each, secrets) for each in value]
        case _ if str(value) in secrets:
            return HIDDEN
        case str():
            for secret in secrets:
                value = value.replace(secret, HIDDEN) if len(secret) > SHORT else value
    return value
