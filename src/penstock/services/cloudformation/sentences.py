"""The words in which a stack tells what happens."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.languages.cloudformation import TemplateError
from penstock.services.cloudformation.model import Verb

Json = Any
REPLACING: Final = "Requested update requires the creation of a new physical resource; hence creating one."
CUSTOM_NAMED: Final = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {} and update the "
    "stack again."
)
WORDS: Final[Mapping[Verb, str]] = {"create": "CREATE", "update": "UPDATE", "delete": "DELETE"}
CANCELLED: Final[Mapping[Verb, str]] = {
    "create": "Resource creation cancelled", "update": "Resource update cancelled", "delete": ""
}  # fmt: skip


def told(name: str, value: Json) -> str:
    """The text of an output. Raises `TemplateError` where it is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise TemplateError(
        f"Template format error: Output {name} is malformed. The Value field of every Outputs member must evaluate to "
        "a String."
    )


def failed_to(verb: Verb, names: Iterable[str]) -> str:
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]."
