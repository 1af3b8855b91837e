"""Which resource needs which: the order in which a stack is made, and (turned round) deleted."""

from collections.abc import Iterator, Mapping

from penstock.languages.cloudformation.errors import TemplateError, unresolved
from penstock.languages.cloudformation.resolve import placeholders, sub_parts
from penstock.languages.cloudformation.scope import Reference, Scope
from penstock.languages.cloudformation.tree import Json, Resource, Template


def references(value: Json, conditions: Mapping[str, bool] | None = None) -> Iterator[Reference]:
    """All that a value takes from parameters and resources; of a decided condition only the branch that is taken."""
    if isinstance(value, list):
        for each in value:
            yield from references(each, conditions)
    if not isinstance(value, dict):
        return
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref" and isinstance(argument, str):
            yield Reference(argument)
            return
        if name == "Fn::GetAtt":
            yield from _of_attribute(argument, conditions)
            return
        if name == "Fn::Sub":
            yield from _of_text(argument, conditions)
            return
        if name == "Fn::If" and conditions is not None:
            yield from _of_choice(argument, conditions)
            return
    for each in value.values():
        yield from references(each, conditions)


def properties_of(resource: Resource, conditions: Mapping[str, bool]) -> Mapping[str, Json]:
    """A resource's properties; where they are a choice (`Properties: !If`), those of the branch that is taken."""
    found: Json = resource.properties
    while True:
        match found:
            case {"Fn::If": [str() as name, then, otherwise], **others} if not others:
                found = then if conditions.get(name) else otherwise
            case {"Ref": "AWS::NoValue"}:
                return {}
            case dict():
                return found
            case _:
                where = f"/Resources/{resource.name}/Properties"
                raise TemplateError(f"Template format error: [{where}] Properties must be an object.")


def _of_choice(argument: Json, conditions: Mapping[str, bool]) -> Iterator[Reference]:
    match argument:
        case [str() as name, then, otherwise]:
            yield from references(then if conditions.get(name) else otherwise, conditions)


def _of_attribute(argument: Json, conditions: Mapping[str, bool] | None) -> Iterator[Reference]:
    match argument:
        case str():
            yield Reference(*argument.partition(".")[::2])
        case [str() as name, str() as attribute]:
            yield Reference(name, attribute)
        case [str() as name, attribute]:
            yield Reference(name, "?")
            yield from references(attribute, conditions)


def _of_text(argument: Json, conditions: Mapping[str, bool] | None) -> Iterator[Reference]:
    template, own = sub_parts(argument)
    for name in placeholders(template):
        if name not in own:
            yield Reference(*name.partition(".")[::2])
    yield from references(own, conditions)


def dependencies(template: Template, scope: Scope | None = None) -> dict[str, set[str]]:
    """The resources that each resource needs first. Raises `TemplateError` for a cycle, or for what is not there.

    With a scope, only the resources that it declares, and of each Fn::If only the branch that is taken.
    """
    there = template.resources.keys() if scope is None else scope.declared.keys()
    conditions = None if scope is None else scope.conditions
    needs: dict[str, set[str]] = {}
    missing: dict[str, None] = {}
    for name, resource in template.resources.items():
        if name not in there:
            continue
        found = {each.name for each in references(_parts(resource), conditions) if _is_resource(each, template)}
        missing.update(dict.fromkeys(each for each in sorted(found) if each not in there))
        missing.update(dict.fromkeys(each for each in resource.depends_on if each not in template.resources))
        needs[name] = (found | set(resource.depends_on)) & there
    if missing:
        raise unresolved(missing, "Resources")
    _refuse_cycles(needs)
    return needs


def _parts(resource: Json) -> list[Json]:
    return [resource.properties, resource.update_policy, resource.creation_policy]


def _is_resource(reference: Reference, template: Template) -> bool:
    return reference.name not in template.parameters and not reference.name.startswith("AWS::")


def in_order(needs: Mapping[str, set[str]]) -> list[str]:
    """What has needs, each after those that it needs; what is on a cycle, or needs one, is left out."""
    needed_by: dict[str, list[str]] = {name: [] for name in needs}
    for name, others in needs.items():
        for other in others:
            needed_by[other].append(name)
    lacks = {name: len(others) for name, others in needs.items()}
    order = [name for name, count in lacks.items() if not count]
    for done in order:
        for name in needed_by[done]:
            lacks[name] -= 1
            if not lacks[name]:
                order.append(name)
    return order


def _refuse_cycles(needs: Mapping[str, set[str]]) -> None:
    """What is on a cycle: what is left when those that need nothing, and those that nothing needs, are taken away."""
    left = set(needs) - set(in_order(needs))
    while left:
        needed = set().union(*(needs[name] for name in left)) & left
        if needed == left:
            raise TemplateError(f"Circular dependency between resources: [{', '.join(sorted(left))}]")
        left = needed
