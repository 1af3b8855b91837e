"""What is wrong with a template, or with what was given for it."""

from collections.abc import Iterable


class TemplateError(ValueError):
    """A template that cannot be read or evaluated, or parameters that do not fit; the message is AWS's sentence."""


def unresolved(names: Iterable[str], block: str) -> TemplateError:
    """Names in a block of a template that are no resources and no parameters."""
    listed = ", ".join(names)
    return TemplateError(
        f"Template format error: Unresolved resource dependencies [{listed}] in the {block} block of the template"
    )


def no_condition(name: str, block: str) -> TemplateError:
    """A name in a block of a template that is no condition."""
    return TemplateError(
        f"Template format error: Unresolved condition dependency {name} in the {block} block of the template"
    )
