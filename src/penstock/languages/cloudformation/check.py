"""What is wrong with a template whatever its parameters are: names that are used and are not there, types that are none."""

from penstock.languages.cloudformation.errors import TemplateError
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
    carriers = {"Resources": template.resources.values(), "Outputs": template.outputs.values()}
    for block, members in carriers.items():
        for each in members:
            if each.condition and each.condition not in template.conditions:
                raise TemplateError(
                    f"Template format error: Unresolved condition dependency {each.condition} in the {block} block of the "
                    "template"
                )


def _check_outputs(template: Template) -> None:
    known = template.parameters.keys() | template.resources.keys()
    missing = {
        each.name: None
        for output in template.outputs.values()
        for each in references([output.value, output.export])
        if each.name not in known and not each.name.startswith("AWS::")
    }
    if missing:
        raise TemplateError(
            f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the Outputs block of the "
            "template"
        )
