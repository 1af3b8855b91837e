"""What is wrong with a template whatever its parameters are: names that are not there, types that are none."""

from penstock.languages.cloudformation.errors import no_condition, unresolved
from penstock.languages.cloudformation.parameters import check_type
from penstock.languages.cloudformation.references import dependencies, references
from penstock.languages.cloudformation.tree import Template


def check(template: Template) -> None:
    """Raises `TemplateError` where a template that has no transforms left cannot be used with any parameters."""
    for parameter in template.parameters.values():
        check_type(parameter)
    _check_conditions(template)
    dependencies(template)
    _check_outputs(template)


def _check_conditions(template: Template) -> None:
    used = [
        *((each.condition, "Resources") for each in template.resources.values()),
        *((each.condition, "Outputs") for each in template.outputs.values()),
    ]
    for condition, block in used:
        if condition and condition not in template.conditions:
            raise no_condition(condition, block)


def _check_outputs(template: Template) -> None:
    known = template.parameters.keys() | template.resources.keys()
    missing = {
        each.name: None
        for output in template.outputs.values()
        for each in references([output.value, output.export])
        if each.name not in known and not each.name.startswith("AWS::")
    }
    if missing:
        raise unresolved(missing, "Outputs")
